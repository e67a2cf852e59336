// The meeting by keyboard: letters by their place (event.code) open a way for the card, digits choose in it, J and K
// walk the cards; whoever follows on another machine sees what was decided within seconds. Without script all are forms.
const EVERY = 4000; // ms between two questions for news, while the page is seen
const TYPED = "input:not([type=checkbox], [type=radio]), textarea, select";
const room = () => document.getElementById("review");
const now = () => document.getElementById("now");

function isOff() {
  try {
    return localStorage.getItem("keys-off") === "1";
  } catch {
    return false;
  }
}

function open(way) {
  for (const other of way.parentElement.children) other.open = other === way;
  (way.querySelector("form :is(input, select, textarea):not([type=hidden])") ?? way.querySelector("form button"))?.focus();
  return true;
}

function walk(step) {
  const cards = [...room().querySelectorAll("#now, [data-card]:not([data-decided])")];
  const next = cards[cards.indexOf(now()) + step];
  if (!next?.dataset.card) return true;
  htmx.ajax("GET", location.pathname + next.dataset.card, { target: "#review", swap: "outerHTML" });
  return true;
}

function close() {
  const opened = document.querySelector("#now details[open]");
  if (!opened) return false;
  opened.open = false;
  now().focus();
  return true;
}

function pressed(event, typing) {
  const { code } = event;
  if (code === "Escape") return close();
  if (typing || isOff()) return false;
  const digit = code.startsWith("Digit") && document.querySelector(`#now details[open] [data-digit="${code.slice(5)}"]`);
  if (digit) {
    digit.click();
    return true;
  }
  const way = document.querySelector(`#now [data-way="${code}"]`);
  if (way) return open(way);
  if (code === "KeyJ" || code === "KeyK") return walk(code === "KeyJ" ? 1 : -1);
  if (code === "KeyD") {
    room().querySelector(".say input:not([type=hidden])")?.focus();
    return true;
  }
  const button = room().querySelector(`[data-key="${code}"]`);
  button?.click();
  return Boolean(button) || code === "KeyL" || code === "KeyN"; // elsewhere they mean a call, and something new
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (document.querySelector("dialog[open]") || !room()) return;
  if (pressed(event, event.target.closest?.(TYPED))) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);

// the next card has the focus, or the field that is wrong
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id !== "review" && detail.elt?.id !== "review") return;
  const wrong = room().querySelector("[aria-invalid=true]");
  (wrong ?? document.querySelector("#now details[open] form :is(input, select):not([type=hidden])") ?? now() ?? document.getElementById("main"))?.focus();
});
now()?.focus();

setInterval(async () => {
  const live = room()?.dataset.live;
  if (!live || document.hidden || room().querySelector("details[open] form") || document.activeElement?.matches(TYPED)) return;
  const answer = await fetch(live, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.status === 200 && !answer.redirected) htmx.swap("#review", await answer.text(), { swapStyle: "outerHTML" });
  else if (answer?.redirected || answer?.url.endsWith("?")) location.reload();
}, EVERY);
