// Many ticks with a box above them: what is typed hides the others. What is ticked is never hidden.
class Ticks extends HTMLElement {
  connectedCallback() {
    if (!this.dataset.find || this.querySelector("[type=search]")) return;
    const box = document.createElement("input");
    box.type = "search";
    box.className = "in";
    box.placeholder = this.dataset.find;
    box.setAttribute("aria-label", this.dataset.find);
    box.addEventListener("input", () => this.show(box.value));
    box.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
    this.prepend(box);
  }

  show(typed) {
    const words = typed.toLocaleLowerCase().split(/\s+/);
    for (const label of this.querySelectorAll("label")) {
      const text = label.textContent.toLocaleLowerCase();
      const fits = words.every((word) => text.includes(word));
      label.parentElement.hidden = !fits && !label.querySelector("input").checked;
    }
  }
}

customElements.define("gw-ticks", Ticks);
