// A link field offers visible records while one types; without script the number or the exact name is typed.
const PAUSE = 250;

for (const field of document.querySelectorAll("input[data-link]")) {
  const list = document.createElement("datalist");
  list.id = `${field.id}-options`;
  field.after(list);
  field.setAttribute("list", list.id);
  let timer = 0;
  let asked = null;

  const offer = async () => {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(`/r/${field.dataset.link}/options?q=${encodeURIComponent(field.value)}`, { signal: asked.signal });
      if (!answer.ok) return;
      const { options } = await answer.json();
      list.replaceChildren(...options.map((text) => Object.assign(document.createElement("option"), { value: text })));
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  };

  field.addEventListener("focus", offer, { once: true });
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(offer, PAUSE);
  });
}
