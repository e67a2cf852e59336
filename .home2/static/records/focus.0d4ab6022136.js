// Fields that follow from another one come and go under the hands. What was typed while the answer was on its way stays,
// and who stood in a field that went goes on at the nearest.
let stood = null; // {form, id, place} of the field that had the focus last
let asked = null; // what the form said when it asked for what comes now

const isThere = (field) => field.matches("input, select, textarea") && !field.disabled && field.checkVisibility();
const isTyped = (field) => field.matches("input:not([type=checkbox], [type=radio], [type=file], [type=hidden]), select, textarea");

document.addEventListener("focusin", ({ target }) => {
  stood = target.form ? { form: target.form, id: target.id, place: [...target.form.elements].indexOf(target) } : null;
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  asked = detail.requestConfig.formData;
});

document.addEventListener("htmx:oobBeforeSwap", ({ detail: { target, fragment } }) => {
  for (const field of target.querySelectorAll("[name]")) {
    if (!isTyped(field) || field.value === (asked.get(field.name) ?? "")) continue;
    const fresh = fragment.querySelector(`[name="${CSS.escape(field.name)}"]`);
    if (fresh && isTyped(fresh)) fresh.value = field.value;
  }
});

function goOn() {
  if (!stood?.form.isConnected || document.activeElement !== document.body) return;
  const same = stood.id && document.getElementById(stood.id);
  if (same && isThere(same)) return same.focus();
  const fields = [...stood.form.elements];
  const next = fields.slice(stood.place).find(isThere) ?? fields.slice(0, stood.place).findLast(isThere);
  next?.focus();
}

document.addEventListener("htmx:oobAfterSwap", () => setTimeout(goOn)); // when all places are new
