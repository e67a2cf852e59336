// A call in a few keys: L opens the form; then a digit says how the call ended, a digit when to call again, and the
// words come last. Without script the same fields are reached by Tab and arrows.
const forms = () => [...document.querySelectorAll("form[data-call]")];
const chosen = (group) => group.querySelector(":checked") ?? group.querySelector("input");

document.addEventListener("gw-key", (event) => {
  if (event.detail !== "call" || !forms().length) return;
  const here = event.target.closest?.("li, form")?.querySelector("form[data-call]") ?? event.target.closest?.("form[data-call]");
  const form = here ?? forms()[0];
  const details = form.closest("details");
  if (details) details.open = true;
  form.querySelector("input[name=kind][value=call][type=radio]")?.click();
  chosen(form.querySelector("[data-digits]")).focus();
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  const group = event.target.closest?.("form[data-call] [data-digits]");
  const place = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  const radio = group && place && !event.ctrlKey && !event.altKey && group.querySelectorAll("input")[place - 1];
  if (!radio) return;
  radio.checked = true;
  const form = group.closest("form");
  const groups = [...form.querySelectorAll("[data-digits]")];
  const next = groups[groups.indexOf(group) + 1];
  (next ? chosen(next) : form.querySelector("textarea")).focus();
  event.preventDefault();
});
