// A field offers what fits while one types: a link its visible records, a filter its known values. Without script the
// number, the name or the value is typed.
const PAUSE = 250;
const OFFERS = "input[data-link], input[data-known]";
const asked = new WeakMap(); // field -> what it waits for

function listOf(field) {
  if (!field.list) {
    const list = document.createElement("datalist");
    list.id = `${field.id}-options`;
    field.after(list);
    field.setAttribute("list", list.id);
  }
  return field.list;
}

async function offer(field) {
  asked.get(field)?.abort();
  const waiting = new AbortController();
  asked.set(field, waiting);
  const source = field.dataset.known ?? `/r/${field.dataset.link}/options`;
  try {
    const answer = await fetch(`${source}?q=${encodeURIComponent(field.value)}`, { signal: waiting.signal });
    if (!answer.ok) return;
    const { options } = await answer.json();
    listOf(field).replaceChildren(...options.map((text) => Object.assign(document.createElement("option"), { value: text })));
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

document.addEventListener("focusin", ({ target }) => {
  if (target.matches(OFFERS) && !asked.has(target)) offer(target);
});

let timer = 0;
document.addEventListener("input", ({ target }) => {
  if (!target.matches(OFFERS)) return;
  clearTimeout(timer);
  timer = setTimeout(() => offer(target), PAUSE);
});
