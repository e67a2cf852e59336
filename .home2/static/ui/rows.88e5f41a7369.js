// After "show next" the focus goes to the first new row. When loading fails the button stays, and a toast says so.
let before = 0;

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig?.elt.matches?.("[data-next]")) before = event.detail.target.rows?.length ?? 0;
});

document.body.addEventListener("htmx:afterSettle", (event) => {
  if (!event.detail.requestConfig?.elt.matches?.("[data-next]")) return;
  const first = event.detail.target.rows?.[before];
  first?.querySelector("a, button, input")?.focus();
});
