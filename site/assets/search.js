// The search, loaded when it is first wanted. The index is read a part at a time: src/weave/search.rs says what is in it.
"use strict";
(() => {
  const folder = new URL("../search/", document.currentScript.src);
  const dialog = document.querySelector("dialog.search");
  const input = dialog.querySelector("input");
  const status = dialog.querySelector(".search-status");
  const list = dialog.querySelector(".search-results");
  const MOST = 20; // results shown

  // ---- the index

  const files = new Map();  // what was loaded, or is being
  const waiting = new Map(); // who takes it
  globalThis.lessoncSearch = (name, value) => waiting.get(name)(value);

  // By a script, for a page that was opened from a folder may load nothing else.
  function load(name) {
    if (!files.has(name)) files.set(name, new Promise((resolve, reject) => {
      waiting.set(name, resolve);
      const script = document.createElement("script");
      script.src = new URL(`${name}.js`, folder);
      script.onload = () => script.remove();
      script.onerror = () => { script.remove(); files.delete(name); reject(new Error(`${script.src} is missing`)); };
      document.head.append(script);
    }));
    return files.get(name);
  }

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const WORD = /[\p{Alphabetic}\p{N}\p{M}]+/gu;

  // How much each section that has a word beginning so counts, by the section's number.
  async function weigh({ words }, start) {
    const near = [...words.keys()]
      .filter((at) => words[at] <= `${start}\uffff` && (at + 1 === words.length || words[at + 1] > start));
    const weights = new Map();
    for (const part of await Promise.all(near.map((at) => load(`words-${at}`))))
      for (const word in part) {
        if (!word.startsWith(start)) continue;
        let section = 0;
        for (let at = 0; at < part[word].length; at += 2) {
          section += part[word][at];
          const weight = part[word][at + 1] * (word === start ? 3 : 1);
          weights.set(section, Math.max(weight, weights.get(section) ?? 0));
        }
      }
    return weights;
  }

  // Which page each section is on, and whether it is for instructors.
  const places = ({ pages }) => pages.flatMap(([url, title, count, notes]) =>
    Array.from({ length: count }, (_, at) => ({ url, title, isNote: notes.includes(at) })));

  // The sections that have every word, the best first.
  async function find(words) {
    const index = await load("index");
    index.places ??= places(index);
    const [first, ...others] = await Promise.all(words.map((word) => weigh(index, word)));
    const isLearner = document.documentElement.dataset.view !== "instructor";
    const found = [...first.keys()]
      .filter((section) => others.every((weights) => weights.has(section)))
      .filter((section) => !(isLearner && index.places[section].isNote));
    const worth = new Map(found.map((section) =>
      [section, others.reduce((sum, weights) => sum + weights.get(section), first.get(section))]));
    found.sort((one, other) => worth.get(other) - worth.get(one) || one - other);
    const results = await Promise.all(found.slice(0, MOST).map(async (section) => {
      const part = index.sections.findLastIndex((start) => start <= section);
      const [id, title, text] = (await load(`sections-${part}`))[section - index.sections[part]];
      return { ...index.places[section], id, section: title, text };
    }));
    return { results, count: found.length };
  }

  // ---- what is shown

  function element(name, className, ...content) {
    const made = document.createElement(name);
    made.className = className;
    made.append(...content);
    return made;
  }

  // What stands around the first word that was found, with all that were found marked.
  function excerpt(text, words) {
    const hits = [...text.matchAll(WORD)].filter(([word]) => words.some((start) => fold(word).startsWith(start)));
    const start = Math.max(0, text.lastIndexOf(" ", (hits[0]?.index ?? 0) - 40));
    const blank = text.indexOf(" ", start + 160);
    const end = blank < 0 ? text.length : blank;
    const pieces = [start > 0 ? "…" : ""];
    let at = start;
    for (const hit of hits) {
      const past = hit.index + hit[0].length;
      if (past > end) break;
      pieces.push(text.slice(at, hit.index), element("mark", "", hit[0]));
      at = past;
    }
    return [...pieces, text.slice(at, end), end < text.length ? "…" : ""];
  }

  function option({ url, title, id, section, text }, words, at) {
    const link = element("a", "search-result",
      element("span", "search-section", section || title),
      ...(section ? [" ", element("span", "search-lesson", title)] : []),
      " ", element("span", "search-excerpt", ...excerpt(text, words)));
    link.href = new URL(url, new URL("..", folder)) + (id && `#${id}`);
    link.id = `search:result-${at}`;
    link.role = "option";
    link.tabIndex = -1; // reached by the arrows
    return link;
  }

  function select(at) {
    [...list.children].forEach((result, number) => result.setAttribute("aria-selected", String(number === at)));
    const selected = list.children[at];
    if (!selected) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", selected.id);
    selected.scrollIntoView({ block: "nearest" });
  }
  const selected = () => [...list.children].findIndex((result) => result.ariaSelected === "true");

  let latest = 0;
  async function show() {
    const turn = ++latest;
    const words = fold(input.value).match(WORD) ?? [];
    let results = [], told = "";
    try {
      if (words.length) {
        const found = await find(words);
        const { none, one, many } = dialog.dataset;
        results = found.results;
        told = found.count === 0 ? none : found.count === 1 ? one : many.replace("{}", found.count);
      }
    } catch (error) {
      console.error(error);
      told = dialog.dataset.failed;
    }
    if (turn !== latest) return; // typed on meanwhile
    list.replaceChildren(...results.map((result, at) => option(result, words, at)));
    list.hidden = !results.length;
    input.setAttribute("aria-expanded", String(results.length > 0));
    status.textContent = told;
    select(0);
  }

  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    const count = list.children.length;
    const step = { ArrowDown: 1, ArrowUp: count - 1 }[event.key];
    if (step && count) { event.preventDefault(); select((selected() + step) % count); }
    if (event.key === "Enter" && !event.isComposing) list.children[selected()]?.click();
  });
  list.addEventListener("click", () => dialog.close());
  dialog.addEventListener("toggle", ({ newState }) => { if (newState === "open") show(); }); // the view may be another
  show(); // what was typed while this was loaded
})();
