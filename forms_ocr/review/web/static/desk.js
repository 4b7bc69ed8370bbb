// Slips one after another. Keys are named by their place (`event.code`), so that they work under any layout.

import { Card } from "./card.js";
import { digitOf } from "./fields.js";
import { all, call, find, make, page, words } from "./page.js";
import { AddressSearch, showBeside } from "./registry.js";

const AHEAD = 3;
const LOOK_AGAIN_MS = 20_000;
const COUNT_AGAIN_MS = 15_000;
const ACTIVE_MS = 5 * 60_000;
const KEYS = {
  KeyL: "confirm", KeyC: "uncertain", KeyY: "rescan", KeyJ: "refuse", KeyG: "skip", KeyZ: "undo", KeyF: "lookup",
  KeyK: "whole", Slash: "help", F1: "help",
};
const filters = { office: page.dataset.office, reason: page.dataset.reason, field: page.dataset.field };
const hosts = {
  why: find("[data-why]"), fields: find("[data-fields]"), sheet: find("[data-sheet]"), place: find("[data-place]"),
  verdict: find("[data-verdict]"), empty: find("[data-empty]"), waiting: find("[data-waiting]"),
};
const dialogs = Object.fromEntries(all("[data-dialog]").map((dialog) => [dialog.dataset.dialog, dialog]));
const signs = Object.fromEntries(all("[data-do]").map((button) => [button.dataset.do, find("kbd", button)?.textContent]));

let current = null;
let ahead = [];
let isBusy = false;
let isFilling = false;
let again = null; // what to send once more after the server gave no answer
let lastKeyAt = performance.now();
let countedAt = performance.now();

// ---- what is said ------------------------------------------------------------------------------------------

/** Keys stand in braces in the words, and are shown as keys. */
const withKeys = (text) =>
  text.split(/(\{\w+\})/).map((part) => {
    const sign = signs[part.slice(1, -1)];
    return part.startsWith("{") && sign ? make("kbd", { text: sign }) : part;
  });

const say = (kind, ...texts) => {
  hosts.verdict.className = `verdict ${kind}`;
  hosts.verdict.replaceChildren(...texts.filter(Boolean).flatMap((text) => [...withKeys(text), " "]));
};

const sayVerdict = (verdict) => {
  const broken = verdict.broken.flatMap(({ title, detail }) => [`${title}.`, detail]);
  const faults = Object.values(verdict.faults);
  const canGoOn = verdict.can_confirm ? words.can_confirm : words.cannot_confirm;
  if (verdict.kind === "differs") say("doubt", words.differs, ...broken);
  else if (verdict.kind === "needs_second") say("doubt", ...broken, words.needs_second);
  else if (verdict.kind === "breaks") say(verdict.can_confirm ? "doubt" : "bad", ...broken, canGoOn);
  else say("doubt", ...(faults.length ? faults : [words.incomplete]));
};

// ---- slips come and go -------------------------------------------------------------------------------------

const listener = {
  entered(field) {
    if (current?.fields?.includes(field)) current.enter(field);
  },
  changed() {
    if (!current) return;
    current.verdict = null;
    if (current.isComplete) say("", words.ready);
    else if (hosts.verdict.classList.contains("doubt") || hosts.verdict.classList.contains("bad")) say("");
  },
  completed(field) {
    if (!current || current.isLost) return;
    current.verdict = null;
    goOn(field);
  },
  replaced(old, field) {
    current.replace(old, field);
    field.focus();
  },
};

const goOn = (field) => {
  if (current.isComplete) {
    decide("confirm");
    return;
  }
  current.firstOpen.focus();
  lookBeside(current, field);
};

/** While the rest is keyed: what the registry says, and which cells differ so far. */
const lookBeside = async (card, field) => {
  const { status, told } = await call("/queue/judge", { ticket: card.ticket, typed: card.typed });
  if (status !== 200 || card !== current) return;
  if (told.verdict.beside) showBeside(told.verdict.beside);
  const places = told.verdict.differing[field.name];
  if (places && field.isComplete) field.differ(places);
};

const held = () => [current, ...ahead].filter((card) => card && !card.isLost).map((card) => card.ticket);

const fill = async () => {
  if (isFilling) return;
  isFilling = true;
  const count = AHEAD - ahead.length + (current ? 0 : 1);
  const { status, told } = count > 0
    ? await call("/queue/next", { ...filters, count, but: held() }) : { status: 200, told: { slips: [] } };
  isFilling = false;
  if (status !== 200) {
    if (!current) sayRefused(status);
    return;
  }
  const known = new Set(held());
  ahead.push(...told.slips.filter((slip) => !known.has(slip.ticket)).map((slip) => new Card(slip, listener)));
  if (!current) await showNext();
};

const showNext = async () => {
  const card = ahead.shift();
  if (!card) {
    showEmpty();
    return;
  }
  await card.ready;
  show(card);
  fill();
};

const showEmpty = () => {
  current = null;
  page.dataset.ticket = "";
  hosts.empty.hidden = false;
  for (const part of all(".keying, .paper")) part.hidden = true;
};

const show = (card) => {
  current = card;
  hosts.empty.hidden = true;
  for (const part of all(".keying, .paper")) part.hidden = false;
  hosts.why.replaceChildren(...card.why);
  hosts.fields.replaceChildren(...card.fields.map((field) => field.root));
  hosts.sheet.replaceChildren(...card.sheet);
  hosts.place.textContent = card.place;
  showBeside(card.beside);
  hosts.fields.scrollTop = 0;
  hosts.fields.inert = card.isLost;
  card.shown();
  (card.firstOpen ?? card.fields[0])?.focus();
  page.dataset.ticket = card.ticket;
};

const goToNext = async () => {
  const old = current;
  current = null;
  await showNext();
  old?.close();
  if (!ahead.length) fill();
  sayWaiting();
};

const sayWaiting = async () => {
  if (performance.now() - countedAt < COUNT_AGAIN_MS) return;
  countedAt = performance.now();
  const { told } = await call("/queue/facts", {});
  if (told.waiting !== undefined) hosts.waiting.textContent = told.waiting;
};

// ---- decisions ---------------------------------------------------------------------------------------------

const decide = async (action, { isConfirmed = false, refusal = null } = {}) => {
  if (isBusy || !current || current.isLost) return;
  isBusy = true; // a second press meanwhile is no second decision, and no digit of a slip not yet seen
  again = null;
  try {
    await send(current, action, { isConfirmed, refusal });
  } finally {
    isBusy = false;
  }
};

const send = async (card, action, options) => {
  const { isConfirmed, refusal } = options;
  const { status, told } = await call("/queue/save", { ...card.handling, action, refusal, is_confirmed: isConfirmed });
  if (status === 200) {
    await goToNext();
    say(action === "skip" ? "" : "good", words[told.outcome]);
  } else if (status === 422) {
    showVerdict(card, told.verdict);
  } else if (status === 409 || status === 404) {
    lose(card, status === 404 ? words.gone : told.is_settled ? words.conflict_settled : words.conflict_taken);
  } else {
    again = { action, options };
    sayRefused(status);
  }
};

const showVerdict = (card, verdict) => {
  card.verdict = verdict;
  const marked = card.fields.filter((field) => verdict.differing[field.name] || verdict.faults[field.name]);
  for (const field of card.fields) {
    if (verdict.differing[field.name]) field.differ(verdict.differing[field.name]);
    else if (!verdict.faults[field.name] && verdict.kind === "differs") field.mark("accepted", words.is_accepted);
  }
  if (verdict.beside) showBeside(verdict.beside);
  sayVerdict(verdict);
  (marked[0] ?? card.current ?? card.fields[0])?.focus();
};

/** What was typed stays in sight; it cannot be changed, since the server keeps it as it was sent. */
const lose = (card, text) => {
  card.isLost = true;
  hosts.fields.inert = true;
  say("bad", text);
};

const sayRefused = (status) => {
  if (status === 401) say("bad", words.signed_out);
  else if (status === 403 || status === 400) say("bad", words.forbidden);
  else say("bad", words.offline);
};

const confirm = () => {
  if (again) decide(again.action, again.options);
  else if (!current.isComplete) say("doubt", words.incomplete);
  else if (current.verdict && !current.verdict.can_confirm) sayVerdict(current.verdict);
  else decide("confirm", { isConfirmed: current.verdict !== null });
};

const undo = async () => {
  if (isBusy) return;
  isBusy = true;
  try {
    await takeBack();
  } finally {
    isBusy = false;
  }
};

const takeBack = async () => {
  const { status, told } = await call("/queue/undo", {});
  if (status === 404) {
    say("", words.nothing_to_undo);
  } else if (status === 200) {
    if (current && !current.isLost) ahead.unshift(current);
    const card = new Card(told.slip, listener);
    await card.ready;
    show(card);
    say("", words.undone);
  } else {
    sayRefused(status);
  }
};

const skip = () => {
  if (current.isLost) goToNext().then(() => say(""));
  else decide("skip");
};

// ---- dialogs -----------------------------------------------------------------------------------------------

const refusalButtons = all("[data-refusal]");

/** The rule that is broken comes first; digits name the first nine. */
const openRefusals = () => {
  const broken = new Set((current.verdict?.broken ?? []).map(({ code }) => code));
  const ordered = [...refusalButtons].sort((a, b) => broken.has(b.dataset.refusal) - broken.has(a.dataset.refusal));
  ordered.forEach((button, index) => {
    button.parentElement.parentElement.append(button.parentElement);
    find("kbd", button).textContent = index < 9 ? String(index + 1) : "";
  });
  dialogs.refuse.showModal();
  ordered[0]?.focus();
};

for (const button of refusalButtons) {
  button.addEventListener("click", () => {
    dialogs.refuse.close();
    decide("refuse", { refusal: button.dataset.refusal });
  });
}

const search = new AddressSearch(dialogs.lookup, (line) => {
  const account = current?.field("account");
  showBeside({ line, has_registry: true, used: "" });
  if (!account || account.value === undefined || !("characters" in account)) return;
  account.value = line.account;
  (current.firstOpen ?? account).focus();
});

const openWhole = () => {
  if (!current.picture) return;
  dialogs.whole.replaceChildren(make("div", { class: "sheet" }, ...current.outlined()));
  current.enter(current.current ?? current.fields[0]);
  dialogs.whole.showModal();
};

for (const dialog of Object.values(dialogs)) {
  dialog.addEventListener("close", () => (current?.current ?? current?.firstOpen)?.focus());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

// ---- keys --------------------------------------------------------------------------------------------------

const acts = {
  confirm, undo, skip,
  uncertain: () => decide("uncertain"),
  rescan: () => decide("rescan"),
  refuse: openRefusals,
  lookup: () => search.open(),
  whole: openWhole,
  help: () => dialogs.help.showModal(),
  filter: () => dialogs.filter.showModal(),
};
const WITHOUT_SLIP = new Set(["help", "undo", "filter"]);

const act = (name) => {
  if (current || WITHOUT_SLIP.has(name)) acts[name]();
};

for (const button of all("[data-do]")) {
  button.addEventListener("click", () => {
    // Enter on a button that the mouse left focused would press it again
    (current?.current ?? current?.firstOpen)?.focus();
    act(button.dataset.do);
  });
}

const keyInDialog = (dialog, event) => {
  const isOpenKey = KEYS[event.code] === dialog.dataset.dialog;
  if (dialog === dialogs.refuse && digitOf(event) !== null) {
    const sign = digitOf(event);
    refusalButtons.find((button) => find("kbd", button).textContent === sign)?.click();
  } else if (dialog === dialogs.refuse && event.code === "Enter") {
    // the first reason has the focus, and Enter is pressed by habit
  } else if (!isOpenKey || dialog === dialogs.lookup || dialog === dialogs.filter) {
    return;
  } else {
    dialog.close();
  }
  event.preventDefault();
};

const keyOnEnter = (event) => {
  const isControl = event.target.matches("a, select, summary, button:not([data-do=confirm])");
  if (event.ctrlKey || event.metaKey) act("confirm");
  else if (isControl && !event.target.closest("[data-fields]")) return;
  else if (current?.current?.takesLetters && current.firstOpen) current.firstOpen.focus();
  else if (current?.isComplete && !current.isLost) say(current.verdict ? "doubt" : "", words.nothing_confirmed);
  event.preventDefault();
};

const onKey = (event) => {
  lastKeyAt = performance.now();
  const dialog = document.querySelector("dialog[open]");
  if (dialog) return keyInDialog(dialog, event);
  if (event.code === "Enter" || event.code === "NumpadEnter") return keyOnEnter(event);
  if (event.ctrlKey || event.metaKey || event.isComposing) return undefined;
  const name = KEYS[event.code];
  const isInText = current?.current?.takesLetters && event.target.matches("input");
  if (name && (event.code === "F1" || !isInText || event.altKey) && !event.repeat) {
    event.preventDefault();
    act(name);
    return undefined;
  }
  if (event.altKey || isBusy || !current || current.isLost) return undefined;
  if (!event.target.closest("[data-fields], body") || event.target.matches("select")) return undefined;
  return keyInField(event);
};

const keyInField = (event) => {
  const field = current.current;
  // a key that is held down types one digit: twenty of them are nobody's reading
  if (!field || (event.repeat && digitOf(event) !== null)) return;
  const isOnButton = event.target.matches("button, a") && !event.target.closest("[data-fields]");
  if (isOnButton && event.code === "Space") return;
  current.keyed();
  if (field.takes(event)) event.preventDefault();
};

document.addEventListener("keydown", onKey);

// ---- leases ------------------------------------------------------------------------------------------------

const keepLeases = async () => {
  const tickets = held();
  if (!tickets.length || performance.now() - lastKeyAt > ACTIVE_MS) return;
  const { status, told } = await call("/queue/keep", { tickets });
  if (status === 200) ahead = ahead.filter((card) => card.ticket in told.left);
};

const leaseS = () => Math.min(60, ...[current, ...ahead].filter(Boolean).map((card) => card.slip.lease_s / 3));
const keepOn = () => setTimeout(async () => { await keepLeases(); keepOn(); }, 1000 * (held().length ? leaseS() : 60));
keepOn();
setInterval(() => { if (!current && !document.hidden) fill(); }, LOOK_AGAIN_MS);
window.addEventListener("pagehide", () => {
  const tickets = held();
  if (tickets.length) call("/queue/let-go", { tickets }, { keepalive: true });
});

page.tabIndex = -1;
fill();
