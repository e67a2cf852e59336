// One toast at a time: 8 seconds, longer while looked at. Ctrl Z posts the undo of the last 20 acts of this page.
const STAYS = 8000;
const REMEMBERED = 20;

class Toasts extends HTMLElement {
  connectedCallback() {
    this.undone = [];
    this.onToast = (event) => this.show(event.detail ?? {});
    this.onKey = (event) => this.key(event);
    this.onFailure = (event) => {
      if (!event.detail?.xhr || event.detail.xhr.status >= 500 || event.detail.xhr.status === 0) {
        this.show({ text: this.dataset.failed });
      }
    };
    document.body.addEventListener("toast", this.onToast);
    document.body.addEventListener("htmx:responseError", this.onFailure);
    document.body.addEventListener("htmx:sendError", this.onFailure);
    document.addEventListener("keydown", this.onKey);
    this.addEventListener("pointerenter", () => clearTimeout(this.timer));
    this.addEventListener("focusin", () => clearTimeout(this.timer));
    this.addEventListener("pointerleave", () => this.leaveLater());
    this.addEventListener("focusout", () => this.leaveLater());
  }

  disconnectedCallback() {
    document.body.removeEventListener("toast", this.onToast);
    document.body.removeEventListener("htmx:responseError", this.onFailure);
    document.body.removeEventListener("htmx:sendError", this.onFailure);
    document.removeEventListener("keydown", this.onKey);
    clearTimeout(this.timer);
  }

  show({ text, undo_url: undo }) {
    if (!text) return;
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.append(text);
    if (undo) {
      this.undone.push(undo);
      this.undone.splice(0, this.undone.length - REMEMBERED);
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = this.dataset.undo;
      button.addEventListener("click", () => this.undo(undo));
      const key = document.createElement("kbd");
      key.textContent = "Ctrl Z";
      toast.append(button, key);
    }
    this.replaceChildren(toast);
    this.leaveLater();
  }

  leaveLater() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.replaceChildren(), STAYS);
  }

  key(event) {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.code !== "KeyZ" || !(event.ctrlKey || event.metaKey) || event.shiftKey || typing) return;
    const last = this.undone.at(-1);
    if (!last) return;
    event.preventDefault();
    this.undo(last);
  }

  // The answer says with HX-Refresh or HX-Location where to look; without htmx the page is opened anew.
  async undo(address) {
    this.undone = this.undone.filter((one) => one !== address);
    this.replaceChildren();
    if (window.htmx) {
      await window.htmx.ajax("POST", address, { target: "#notices", swap: "innerHTML" });
      return;
    }
    const token = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
    await fetch(address, { method: "POST", headers: token });
    location.reload();
  }
}

customElements.define("gw-toasts", Toasts);
