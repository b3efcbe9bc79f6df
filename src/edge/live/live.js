// Makes an open page follow its course while that is served: what changed is changed in place.
"use strict";
(() => {
  let version = Number(document.currentScript.dataset.version);
  let isFollowing = false;
  const pathOf = (url) => decodeURIComponent(new URL(url, location.href).pathname.slice(1)) || "index.html";

  // ---- the page

  // What each element was given by the server. All else is the reader's doing, or a script's: opened folds, chosen tabs, buttons.
  // This runs before any other script has its turn at the body.
  const given = new WeakMap();
  const attributes = (element) =>
    new Map(element.getAttributeNames().map((name) => [name, element.getAttribute(name)]));
  function note(root) {
    for (const element of [root, ...root.querySelectorAll("*")])
      if (!given.has(element)) given.set(element, attributes(element));
    noteText(root);
  }

  // The same of whole pieces of the page, as text: one that the server gives again needs no look inside. Larger ones are looked
  // at piece by piece.
  const pieces = new WeakMap();
  const largest = 4000;
  function noteText(element) {
    const html = element.outerHTML;
    if (html.length <= largest) pieces.set(element, html);
    else for (const child of element.children) noteText(child);
  }

  function* piecesOf(element) {
    if (pieces.has(element)) yield element;
    else for (const child of element.children) yield* piecesOf(child);
  }

  function isGivenAgain(element, next) {
    const before = pieces.get(element), after = pieces.get(next);
    if (after === undefined) pieces.delete(element);
    else pieces.set(element, after);
    return after !== undefined && before === after;
  }
  note(document.body);

  // What is the same before and after has an id for as long as the page is morphed, and is found again by it. Else places alone
  // would count: with one paragraph more, each that follows would become the one before it, and the reader's selection with it.
  const sameAs = "lessonc-same-";
  function pair(before, after, count = 0) {
    const textOf = (element) => pieces.get(element) ?? element.outerHTML;
    const [left, next] = [[...before], [...after]];
    // What comes before all change keeps its place, and what comes after it where no more and no less stands between.
    while (left.length && next.length && textOf(left[0]) === textOf(next[0])) left.shift(), next.shift();
    if (left.length === next.length)
      while (left.length && textOf(left.at(-1)) === textOf(next.at(-1))) left.pop(), next.pop();
    const [was, is] = [Map.groupBy(left, textOf), Map.groupBy(next, textOf)];
    for (const [text, elements] of is) {
      const same = was.get(text);
      if (!same) continue;
      // Which is which of several can be told only where none came or went.
      if (same.length === elements.length)
        elements.forEach((element, at) => {
          pieces.set(same[at], text).set(element, text);
          if (!element.id) same[at].id = element.id = sameAs + count++;
        });
      was.delete(text);
      is.delete(text);
    }
    const inside = (changed) => [...changed.values()].flat().flatMap((element) => [...element.children]);
    if (was.size && is.size) pair(inside(was), inside(is), count);
  }

  // An attribute changes only where the server now gives another than before.
  function keepAttributes(element, next) {
    const before = given.get(element), after = attributes(next);
    if (!before) return;
    for (const name of new Set([...element.getAttributeNames(), ...after.keys()]))
      if (before.get(name) === after.get(name)) {
        if (element.hasAttribute(name)) next.setAttribute(name, element.getAttribute(name));
        else next.removeAttribute(name);
      }
    given.set(element, after);
  }

  // What came with the page's last change.
  const added = [];
  let firstChange = null;

  const callbacks = {
    beforeNodeMorphed(node, next) {
      if (node instanceof Element && next instanceof Element) {
        if (isGivenAgain(node, next)) return false;
        keepAttributes(node, next);
      } else if (node.nodeValue !== next.nodeValue) noteChange(node.parentElement);
      return true;
    },
    afterNodeAdded(node) {
      if (node instanceof Element) added.push(node);
      noteChange(node instanceof Element ? node : node.parentElement);
    },
    beforeNodeRemoved: (node) => !(node instanceof Element) || given.has(node),
  };

  // The first thing in the text that changed, which is where its author is at work. What programs give comes later.
  function noteChange(element) {
    if (element?.closest("main") && !element.closest(".output")) firstChange ??= element;
  }

  function stylesheet(href) {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    return link;
  }
  const pageStyle = stylesheet("/.lessonc/page.css");
  document.head.append(pageStyle);

  // What a page needs that cannot be changed in place.
  const needs = (page) => [...page.head.querySelectorAll("script:not([data-version]), link[rel=stylesheet], style")]
    .filter((element) => element !== pageStyle)
    .map((element) => element.textContent + pathOf(element.src || element.href || "")).join("\n");

  async function patch() {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    if (!answer.ok) return location.reload();
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (needs(next) !== needs(document)) return location.reload();
    document.title = next.title;
    document.documentElement.lang = next.documentElement.lang;
    noteText(next.body);
    pair(piecesOf(document.body), piecesOf(next.body));
    Idiomorph.morph(document.body, next.body, { morphStyle: "outerHTML", callbacks });
    for (const element of document.querySelectorAll(`[id^=${sameAs}]`)) element.removeAttribute("id");
    added.splice(0).forEach(note);
    document.dispatchEvent(new Event("textchange"));
    follow();
  }

  // ---- what it shows

  function swapStyle(link) {
    const next = link.cloneNode();
    next.href = `${new URL(link.href).pathname}?${version}`;
    // The old one holds until the new one is there: nothing flickers.
    next.onload = () => link.remove();
    next.onerror = () => next.remove();
    link.after(next);
  }

  function refresh(path) {
    const isThis = (url) => url && new URL(url).origin === location.origin && pathOf(url) === path;
    for (const link of document.querySelectorAll("link[rel=stylesheet]")) if (isThis(link.href)) swapStyle(link);
    for (const image of document.images)
      if (isThis(image.src)) image.src = `${new URL(image.src).pathname}?${version}`;
  }

  // ---- what is wrong

  const host = document.createElement("lessonc-live");
  const shadow = host.attachShadow({ mode: "open" });
  const panel = document.createElement("div");
  panel.setAttribute("role", "status");
  shadow.append(stylesheet("/.lessonc/live.css"), panel);
  document.documentElement.append(host);
  new ResizeObserver(([{ contentRect }]) => {
    document.documentElement.style.setProperty("--problems", `${contentRect.height}px`);
  }).observe(panel);
  addEventListener("keydown", (event) => {
    const details = panel.querySelector("details[open]");
    if (event.key === "Escape" && details) details.open = false;
  });

  let problems = "";
  function showProblems(html) {
    // One that a reader has folded stays so until it is another.
    if (html !== problems) panel.innerHTML = problems = html;
  }

  // ---- what runs, and what waits to be run

  const state = document.createElement("div");
  state.className = "state";
  state.setAttribute("role", "status");
  shadow.insertBefore(state, panel);
  const button = document.createElement("button");
  button.onclick = () => {
    button.disabled = true;
    fetch("/.lessonc/run", { method: "POST", headers: { "x-lessonc": "run" }, body: pathOf(location.href) })
      .then((answer) => { button.disabled = answer.ok; }, () => { button.disabled = false; });
  };
  button.textContent = "Run it";
  let shown = "";
  function showState(now) {
    if (now === shown) return; // the button keeps its focus
    shown = now;
    document.documentElement.toggleAttribute("data-running", now === "running");
    button.disabled = false;
    if (now === "waiting") state.replaceChildren("The code waits to be run. ", button);
    else state.replaceChildren(...{ running: ["Running …"], gone: ["The server has ended."] }[now] ?? []);
  }

  // ---- following the editor

  function follow() {
    const element = firstChange;
    firstChange = null;
    if (!isFollowing || !element?.isConnected) return;
    for (let it = element; (it = it.closest("details:not([open])")); ) it.open = true;
    const { top, bottom } = element.getBoundingClientRect();
    if (bottom < 0 || top > innerHeight) element.scrollIntoView({ block: "center" });
  }

  // ---- the news

  async function take(news) {
    version = news.version;
    isFollowing = news.follow;
    const scripts = [...document.scripts].map((script) => script.src && pathOf(script.src));
    if (news.changed.some((path) => scripts.includes(path))) return location.reload();
    if (news.changed.includes(pathOf(location.href))) await patch();
    news.changed.forEach(refresh);
    showProblems(news.problems);
    const own = pathOf(location.href);
    showState(news.running.includes(own) ? "running" : news.waiting.includes(own) ? "waiting" : "");
  }

  let source, failures = 0, before = "", turn = Promise.resolve();
  function connect() {
    source?.close();
    if (document.hidden) return; // a browser has few connections to a host, and all its tabs share them
    const page = encodeURIComponent(pathOf(location.href));
    source = new EventSource(`/.lessonc/events?since=${version}&page=${page}`);
    source.onopen = () => {
      failures = 0;
      if (shown === "gone") showState(before);
    };
    source.onmessage = ({ data }) => { turn = turn.then(() => take(JSON.parse(data))).catch(console.error); };
    // Not as the browser does it: with the version that we have by then.
    source.onerror = () => {
      source.close();
      if (++failures === 3) {
        before = shown;
        showState("gone");
      }
      setTimeout(connect, 500);
    };
  }
  document.addEventListener("visibilitychange", connect);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
  connect();
})();
