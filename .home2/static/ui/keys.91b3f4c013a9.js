// Binds the keys that ui/keys.py names, by their place on the keyboard (event.code): the same under every layout.
const tools = document.querySelector("gw-keys");
const WAIT = 1500; // for the second key of "G C"
const TYPED = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
const OFF = "keys-off";
let first = "";
let firstAt = 0;

const bound = new Map(); // "Mod+KeyK" -> what is done
for (const { act, keys, goes } of JSON.parse(tools?.dataset.keys ?? "[]")) {
  for (const way of keys) bound.set(way, { act, goes });
}

const main = () => document.querySelector("dialog[open]") ?? document.getElementById("main");
const link = (selector) => main()?.querySelector(selector);
const isOff = () => {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
};

// A list does what its rows need, and says so by preventing.
const inList = (act) => !(document.activeElement ?? document.body).dispatchEvent(
  new CustomEvent("gw-key", { detail: act, bubbles: true, cancelable: true }));

function formHere() {
  return document.activeElement?.closest("form[method=post]") ?? link("form[method=post].form");
}

function save(stay) {
  const form = formHere();
  if (!form) return false;
  if (stay) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "stay", value: "1" }));
  form.requestSubmit();
  return true;
}

const isDirty = (form) =>
  [...(form?.elements ?? [])].some((one) => (one.type === "checkbox" || one.type === "radio" ? one.checked !== one.defaultChecked
    : one.tagName === "SELECT" ? [...one.options].some((option) => option.selected !== option.defaultSelected) && one.dataset.touched
    : one.type !== "hidden" && "defaultValue" in one && one.value !== one.defaultValue));

document.addEventListener("change", ({ target }) => {
  if (target.tagName === "SELECT") target.dataset.touched = "1";
});

function cancel(event) {
  const typing = event.target.closest?.(TYPED);
  if (document.querySelector("dialog[open], :popover-open")) return false;
  if (inList("cancel")) return true;
  if (typing) {
    typing.blur();
    return true;
  }
  const away = link("[data-cancel]");
  if (!away || (isDirty(away.closest("form")) && !confirm(tools.dataset.unsaved))) return false;
  away.click();
  return true;
}

function post(address) {
  if (window.htmx) {
    window.htmx.ajax("POST", address, { target: "#notices", swap: "innerHTML" });
    return;
  }
  const token = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  fetch(address, { method: "POST", headers: token }).then(() => location.reload());
}

function filter() {
  const box = document.getElementById("filter");
  const field = document.getElementById("filter-q");
  if (box && !field) {
    box.open = true; // its form is loaded when it opens
    const settled = () => { // what else is loaded may settle before it
      const loaded = document.getElementById("filter-q");
      loaded?.focus();
      if (loaded) document.body.removeEventListener("htmx:afterSettle", settled);
    };
    document.body.addEventListener("htmx:afterSettle", settled);
    return true;
  }
  if (box) box.open = true;
  (field ?? document.querySelector(".nav-q input"))?.focus();
  return Boolean(field);
}

const acts = {
  palette: () => palette(""),
  add: () => {
    const adds = link(".acts a[data-add]");
    if (adds) adds.click();
    else palette("add");
    return true;
  },
  edit: () => {
    if (inList("edit")) return true;
    const edits = link(".acts a[data-edit-record]");
    edits?.click();
    return Boolean(edits);
  },
  undo: () => {
    if (tools.dataset.undo) post(tools.dataset.undo);
    return Boolean(tools.dataset.undo);
  },
  filter,
  help: () => {
    if (window.htmx) window.htmx.ajax("GET", tools.dataset.sheet, { target: "#dialog", swap: "innerHTML", source: document.body });
    else location.assign(tools.dataset.sheet);
    return true;
  },
  save: () => save(false),
  stay: () => save(true),
  cancel,
  go: (event, goes) => {
    const there = [...document.querySelectorAll(".side .nav a")].find((one) => one.getAttribute("href") === goes);
    there?.click();
    return Boolean(there);
  },
};

function palette(only) {
  document.dispatchEvent(new CustomEvent("gw-palette", { detail: only }));
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const held = event.ctrlKey || event.metaKey;
  const typing = event.target.closest?.(TYPED);
  const slash = event.key === "?" || (event.key === "/" && !held);
  const code = slash ? "Slash" : event.code;
  const shift = event.shiftKey && (!slash || event.key === "?") || event.key === "?";
  const pressed = (held ? "Mod+" : "") + (shift ? "Shift+" : "") + code;
  const isLetter = event.key.length === 1 && event.code !== "Space";
  if (!held && code !== "Escape" && (typing || (isLetter && isOff()) || document.querySelector("dialog[open]"))) return;
  if (held && typing && ["KeyZ", "Space"].includes(code)) return; // the field's own undo
  if (event.code === "Space" && event.target.closest?.("button, summary, input, [role=button]")) return;
  const known = (Date.now() - firstAt < WAIT && bound.get(`${first} ${pressed}`)) || bound.get(pressed);
  const begins = !held && [...bound.keys()].some((way) => way.startsWith(`${pressed} `));
  first = begins ? pressed : "";
  firstAt = Date.now();
  if (known && (acts[known.act] ?? (() => inList(known.act)))(event, known.goes)) event.preventDefault();
});

// The switch on the sheet of keys: single letters rest in this browser.
document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("[data-keys-on]")) return;
  try {
    localStorage.setItem(OFF, target.checked ? "0" : "1");
  } catch { /* private windows may forbid it */ }
});
document.addEventListener("focusin", () => {
  const box = document.querySelector("[data-keys-on]:not([data-set])");
  if (!box) return;
  box.dataset.set = "1";
  box.checked = !isOff();
});
