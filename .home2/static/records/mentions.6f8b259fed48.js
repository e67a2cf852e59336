// An @ in a note offers the people who may be mentioned; arrows walk, Enter or a click takes the name. Without script
// the name is typed.
const PAUSE = 200;
const TYPED = /(?:^|[^\p{L}\p{N}@.])@([\p{L}\p{N}][\p{L}\p{N} .'-]{0,40})$/u;

let asked;
let timer = 0;

const begun = (field) => TYPED.exec(field.value.slice(0, field.selectionStart))?.[1];

function close(field) {
  asked?.abort();
  field.offer?.remove();
  field.offer = null;
  field.removeAttribute("aria-activedescendant");
}

function take(field, name) {
  const typed = begun(field) ?? "";
  const at = field.selectionStart - typed.length;
  field.setRangeText(`${name} `, at, field.selectionStart, "end");
  close(field);
  field.focus();
}

function show(field, names) {
  close(field);
  if (!names.length) return;
  const list = document.createElement("ul");
  list.className = "offer";
  list.role = "listbox";
  names.forEach((name, place) => {
    const line = document.createElement("li");
    line.role = "option";
    line.id = `${field.id}-person-${place}`;
    line.textContent = name;
    line.ariaSelected = place === 0;
    line.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      take(field, name);
    });
    list.append(line);
  });
  field.after(list);
  field.offer = list;
  field.setAttribute("aria-activedescendant", list.firstChild.id);
}

async function offer(field) {
  const typed = begun(field);
  if (typed === undefined) return close(field);
  asked?.abort();
  asked = new AbortController();
  try {
    const answer = await fetch(`${field.dataset.people}?q=${encodeURIComponent(typed)}`, { signal: asked.signal });
    if (answer.ok) show(field, (await answer.json()).options);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

function walk(field, step) {
  const lines = [...field.offer.children];
  const now = lines.findIndex((line) => line.ariaSelected === "true");
  const next = (now + step + lines.length) % lines.length;
  lines.forEach((line, place) => (line.ariaSelected = place === next));
  field.setAttribute("aria-activedescendant", lines[next].id);
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches("textarea[data-people]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => offer(target), PAUSE);
});

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!field.offer) return;
  const acts = {
    ArrowDown: () => walk(field, 1),
    ArrowUp: () => walk(field, -1),
    Enter: () => take(field, field.offer.querySelector('[aria-selected="true"]').textContent),
    Tab: () => take(field, field.offer.querySelector('[aria-selected="true"]').textContent),
    Escape: () => close(field),
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  event.stopPropagation();
  acts[event.key]();
});

document.addEventListener("focusout", ({ target }) => target.offer && close(target));
