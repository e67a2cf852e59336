// Fields that follow from another one come and go under the hands. Who stood in one that went goes on at the nearest.
let stood = null; // {form, id, place} of the field that had the focus last

const isThere = (field) => field.matches("input, select, textarea") && !field.disabled && field.checkVisibility();

document.addEventListener("focusin", ({ target }) => {
  stood = target.form ? { form: target.form, id: target.id, place: [...target.form.elements].indexOf(target) } : null;
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
