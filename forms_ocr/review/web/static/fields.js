// One thing that is asked about a slip: cells, a line of text, or a question. Each tells its listener when it is
// complete (`completed`), when anything changed (`changed`), and when it is being worked on (`entered`).

import { drawn, filled, make, words } from "./page.js";

const CELL_REM = 3.1;
const MOST_REM = 44;
const HIGH_REM = 5.5; // of what has no cells: about as high as cells are with their margin

class Field {
  constructor(asked, picture, listener) {
    this.asked = asked;
    this.name = asked.name;
    this.listener = listener;
    this.state = make("span", { class: "state" });
    this.root = make("div", { class: "field", "data-name": asked.name });
    this.id = `field-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    this.root.append(
      make("label", { for: this.id }, make("span", { text: asked.label }), this.state),
      this.crop(picture),
    );
    this.root.addEventListener("focusin", () => listener.entered(this));
  }

  crop(picture) {
    if (!picture) return make("p", { class: "quiet", text: words.no_picture });
    const canvas = drawn(picture, filled(words.crop, { label: this.asked.label }));
    canvas.className = "crop";
    const { cells } = this.asked;
    const share = cells.length ? cells.reduce((sum, cell) => sum + cell[2], 0) / cells.length : 0;
    this.width = Math.min(share ? CELL_REM / share : (HIGH_REM * picture.width) / picture.height, MOST_REM);
    canvas.style.width = `${this.width}rem`;
    return canvas;
  }

  get isComplete() { return this.value !== null; }

  /** The value to send; null while it is not complete. */
  get value() { return null; }

  mark(kind, text) {
    this.root.classList.toggle("is-differing", kind === "differing");
    this.root.classList.toggle("is-accepted", kind === "accepted");
    this.state.textContent = text;
  }

  setCurrent(isCurrent) { this.root.classList.toggle("is-current", isCurrent); }

  /** Whether a key was for this field. */
  takes() { return false; }

  differ() { this.mark("differing", words.is_differing); }

  settle() { this.mark("", ""); }
}

/** Digits in printed cells. What is known stands there already; only the rest is keyed. */
class CellsField extends Field {
  constructor(asked, picture, listener) {
    super(asked, picture, listener);
    const known = asked.known.length ? asked.known : Array(asked.length).fill(null);
    this.known = known;
    this.characters = [...known];
    this.differing = new Set();
    this.here = Math.max(known.indexOf(null), 0);
    this.row = make("div", { class: "cells" });
    this.boxes = known.map((_, index) => this.box(index));
    this.input = make("input", {
      id: this.id, type: "text", inputmode: "numeric", autocomplete: "off", spellcheck: "false",
      "aria-label": filled(words.cells_of, {
        label: asked.label, count: known.length, asked: known.filter((each) => each === null).length,
      }),
    });
    this.row.append(...this.boxes, this.input);
    this.root.append(this.row);
    if (asked.cells.length && picture) this.align();
    this.input.addEventListener("beforeinput", (event) => this.typedSoftly(event));
    this.input.addEventListener("pointerdown", (event) => this.pointed(event));
    this.show();
  }

  box() { return make("span", { class: "cell", "aria-hidden": "true" }); }

  align() {
    this.row.classList.add("is-aligned");
    this.row.style.width = `${this.width}rem`;
    let end = 0; // a printed century has less room than its cells would take
    this.boxes.forEach((box, index) => {
      const [left, , width] = this.asked.cells[index] ?? [end, 0, 0];
      const begin = Math.max(left, end - 0.001);
      end = left + width;
      box.style.left = `${begin * 100}%`;
      box.style.width = `${(end - begin) * 100}%`;
    });
  }

  show() {
    const isFocused = this.root.classList.contains("is-current");
    this.boxes.forEach((box, index) => {
      const character = this.characters[index];
      box.textContent = character ?? "";
      box.classList.toggle("is-sure", this.known[index] !== null && character === this.known[index]);
      box.classList.toggle("is-doubtful", character === null);
      box.classList.toggle("is-differing", this.differing.has(index));
      box.classList.toggle("is-here", isFocused && index === this.here);
    });
    this.input.value = this.characters.map((each) => each ?? "_").join("");
  }

  get value() {
    return this.characters.some((each) => each === null) ? null : this.characters.join("");
  }

  set value(text) {
    this.characters = this.known.map((_, index) => text[index] ?? "");
    this.settle();
    this.listener.changed(this);
  }

  focus() {
    this.input.focus({ preventScroll: false });
    this.show();
  }

  setCurrent(isCurrent) {
    super.setCurrent(isCurrent);
    this.show();
  }

  differ(places) {
    super.differ();
    this.differing = new Set(places);
    this.open = new Set(places);
    if (places.length) this.here = Math.min(...places);
    this.show();
  }

  settle() {
    super.settle();
    this.differing.clear();
    this.show();
  }

  takes(event) {
    const digit = digitOf(event);
    if (digit !== null) this.put(digit);
    else if (event.code === "Space") this.putNothing();
    else if (event.code === "Backspace") this.takeAway();
    else if (event.code === "Delete") this.clear(this.here);
    else if (event.code === "ArrowLeft") this.go(this.here - 1);
    else if (event.code === "ArrowRight") this.go(this.here + 1);
    else if (event.code === "Home") this.go(0);
    else if (event.code === "End") this.go(this.boxes.length - 1);
    else return false;
    return true;
  }

  put(character) {
    this.characters[this.here] = character;
    this.differing.delete(this.here);
    this.advance();
  }

  putNothing() {
    for (let index = this.here; index < this.characters.length; index += 1) {
      if (index === this.here || this.characters[index] === null) this.characters[index] = "";
    }
    this.advance();
  }

  advance() {
    const next = this.following();
    if (next !== undefined) this.here = next;
    this.show();
    if (next === undefined) this.listener.completed(this);
    else this.listener.changed(this);
  }

  /** The next cell to key: of those that differ, while any does, else of those that are open. */
  following() {
    const open = this.characters.flatMap((each, index) => (each === null ? [index] : []));
    const wanted = open.length ? open : [...this.differing].sort((a, b) => a - b);
    return wanted.find((index) => index > this.here) ?? wanted[0];
  }

  takeAway() {
    const isTyped = (index) => this.characters[index] !== null && this.known[index] === null;
    let index = this.here;
    if (!isTyped(index)) index -= 1;
    while (index >= 0 && this.known[index] !== null) index -= 1;
    if (index < 0) return;
    this.clear(index);
    this.go(index);
  }

  clear(index) {
    this.characters[index] = null;
    this.differing.delete(index);
    this.show();
    this.listener.changed(this);
  }

  go(index) {
    this.here = Math.min(Math.max(index, 0), this.boxes.length - 1);
    this.show();
  }

  /** Keyboards on glass, and pasted numbers, come without key codes. */
  typedSoftly(event) {
    event.preventDefault();
    if (event.inputType === "deleteContentBackward") this.takeAway();
    for (const character of event.data ?? "") {
      if (/[0-9]/.test(character)) this.put(character);
      else if (character === " ") this.putNothing();
    }
  }

  pointed(event) {
    const at = this.boxes.findIndex((box) => {
      const { left, right } = box.getBoundingClientRect();
      return event.clientX >= left && event.clientX < right;
    });
    if (at >= 0) this.go(at);
  }
}

/** Values to pick by 1 to 4; 0 brings up what is behind them, to type it. */
class PickField extends Field {
  constructor(asked, picture, listener, values, behind) {
    super(asked, picture, listener);
    this.values = values;
    this.behind = behind;
    this.picked = null;
    this.row = make("div", { class: "choices", role: "group", "aria-label": asked.label });
    this.buttons = values.map(({ text }, index) => this.button(String(index + 1), text, () => this.pick(index)));
    this.row.append(...this.buttons);
    if (behind) this.row.append(this.button("0", words.type_it, () => this.typeInstead()));
    this.root.append(this.row);
    find1(this.row).id = this.id;
  }

  button(key, text, act) {
    const button = make("button", { type: "button", class: "button" }, make("kbd", { text: key }), ` ${text}`);
    button.addEventListener("click", act);
    return button;
  }

  get value() { return this.picked; }

  focus() { find1(this.row).focus(); }

  pick(index) {
    this.picked = this.values[index].value;
    this.buttons.forEach((button, each) => {
      button.classList.toggle("is-chosen", each === index);
      button.setAttribute("aria-pressed", String(each === index));
    });
    this.settle();
    this.listener.completed(this);
  }

  typeInstead() {
    const field = this.behind();
    this.listener.replaced(this, field);
  }

  takes(event) {
    const digit = digitOf(event);
    if (digit === null) return false;
    if (digit === "0" && this.behind) this.typeInstead();
    else if (Number(digit) >= 1 && Number(digit) <= this.values.length) this.pick(Number(digit) - 1);
    return true;
  }
}

/** A line of text. Letters belong to it, so its shortcuts are held with Alt. */
class TextField extends Field {
  constructor(asked, picture, listener) {
    super(asked, picture, listener);
    this.input = make("input", {
      id: this.id, type: "text", autocomplete: "off", spellcheck: "false", maxlength: String(asked.length || 200),
    });
    this.root.append(this.input);
    this.input.addEventListener("input", () => {
      this.settle();
      listener.changed(this);
    });
  }

  get takesLetters() { return true; }

  get value() { return this.input.value.trim() || (this.asked.is_required ? null : ""); }

  focus() { this.input.focus(); }
}

const find1 = (row) => row.querySelector("button");

/** The digit of a key, by its place or its sign: a French keyboard has its digits above Shift. */
export const digitOf = (event) => {
  const place = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
  if (/^[0-9]$/.test(event.key)) return event.key;
  return place && !event.shiftKey ? place[1] : null;
};

export const makeField = (asked, picture, listener) => {
  const typed = () => (asked.kind === "text" ? TextField : CellsField);
  if (asked.kind === "yes_no") {
    const values = [{ value: "yes", text: words.yes }, { value: "no", text: words.no }];
    return new PickField(asked, picture, listener, values, null);
  }
  const behind = () => new (typed())(asked, picture, listener);
  if (!asked.candidates.length) return behind();
  const values = asked.candidates.map((value) => ({ value, text: value || words.nothing }));
  return new PickField(asked, picture, listener, values, behind);
};
