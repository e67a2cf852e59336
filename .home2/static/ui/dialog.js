// htmx puts the body of a dialog into #dialog; this opens it, guards typed text, and gives focus back to the opener.
const dialog = document.getElementById("dialog");
let opener = null;
let typed = false;

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== dialog) return;
  if (!dialog.textContent.trim()) {
    dialog.close();
    return;
  }
  if (dialog.open) return;
  opener = event.detail.requestConfig.elt;
  typed = false;
  const heading = dialog.querySelector("h1, h2, h3");
  if (heading) {
    heading.id ||= "dialog-heading";
    dialog.setAttribute("aria-labelledby", heading.id);
  }
  dialog.showModal();
});

dialog?.addEventListener("input", () => {
  typed = true;
});

dialog?.addEventListener("cancel", (event) => {
  if (typed && !confirm(dialog.dataset.unsaved)) event.preventDefault();
});

dialog?.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) dialog.close();
});

dialog?.addEventListener("close", () => {
  dialog.replaceChildren();
  opener?.focus();
});

// The server closes it with the header HX-Trigger: close-dialog
document.body.addEventListener("close-dialog", () => dialog?.close());
