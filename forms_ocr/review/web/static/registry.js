// The registry beside the slip: what it says to an account, and accounts by their address.

import { all, call, filled, find, make, words } from "./page.js";

const places = {
  address: find("[data-address]"), last: find("[data-last]"), used: find("[data-used]"),
};

const addressOf = ({ street, house, flat }) =>
  [street, house, flat && filled(words.flat, { flat })].filter(Boolean).join(", ");

export const showBeside = (beside) => {
  const { line, has_registry: hasRegistry, used } = beside ?? { line: null, has_registry: true, used: "" };
  places.last.textContent = line?.last_reading
    ? filled(words.on_day, { reading: line.last_reading, day: line.last_day }) : "";
  places.used.textContent = used ? filled(words.used, { kwh: used }) : "";
  if (line) places.address.textContent = addressOf(line) + (line.may_report ? "" : ` (${line.status})`);
  else if (!hasRegistry) places.address.textContent = words.no_registry;
  else places.address.textContent = beside ? words.unknown_account : "";
};

export class AddressSearch {
  constructor(dialog, picked) {
    this.dialog = dialog;
    this.picked = picked;
    this.list = find("[data-found]", dialog);
    this.none = find("[data-found-none]", dialog);
    this.inputs = all("input", dialog);
    this.asked = 0;
    for (const input of this.inputs) input.addEventListener("input", () => this.later());
    dialog.addEventListener("keydown", (event) => this.key(event));
  }

  open() {
    for (const input of this.inputs) input.value = "";
    this.list.replaceChildren();
    this.none.textContent = "";
    this.dialog.showModal();
    this.inputs[0].focus();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(), 150);
  }

  async search() {
    const [street, house, flat] = this.inputs.map((input) => input.value.trim());
    if (!street) return;
    const turn = ++this.asked;
    const { told } = await call("/registry/address", { street, house, flat });
    if (turn !== this.asked) return; // a later question is on its way
    const lines = told.lines ?? [];
    this.list.replaceChildren(...lines.map((line) => make("li", {}, this.button(line))));
    this.none.textContent = lines.length ? "" : words.nobody;
  }

  button(line) {
    const text = `${addressOf(line)} · ${line.account}${line.may_report ? "" : ` (${line.status})`}`;
    const button = make("button", { type: "button", class: "button", text });
    button.addEventListener("click", () => {
      this.dialog.close();
      this.picked(line);
    });
    return button;
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
    if (step) {
      const buttons = all("button", this.list);
      const at = buttons.indexOf(document.activeElement) + step;
      if (at < 0) this.inputs[0].focus();
      else buttons[Math.min(at, buttons.length - 1)]?.focus();
      event.preventDefault();
    } else if (event.code === "Enter" && event.target.matches("input")) {
      event.preventDefault();
    }
  }
}
