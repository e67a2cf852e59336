// Rows by keyboard, ticks, cells that turn into their widgets, and a record beside the list. Without script: links, ticks with buttons, and the whole form.
const ROW = ".tbl[id^=list-] tbody tr[id]";
const side = document.getElementById("peek");
const bar = document.getElementById("picked");

// ── rows

const rows = () => [...document.querySelectorAll(ROW)].filter((row) => row.offsetParent);
const rowOf = (element) => element?.closest?.(ROW);
const keyOf = (row) => row.id.slice(row.id.lastIndexOf("-") + 1);

function focus(element) {
  if (!element) return;
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest" });
}

function walk(from, by) {
  const all = rows();
  const next = all[from ? Math.max(0, Math.min(all.length - 1, all.indexOf(from) + by)) : by > 0 ? 0 : all.length - 1];
  if (!next) return;
  const cell = document.activeElement?.closest?.("td");
  focus(cell && from ? next.cells[cell.cellIndex] : next);
  if (!side?.hidden) peek(next);
}

// ── ticks

const ticks = () => [...document.querySelectorAll("input[name=pick][form=picked]")];
let last = null;

function show() {
  const count = ticks().filter((tick) => tick.checked).length;
  ticks().forEach((tick) => tick.closest("tr").setAttribute("aria-selected", tick.checked));
  const words = bar?.querySelector("[data-count]");
  if (!words) return;
  words.dataset.words ??= words.textContent;
  words.textContent = `${words.dataset.words}: ${count}`;
  bar.querySelector("[data-untick]").hidden = !count;
}

function tick(row, range) {
  const all = ticks();
  const one = row.querySelector("input[name=pick]");
  if (!one) return;
  const [from, to] = [all.indexOf(last), all.indexOf(one)].sort((a, b) => a - b);
  one.checked = range ? true : !one.checked;
  if (range && from >= 0) all.slice(from, to + 1).forEach((other) => { other.checked = true; });
  last = one;
  show();
}

document.querySelectorAll("[data-every]").forEach((every) => {
  every.hidden = false;
});
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-every]")) {
    target.closest("table").querySelectorAll("input[name=pick]").forEach((one) => { one.checked = target.checked; });
  }
  if (target.matches("[data-every], input[name=pick]")) show();
});
document.addEventListener("click", (event) => {
  const one = event.target.closest?.("input[name=pick]");
  if (one && event.shiftKey && last) {
    one.checked = !one.checked;
    tick(one.closest("tr"), true);
  } else if (one) {
    last = one;
  } else if (event.target.closest?.("[data-untick]")) {
    ticks().forEach((other) => { other.checked = false; });
    bar.querySelector("[name=all]").checked = false;
    show();
  }
});
document.body.addEventListener("htmx:afterSettle", show);

// ── a cell turns into its widget

const heads = (table) => table.tHead?.rows[0]?.cells ?? [];
const mayEdit = (cell) => Boolean(cell?.closest("table")?.dataset.edit && heads(cell.closest("table"))[cell.cellIndex]?.dataset.field);
let goOn = 0; // after saving, the next cell to edit: 1 to the right, -1 to the left

function edit(cell) {
  if (!mayEdit(cell) || cell.querySelector("form")) return;
  const table = cell.closest("table");
  const address = table.dataset.edit.replace("/0/", `/${keyOf(cell.parentElement)}/`).replace("/-", `/${heads(table)[cell.cellIndex].dataset.field}`);
  htmx.ajax("GET", address, { target: cell, swap: "beforeend" }).then(() => {
    const widget = cell.querySelector("input:not([type=hidden]), select, textarea");
    widget?.focus();
    widget?.select?.();
    cell.dataset.was = valueOf(cell);
  });
}

const valueOf = (cell) => {
  const widgets = cell.querySelectorAll("form input:not([type=hidden], [type=search]), form select, form textarea");
  return [...widgets].map((widget) => (widget.type === "checkbox" ? widget.checked : widget.value)).join("\n");
};

function restore(cell) {
  cell.dataset.sent = "1"; // leaving the field is not saving it
  cell.querySelector("form")?.remove();
  delete cell.dataset.sent;
  focus(cell);
}

const save = (cell) => cell.querySelector("form")?.requestSubmit();

document.addEventListener("dblclick", (event) => {
  const cell = event.target.closest?.("td");
  if (rowOf(cell) && !event.target.closest("a, input, button, form")) edit(cell);
});
document.addEventListener("focusout", (event) => {
  const cell = event.target.closest?.(".cell-form")?.closest("td");
  if (!cell || cell.contains(event.relatedTarget) || cell.dataset.sent) return;
  if (valueOf(cell) === cell.dataset.was) event.target.closest("form").remove();
  else save(cell);
});
document.body.addEventListener("htmx:beforeRequest", (event) => {
  const cell = event.detail.elt.matches?.(".cell-form") && event.detail.elt.closest("td");
  if (cell) cell.dataset.sent = "1";
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (!form.matches?.(".cell-form")) return;
  const cell = form.closest("td");
  if (cell) delete cell.dataset.sent;
});
let place = null; // [row's id, cell's index] that was saved just now
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.requestConfig?.elt;
  if (!form?.matches?.(".cell-form")) return;
  const cell = form.closest("td");
  place = event.detail.xhr.status < 300 && cell ? [cell.parentElement.id, cell.cellIndex] : null;
});
document.body.addEventListener("htmx:afterSettle", () => {
  if (!place) return;
  const [id, index] = place;
  place = null;
  const row = document.getElementById(id);
  const cell = row?.cells[index];
  cell?.classList.add("saved");
  if (goOn) {
    const others = [...row.cells].slice(goOn > 0 ? index + 1 : 0, goOn > 0 ? undefined : index);
    const next = (goOn > 0 ? others : others.reverse()).find(mayEdit);
    goOn = 0;
    if (next) return edit(next);
  }
  focus(cell);
});

// ── a record beside the list

async function peek(row) {
  const table = row.closest("table");
  if (!side || !table.dataset.peek) return;
  side.hidden = false;
  document.querySelectorAll("tr[data-peeked]").forEach((other) => other.removeAttribute("data-peeked"));
  row.dataset.peeked = "";
  await htmx.ajax("GET", table.dataset.peek.replace("/0/", `/${keyOf(row)}/`), { target: side, swap: "innerHTML" });
}

function close() {
  const row = document.querySelector("tr[data-peeked]");
  row?.removeAttribute("data-peeked");
  side.hidden = true;
  side.replaceChildren();
  focus(row);
}
side?.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) close();
});

// ── one click chooses a row, and shows the button that opens it beside

const look = document.createElement("button");
look.type = "button";
look.className = "btn sm look";
look.textContent = side?.dataset.look ?? "";
look.addEventListener("click", () => peek(rowOf(look)));
document.addEventListener("click", (event) => {
  const cell = event.target.closest?.("td");
  if (!rowOf(cell) || event.target.closest("a, input, button, form, label") || String(getSelection())) return;
  focus(cell);
});
document.addEventListener("focusin", (event) => {
  const row = rowOf(event.target);
  if (row && side && !event.target.closest("form") && !row.contains(look)) row.querySelector("td.k1")?.append(look);
});

// ── keys

/** Of several ticks in a cell the last one is left by Tab, not each. */
function walksInside({ target, shiftKey }) {
  const all = [...(target.closest("gw-ticks")?.querySelectorAll("input:not([type=hidden])") ?? [])];
  return Boolean(all[all.indexOf(target) + (shiftKey ? -1 : 1)]) && all.includes(target);
}

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.("td");
  if (event.target.closest?.(".cell-form")) {
    if (event.key !== "Tab" || walksInside(event)) return;
    event.preventDefault();
    goOn = event.shiftKey ? -1 : 1;
    save(cell);
  }
});

// What the keys of a list do (ui/keys.py names them, keys.js tells): prevented where it was done here.
document.addEventListener("gw-key", (event) => {
  const target = event.target;
  const cell = target.closest?.("td");
  const row = rowOf(target);
  const inside = row || side?.contains(target);
  const current = row ?? document.querySelector("tr[data-peeked]");
  const widget = target.closest?.(".cell-form");
  const isBeside = side && !side.hidden;
  const acts = {
    next: () => walk(current, 1),
    previous: () => walk(current, -1),
    down: inside && (() => walk(current, 1)),
    up: inside && (() => walk(current, -1)),
    right: row && (() => focus(cell ? cell.nextElementSibling : row.cells[1])),
    left: cell && (() => focus(cell.previousElementSibling ?? row)),
    pick: row && (() => tick(row, false)),
    pick_range: row && (() => tick(row, true)),
    peek: row && !target.matches("input, button") && (() => (row.dataset.peeked === undefined || side.hidden ? peek(row) : close())),
    edit: row && (() => edit(cell && mayEdit(cell) ? cell : [...row.cells].find(mayEdit))),
    open: current && !target.matches("a, button, input, summary") && (() => (mayEdit(cell) && cell !== row.querySelector("td.k1") ? edit(cell) : current.querySelector("td.k1 a")?.click())),
    cancel: widget ? () => restore(cell) : isBeside && close,
  };
  const act = acts[event.detail];
  if (!act) return;
  event.preventDefault();
  act();
});
