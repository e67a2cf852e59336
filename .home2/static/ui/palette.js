// The palette: a combobox in a dialog. The server offers, this walks; typed text stays through closing and failing.
const box = document.getElementById("palette");
const field = box?.querySelector("[role=combobox]");
const list = box?.querySelector("[role=listbox]");
const said = box?.querySelector("[role=status]");
const PAUSE = 200;
let timer = 0;
let waiting = null;
let only = "";
let asked = null;
let failed = false;
let opener = null;

const options = () => [...list.querySelectorAll("[role=option]")];
const active = () => list.querySelector("[aria-selected=true]");

function choose(option) {
  active()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
}

async function ask() {
  waiting?.abort();
  const mine = new AbortController();
  waiting = mine;
  const query = new URLSearchParams({ q: field.value, at: location.pathname, only });
  list.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`${box.dataset.url}?${query}`, { signal: mine.signal, headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    list.innerHTML = await answer.text();
    asked = query.toString();
    said.textContent = list.querySelector("[data-said]")?.dataset.said ?? "";
    choose(options()[0]);
  } catch (error) {
    if (error.name === "AbortError") return; // a newer one is under way
    said.textContent = box.dataset.failed; // what was found before stays
    failed = true;
    said.classList.remove("vh");
    return;
  }
  failed = false;
  said.classList.add("vh"); // read aloud, not shown
  list.removeAttribute("aria-busy");
}

function open(wanted) {
  if (box.open) {
    field.select();
    return;
  }
  opener = document.activeElement;
  if (wanted !== only) asked = null;
  only = wanted;
  box.showModal();
  field.focus();
  field.select();
  ask();
}

function take(option, apart) {
  if (!option) {
    if (field.value.trim()) location.assign(`${box.dataset.search}?q=${encodeURIComponent(field.value)}`);
    return;
  }
  const { href, post, version } = option.dataset;
  if (!post) {
    if (apart) window.open(href, "_blank", "noopener");
    else location.assign(href);
    return;
  }
  const form = Object.assign(document.createElement("form"), { method: "post", action: href, hidden: true });
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
  for (const [name, value] of Object.entries({ csrfmiddlewaretoken: token, version: version ?? "" })) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  form.submit();
}

function walk(event) {
  const all = options();
  const at = all.indexOf(active());
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: Math.min(at + 8, all.length - 1), PageUp: Math.max(at - 8, 0) }[event.key];
  if (to !== undefined && all.length) {
    event.preventDefault();
    choose(all[(to + all.length) % all.length]);
  } else if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    clearTimeout(timer);
    const now = new URLSearchParams({ q: field.value, at: location.pathname, only }).toString();
    if (failed) ask();
    else if (now === asked) take(active(), event.ctrlKey || event.metaKey);
    else ask().then(() => now === asked && take(active(), false)); // typed faster than the server answers
  }
}

if (box) {
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  field.addEventListener("keydown", walk);
  list.addEventListener("pointermove", ({ target }) => {
    const option = target.closest("[role=option]");
    if (option && option !== active()) choose(option);
  });
  list.addEventListener("click", (event) => take(event.target.closest("[role=option]") ?? active(), event.ctrlKey || event.metaKey));
  box.addEventListener("click", (event) => {
    if (event.target === box || event.target.closest("[data-close]")) box.close();
  });
  box.addEventListener("close", () => opener?.isConnected && opener.focus());
  document.addEventListener("gw-palette", ({ detail }) => open(detail ?? ""));
  for (const form of document.querySelectorAll("[data-palette]")) {
    form.addEventListener("click", (event) => {
      event.preventDefault();
      open("");
    });
  }
}
