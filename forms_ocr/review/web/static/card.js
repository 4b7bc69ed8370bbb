// One slip, made ready to be shown before it is its turn: pictures loaded and drawn, fields laid out.

import { call, drawn, filled, loadPicture, make, makeSvg, words } from "./page.js";
import { makeField } from "./fields.js";

export class Card {
  constructor(slip, listener) {
    this.slip = slip;
    this.ticket = slip.ticket;
    this.listener = listener;
    this.received = performance.now();
    this.shownAt = null;
    this.firstKeyAt = null;
    this.verdict = null;
    this.isLost = false;
    this.outlines = []; // of the slip beside the fields and, once opened, of the large one
    this.ready = this.prepare();
  }

  async prepare() {
    const [picture, told, ...crops] = await Promise.all([
      loadPicture(this.slip.picture),
      call("/queue/judge", { ticket: this.ticket, typed: {} }),
      ...this.slip.asked.map((asked) => loadPicture(asked.crop)),
    ]);
    this.picture = picture;
    this.beside = told.told.verdict?.beside ?? null;
    this.fields = this.slip.asked.map((asked, index) => makeField(asked, crops[index], this.listener));
    this.why = this.reasons();
    this.sheet = this.outlined();
    this.place = filled(words.place, this.slip) + (this.slip.closes ? ` · ${filled(words.closes, { day: this.slip.closes })}` : "");
    return this;
  }

  reasons() {
    const { reasons, stage, opinions } = this.slip;
    const lines = [];
    if (stage > 1) lines.push(make("b", { text: stage === 2 ? words.second_reader : words.last_reader }));
    if (reasons.length) {
      lines.push(make("b", { text: reasons.map((reason) => reason.title).join(" · ") }));
      lines.push(make("span", { text: reasons[0].advice }));
    }
    for (const opinion of opinions) {
      const values = Object.values(opinion).filter(Boolean).join(", ");
      lines.push(make("span", { text: ` ${filled(words.opinions, { values })}` }));
    }
    return lines;
  }

  outlined() {
    if (!this.picture) return [make("p", { class: "quiet", text: words.no_picture })];
    const overlay = makeSvg("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" });
    for (const asked of this.slip.asked) {
      const [x, y, width, height] = asked.frame;
      const outline = makeSvg("rect", { class: "outline", x, y, width, height });
      overlay.append(outline);
      this.outlines.push([asked.name, outline]);
    }
    return [drawn(this.picture, words.whole_slip), overlay];
  }

  /** The clock of the answer starts when the person sees the slip, not when it was loaded. */
  shown() {
    this.shownAt ??= performance.now();
  }

  keyed() {
    this.firstKeyAt ??= performance.now();
  }

  enter(field) {
    this.current = field;
    for (const each of this.fields) each.setCurrent(each === field);
    for (const [name, outline] of this.outlines) outline.classList.toggle("is-current", name === field.name);
  }

  get firstOpen() {
    return this.fields.find((field) => !field.isComplete);
  }

  get isComplete() {
    return this.fields.every((field) => field.isComplete || !field.asked.is_required);
  }

  get typed() {
    return Object.fromEntries(this.fields.filter((field) => field.isComplete).map((field) => [field.name, field.value]));
  }

  replace(old, field) {
    this.fields[this.fields.indexOf(old)] = field;
    old.root.replaceWith(field.root);
  }

  field(name) {
    return this.fields.find((field) => field.name === name);
  }

  /** What is sent with a decision, but for the decision itself. */
  get handling() {
    const waited = (this.shownAt ?? this.received) - this.received;
    return {
      ticket: this.ticket,
      typed: this.typed,
      shown_at: new Date(Date.parse(this.slip.shown_at) + waited).toISOString(),
      first_key_ms: this.firstKeyAt === null ? null : Math.round(this.firstKeyAt - this.shownAt),
    };
  }

  close() {
    this.picture?.close();
  }
}
