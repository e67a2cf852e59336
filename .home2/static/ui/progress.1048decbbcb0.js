// A thin bar on top of the sheet, only when a request has been under way for 400 ms.
const bar = document.getElementById("slow");
const PATIENCE = 400;
const waiting = new Map();

const begun = (event) => {
  const timer = setTimeout(() => {
    if (bar) bar.hidden = false;
  }, PATIENCE);
  waiting.set(event.detail.xhr, timer);
};

const ended = (event) => {
  clearTimeout(waiting.get(event.detail.xhr));
  waiting.delete(event.detail.xhr);
  if (bar && !waiting.size) bar.hidden = true;
};

document.body.addEventListener("htmx:beforeRequest", begun);
document.body.addEventListener("htmx:afterRequest", ended);
