// Cards of a board or a calendar: dragged by mouse or finger, moved by Shift and arrows or by their menu; and what
// others moved comes by itself. Without script a card's menu leads to its form.
const EVERY = 4000; // ms between two questions for news, while the page is seen
const LIFTED = 300; // ms that a finger rests on a card before it is lifted
const FAR = 6; // px that a mouse moves before a card is lifted
const EDGE = { x: 40, y: 80 }; // px from an edge within which a carried card pulls the board or the page along
const PULL = 10; // px a frame

class Board extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.listen(), EVERY);
    this.addEventListener("pointerdown", (event) => this.press(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("click", (event) => this.menu(event));
    this.addEventListener("dragstart", (event) => event.preventDefault());
    this.addEventListener("htmx:afterSwap", ({ target }) => target.querySelector?.("input:not([type=hidden])")?.focus());
    this.addEventListener("htmx:afterRequest", (event) => this.added(event));
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  get scroller() {
    return this.querySelector(".board-scroll") ?? this;
  }

  // a card moves within its lane
  columns(card) {
    return [...(card.closest(".lane") ?? this).querySelectorAll(".stack-col")];
  }

  // one more was kept: the form makes room for its card
  added({ target, detail }) {
    if (detail.xhr.status === 204 && target.closest(".adding")) this.draw(location.href);
  }

  closeForm(form) {
    const opener = form.closest(".stack-col").querySelector(".addin a, .card a");
    form.remove();
    opener?.focus();
  }

  say(card) {
    const column = card.closest(".stack-col");
    const all = [...column.querySelectorAll(".card")];
    const words = { column: column.querySelector("h2, h3").textContent.trim(), place: all.indexOf(card) + 1, count: all.length };
    this.querySelector("[data-said]").textContent = this.dataset.place.replace(/\{(\w+)\}/g, (_, name) => words[name]);
  }

  // ── moving

  async move(card, column, told = {}) {
    if (!column || (column === card.closest(".stack-col") && !told.field)) return;
    const { key, version } = card.dataset;
    column.querySelector(".cards-col").prepend(card);
    this.say(card);
    this.busy = true;
    const values = { field: this.dataset.field, value: column.dataset.value, version, ...told };
    let asked = "";
    const hear = ({ detail }) => (asked = detail.xhr.status === 422 ? detail.xhr.responseText : "");
    this.addEventListener("htmx:afterRequest", hear);
    try {
      await htmx.ajax("POST", this.dataset.move.replace("/0/", `/${key}/`), { values, source: this, target: "#notices", swap: "none" });
    } finally {
      this.removeEventListener("htmx:afterRequest", hear);
      this.busy = false;
    }
    if (asked) this.ask(card, column, asked);
    else await this.draw(location.href, `card-${key}`);
  }

  // the column asks for what is missing: the card waits in it until that is told, or goes back
  ask(card, column, html) {
    this.querySelector(".drop-ask")?.parentElement.remove();
    const place = document.createElement("li");
    place.innerHTML = html;
    const form = place.querySelector("form");
    if (!form) return this.draw(location.href, card.id);
    const back = (event) => {
      event.preventDefault();
      event.stopPropagation();
      place.remove();
      this.draw(location.href, card.id);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const told = Object.fromEntries(new FormData(form));
      place.remove();
      this.move(card, column, told);
    });
    form.querySelector("[data-cancel]").addEventListener("click", back);
    form.addEventListener("keydown", (event) => event.key === "Escape" && back(event));
    card.before(place);
    htmx.process(place);
    form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  }

  async draw(address, focused = document.activeElement?.closest?.(".card")?.id) {
    const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
    const html = answer?.status === 200 && (await answer.text().catch(() => ""));
    if (!html || this.busy || this.lifted || !this.isConnected) return; // meanwhile
    const page = document.createElement("template");
    page.innerHTML = html;
    const fresh = page.content.querySelector("gw-board");
    if (!fresh) return;
    const { scrollLeft } = this.scroller;
    this.replaceWith(fresh);
    fresh.scroller.scrollLeft = scrollLeft;
    htmx.process(fresh);
    const card = focused && document.getElementById(focused);
    if (!card) return;
    card.querySelector("a.nm").focus({ preventScroll: true });
    fresh.say(card);
  }

  listen() {
    if (document.hidden || this.busy || this.lifted || document.querySelector(".pop.moves, .drop-ask")) return;
    this.draw(this.dataset.live);
  }

  // ── by mouse and finger

  press(event) {
    const card = event.target.closest(".card[data-moves]");
    if (!card || event.button || event.target.closest(".move")) return;
    const begun = { x: event.clientX, y: event.clientY };
    const far = (other) => Math.hypot(other.clientX - begun.x, other.clientY - begun.y) > FAR;
    const byFinger = event.pointerType === "touch";
    const wait = byFinger && setTimeout(() => this.lift(card, event), LIFTED);
    const moved = (other) => {
      if (this.lifted) this.drag(other);
      else if (far(other) && byFinger) ended();
      else if (far(other)) this.lift(card, other);
    };
    const hold = (other) => this.lifted && other.preventDefault();
    const ended = (other) => {
      clearTimeout(wait);
      removeEventListener("pointermove", moved);
      removeEventListener("pointerup", ended);
      removeEventListener("pointercancel", ended);
      removeEventListener("touchmove", hold);
      removeEventListener("keydown", stop, true);
      if (this.lifted) this.drop(card, other?.type === "pointerup");
    };
    const stop = (other) => other.key === "Escape" && this.lifted && ended();
    addEventListener("pointermove", moved);
    addEventListener("pointerup", ended);
    addEventListener("pointercancel", ended);
    addEventListener("touchmove", hold, { passive: false });
    addEventListener("keydown", stop, true);
  }

  lift(card, at) {
    const box = card.getBoundingClientRect();
    this.lifted = card.cloneNode(true);
    this.lifted.removeAttribute("id");
    this.lifted.classList.add("lift");
    this.lifted.style.inlineSize = `${box.width}px`;
    this.grip = { x: at.clientX - box.left, y: at.clientY - box.top };
    card.classList.add("ghost");
    this.from = card;
    this.classList.add("carrying");
    document.body.append(this.lifted);
    this.drag(at);
    this.pull({ x: at.clientX, y: at.clientY });
  }

  drag(at) {
    this.lifted.style.left = `${at.clientX - this.grip.x}px`;
    this.lifted.style.top = `${at.clientY - this.grip.y}px`;
    this.at = { x: at.clientX, y: at.clientY };
    this.aim();
  }

  aim() {
    const columns = this.columns(this.from);
    this.over = columns.find((column) => column.contains(document.elementFromPoint(this.at.x, this.at.y)));
    columns.forEach((column) => column.classList.toggle("over", column === this.over));
  }

  // a card that rests at an edge brings the columns, or the days, that are not on the screen
  pull(begun) {
    if (!this.lifted) return;
    requestAnimationFrame(() => this.pull(begun));
    const { x, y } = this.at;
    if (Math.hypot(x - begun.x, y - begun.y) <= FAR) return;
    const { left, right } = this.scroller.getBoundingClientRect();
    this.scroller.scrollLeft += PULL * ((x > right - EDGE.x) - (x < left + EDGE.x));
    scrollBy(0, PULL * ((y > innerHeight - EDGE.y) - (y < EDGE.y)));
    this.aim();
  }

  drop(card, isMeant) {
    this.lifted.remove();
    this.lifted = null;
    this.classList.remove("carrying");
    card.classList.remove("ghost");
    this.columns(card).forEach((column) => column.classList.remove("over"));
    addEventListener("click", (event) => { event.preventDefault(); event.stopPropagation(); }, { capture: true, once: true });
    setTimeout(() => dispatchEvent(new MouseEvent("click"))); // the click that follows a drag is nobody's; this one at the latest
    if (isMeant) this.move(card, this.over);
  }

  // ── by keys

  key(event) {
    const adding = event.key === "Escape" && event.target.closest(".adding form");
    if (adding) this.closeForm(adding);
    const card = event.target.closest(".card");
    if (!card || !event.code.startsWith("Arrow") || event.ctrlKey || event.altKey || event.metaKey) return;
    const columns = this.columns(card);
    const column = card.closest(".stack-col");
    const cards = [...column.querySelectorAll(".card")];
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.code] ?? 0;
    const along = { ArrowUp: -1, ArrowDown: 1 }[event.code] ?? 0;
    event.preventDefault();
    if (event.shiftKey && card.hasAttribute("data-moves")) {
      const week = this.classList.contains("calendar") ? along * 7 : 0;
      this.move(card, columns[columns.indexOf(column) + side + week]);
      return;
    }
    let next = cards[cards.indexOf(card) + along];
    for (let place = columns.indexOf(column) + side; side && place >= 0 && place < columns.length; place += side) {
      const others = [...columns[place].querySelectorAll(".card")];
      next = others[Math.min(cards.indexOf(card), others.length - 1)];
      if (next) break;
    }
    if (next) {
      next.querySelector("a.nm").focus();
      this.say(next);
    }
  }

  // ── by the card's menu

  menu(event) {
    const cancel = event.target.closest(".adding [data-cancel]");
    if (cancel) {
      event.preventDefault();
      this.closeForm(cancel.closest("form"));
    }
    const opener = event.target.closest(".move");
    if (!opener) return;
    event.preventDefault();
    const card = opener.closest(".card");
    const list = document.createElement("div");
    list.className = "pop moves placed";
    list.popover = "auto";
    list.setAttribute("aria-label", this.dataset.moveTo);
    for (const column of this.columns(card)) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn quiet sm";
      button.textContent = column.querySelector("h2, h3").textContent.trim();
      button.disabled = column === card.closest(".stack-col");
      button.addEventListener("click", () => {
        list.hidePopover();
        this.move(card, column);
      });
      list.append(button);
    }
    list.addEventListener("toggle", ({ newState }) => {
      if (newState !== "closed") return;
      list.remove();
      opener.focus();
    });
    document.body.append(list);
    list.showPopover();
    const at = opener.getBoundingClientRect();
    list.style.left = `${Math.max(8, Math.min(at.left, innerWidth - list.offsetWidth - 8))}px`;
    list.style.top = `${Math.max(8, Math.min(at.bottom + 4, innerHeight - list.offsetHeight - 8))}px`;
    list.querySelector("button:not(:disabled)")?.focus();
  }
}

customElements.define("gw-board", Board);
