// A place to drop a file on. It fills the file input inside, so mouse, keyboard and script send the same form.
class Drop extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    this.output = this.querySelector("output");
    if (!this.input) return;
    this.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.classList.add("over");
    });
    this.addEventListener("dragleave", () => this.classList.remove("over"));
    this.addEventListener("drop", (event) => this.take(event));
    this.addEventListener("click", (event) => {
      if (event.target !== this.input) this.input.click();
    });
    this.input.addEventListener("change", () => this.say());
  }

  take(event) {
    event.preventDefault();
    this.classList.remove("over");
    const files = event.dataTransfer?.files;
    if (!files?.length) return;
    const chosen = new DataTransfer();
    for (const file of this.input.multiple ? files : [files[0]]) chosen.items.add(file);
    this.input.files = chosen.files;
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  say() {
    const sizes = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
    const names = [...this.input.files].map((file) => `${file.name} · ${sizes.format(file.size / 1024)} KB`);
    if (this.output) this.output.value = names.join(", ");
  }
}

customElements.define("gw-drop", Drop);
