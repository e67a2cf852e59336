// One toast at a time: 8 seconds, longer while looked at. (Ctrl Z is a key of keys.js.)
const STAYS = 8000;

class Toasts extends HTMLElement {
  connectedCallback() {
    this.onToast = (event) => this.show(event.detail ?? {});
    this.onFailure = (event) => {
      if (!event.detail?.xhr || event.detail.xhr.status >= 500 || event.detail.xhr.status === 0) {
        this.show({ text: this.dataset.failed });
      }
    };
    document.body.addEventListener("toast", this.onToast);
    document.body.addEventListener("htmx:responseError", this.onFailure);
    document.body.addEventListener("htmx:sendError", this.onFailure);
    this.addEventListener("pointerenter", () => clearTimeout(this.timer));
    this.addEventListener("focusin", () => clearTimeout(this.timer));
    this.addEventListener("pointerleave", () => this.leaveLater());
    this.addEventListener("focusout", () => this.leaveLater());
  }

  disconnectedCallback() {
    document.body.removeEventListener("toast", this.onToast);
    document.body.removeEventListener("htmx:responseError", this.onFailure);
    document.body.removeEventListener("htmx:sendError", this.onFailure);
    clearTimeout(this.timer);
  }

  show({ text, undo_url: undo }) {
    if (!text) return;
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.append(text);
    if (undo) {
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

  // The answer says with HX-Refresh or HX-Location where to look; without htmx the page is opened anew.
  async undo(address) {
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
