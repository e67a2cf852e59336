// The why-popover: htmx puts the answer into #why, this opens it beside its mark. Without script the mark is a link.
const pop = document.getElementById("why");
const GAP = 6;
const HOVER = 400;
let mark = null;
let hovering = 0;
let byHover = false;

const place = () => {
  const at = mark.getBoundingClientRect();
  pop.classList.add("placed");
  const { offsetWidth: wide, offsetHeight: high } = pop;
  const left = Math.max(16, Math.min(at.left, innerWidth - wide - 16));
  const below = at.bottom + GAP + high <= innerHeight;
  const top = below ? at.bottom + GAP : Math.max(16, at.top - GAP - high);
  pop.style.left = `${left}px`;
  pop.style.top = `${top}px`;
};

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== pop) return;
  mark = event.detail.requestConfig.elt;
  if (!pop.matches(":popover-open")) pop.showPopover();
  place();
  mark.setAttribute("aria-expanded", "true");
  if (!byHover) pop.focus({ preventScroll: true });
  byHover = false;
});

pop?.addEventListener("toggle", (event) => {
  if (event.newState !== "closed" || !mark) return;
  mark.setAttribute("aria-expanded", "false");
  if (pop.contains(document.activeElement)) mark.focus();
});

document.body.addEventListener("pointerover", (event) => {
  const over = event.pointerType === "mouse" && event.target.closest?.("a.why");
  clearTimeout(hovering);
  if (!over || over.getAttribute("aria-expanded") === "true") return;
  hovering = setTimeout(() => {
    byHover = true;
    over.click();
  }, HOVER);
});

addEventListener("scroll", () => pop?.matches(":popover-open") && mark?.isConnected && place(), { passive: true });
