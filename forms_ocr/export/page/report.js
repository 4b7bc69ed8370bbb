"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

  // A file opened from disk may be refused its storage; then the choice lasts as long as the page.
  const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* no storage */ } };
  const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const asked = (key) => new URLSearchParams(location.search).get(key) || recall("forms-ocr-" + key);

  const setLanguage = (language) => {
    root.lang = language;
    root.dataset.language = language;
    for (const button of all("button[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    }
    for (const option of all("option[data-ru]")) option.textContent = option.dataset[language];
    remember("forms-ocr-language", language);
  };
  for (const button of all("button[data-language]")) {
    button.addEventListener("click", () => setLanguage(button.dataset.language));
  }
  if (asked("language") === "en") setLanguage("en");

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const setTheme = (theme) => { root.dataset.theme = theme; };
  const theme = asked("theme");
  if (theme === "dark" || theme === "light") setTheme(theme);
  for (const button of all("[data-theme-switch]")) {
    button.addEventListener("click", () => {
      const next = (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark" ? "light" : "dark";
      setTheme(next);
      remember("forms-ocr-theme", next);
    });
  }

  const items = all("#review [data-reasons]");
  const selects = all("select[data-filter]");
  const keeps = (item, select) =>
    !select.value ||
    (select.dataset.filter === "office"
      ? item.dataset.office === select.value
      : item.dataset.reasons.split(" ").includes(select.value));
  const filter = () => {
    let shown = 0;
    for (const item of items) {
      item.hidden = !selects.every((select) => keeps(item, select));
      if (!item.hidden) shown += 1;
    }
    for (const place of all("[data-shown]")) place.textContent = shown;
    for (const place of all("[data-all]")) place.textContent = items.length;
  };
  for (const select of selects) select.addEventListener("change", filter);
  for (const bar of all(".filters")) bar.hidden = false;
  filter();

  for (const link of all("a[data-reason]")) {
    link.addEventListener("click", () => {
      for (const select of selects) select.value = select.dataset.filter === "reasons" ? link.dataset.reason : "";
      filter();
    });
  }

  // Pointing at a value shows its place on the slip, and the other way round.
  document.addEventListener("pointerover", (event) => {
    const part = event.target instanceof Element ? event.target.closest("[data-field]") : null;
    for (const old of all(".is-pointed")) old.classList.remove("is-pointed");
    if (!part) return;
    const slip = part.closest(".slip");
    for (const twin of all(`[data-field="${part.dataset.field}"]`, slip)) twin.classList.add("is-pointed");
  });

  // Keys are named by their place, so that they work under a Russian layout too.
  document.addEventListener("keydown", (event) => {
    const step = { KeyJ: 1, KeyK: -1 }[event.code];
    if (!step || event.ctrlKey || event.altKey || event.metaKey || event.target.matches("select, input")) return;
    const cards = all("article.slip").filter((card) => !card.hidden);
    const at = cards.indexOf(document.activeElement.closest("article.slip"));
    const next = cards[at < 0 ? 0 : at + step];
    if (!next) return;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "start" });
  });
})();
