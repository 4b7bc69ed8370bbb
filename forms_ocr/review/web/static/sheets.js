// All cells that were read as one digit: what is not it is marked, the rest is confirmed together.

import { digitOf } from "./fields.js";
import { all, call, filled, find, make, page, words } from "./page.js";

const hosts = {
  grid: find("[data-grid]"), title: find("[data-title]"), digit: find("[data-digit-shown]"), empty: find("[data-empty]"),
  beside: find("[data-beside]"), field: find("[data-cell-field]"), marked: find("[data-marked]"),
  verdict: find("[data-sheet-verdict]"),
};
const ODD = "?";

let sheet = null;
let marks = new Map();
let isBusy = false;

const say = (kind, text) => {
  hosts.verdict.hidden = !text;
  hosts.verdict.className = `note ${kind}`;
  hosts.verdict.textContent = text;
};

const load = async () => {
  const { status, told } = await call("/sheets/next", { digit: page.dataset.digit });
  if (status !== 200) return say("bad", status === 401 ? words.signed_out_here : words.offline_here);
  sheet = told.sheet;
  marks = new Map();
  const isThere = sheet !== null;
  hosts.empty.hidden = isThere;
  hosts.title.hidden = hosts.beside.hidden = !isThere;
  hosts.grid.replaceChildren(...(sheet?.cells ?? []).map(button));
  hosts.digit.textContent = sheet?.digit ?? "";
  hosts.field.hidden = true;
  showMarks();
  all("button", hosts.grid)[0]?.focus();
  return undefined;
};

const button = (cell, index) => {
  const element = make("button", {
    type: "button", class: "glyph", "aria-pressed": "false", "data-key": cell.key, tabindex: index ? "-1" : "0",
    "aria-label": filled(words.cell, { number: index + 1 }),
  }, make("img", { src: cell.picture, alt: "", width: "80", height: "74" }), make("b"));
  element.addEventListener("click", () => mark(cell.key, marks.has(cell.key) ? null : ODD));
  element.addEventListener("focus", () => showField(cell, element));
  return element;
};

const showField = (cell, element) => {
  for (const each of all("button", hosts.grid)) each.tabIndex = each === element ? 0 : -1;
  hosts.field.src = cell.field;
  hosts.field.hidden = false;
};

const mark = (key, value) => {
  if (value === null || value === sheet.digit) marks.delete(key);
  else marks.set(key, value);
  showMarks();
};

const showMarks = () => {
  for (const element of all("button", hosts.grid)) {
    const value = marks.get(element.dataset.key);
    element.setAttribute("aria-pressed", String(value !== undefined));
    find("b", element).textContent = value === ODD ? words.odd : value ?? "";
  }
  hosts.marked.textContent = marks.size;
};

const handIn = async () => {
  if (isBusy || !sheet) return;
  isBusy = true;
  const { status, told } = await call("/sheets/save", { sheet: sheet.sheet, marked: Object.fromEntries(marks) });
  isBusy = false;
  if (status === 200 && told.is_taken) {
    await load();
    say("good", words.sheet_taken);
  } else if (status === 200) {
    for (const element of all("button", hosts.grid)) {
      element.classList.toggle("is-missed", told.missed.includes(element.dataset.key));
    }
    say("bad", words.sheet_back);
  } else if (status === 409 || status === 404) {
    await load();
    say("doubt", words.sheet_lost);
  } else {
    say("bad", status === 401 ? words.signed_out_here : words.offline_here);
  }
};

const step = (element, code) => {
  const buttons = all("button", hosts.grid);
  const { top } = buttons[0].getBoundingClientRect();
  const across = buttons.filter((each) => each.getBoundingClientRect().top === top).length;
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across }[code];
  buttons[buttons.indexOf(element) + by]?.focus();
};

document.addEventListener("keydown", (event) => {
  if (event.code === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    handIn();
    return;
  }
  const element = event.target.closest?.(".glyph");
  if (!element || event.ctrlKey || event.altKey || event.metaKey) return;
  const digit = digitOf(event);
  if (event.code.startsWith("Arrow")) step(element, event.code);
  else if (digit !== null && !event.repeat) mark(element.dataset.key, digit);
  else if (event.code === "Backspace" || event.code === "Delete") mark(element.dataset.key, null);
  else if (event.code !== "Enter") return;
  event.preventDefault();
});

find("[data-do=hand-in]").addEventListener("click", handIn);
load();
