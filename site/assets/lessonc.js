// Theme and view, the way to the search, folds, the section being read, copy buttons. The page is complete without this file.
// Loaded blocking in <head>, so that the chosen theme stands before the first paint.
"use strict";
(() => {
  const root = document.documentElement;
  const { src, dataset: words } = document.currentScript; // the words are in the page's language

  // A browser may refuse storage (private windows, files): the choice then lasts for this page only.
  const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const store = (key, value) => { try { localStorage.setItem(key, value); } catch { /* see above */ } };

  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  apply(stored("theme"));

  // Learners don't see what is for instructors; a link can ask for either view.
  const asked = new URLSearchParams(location.search).get("view");
  if (asked === "instructor" || asked === "learner") store("view", asked);
  root.dataset.view = (asked ?? stored("view")) === "instructor" ? "instructor" : "learner";

  function themeSwitch() {
    const group = document.querySelector(".theme");
    if (!group) return;
    const buttons = group.querySelectorAll("[data-set-theme]");
    const show = () => {
      for (const button of buttons)
        button.setAttribute("aria-pressed", String(button.dataset.setTheme === (root.dataset.theme ?? "auto")));
    };
    for (const button of buttons)
      button.addEventListener("click", () => {
        apply(button.dataset.setTheme);
        store("theme", button.dataset.setTheme);
        show();
      });
    // Another tab of the course changed it.
    addEventListener("storage", (event) => {
      if (event.key === "theme") { apply(event.newValue); show(); }
    });
    show();
  }

  function tools() {
    const tools = document.querySelector(".tools");
    if (!tools) return;
    const view = tools.querySelector(".view");
    view?.setAttribute("aria-pressed", String(root.dataset.view === "instructor"));
    view?.addEventListener("click", () => {
      root.dataset.view = root.dataset.view === "instructor" ? "learner" : "instructor";
      store("view", root.dataset.view);
      view.setAttribute("aria-pressed", String(root.dataset.view === "instructor"));
    });
    const unfold = tools.querySelector(".unfold");
    unfold?.addEventListener("click", () => {
      const open = unfold.getAttribute("aria-pressed") !== "true";
      for (const fold of folds()) fold.open = open;
      unfold.setAttribute("aria-pressed", String(open));
    });
  }

  // The search is loaded when it is first wanted.
  function search() {
    const dialog = document.querySelector("dialog.search");
    if (!dialog) return;
    let isLoaded = false;
    const open = () => {
      if (dialog.open) return;
      dialog.showModal();
      dialog.querySelector("input").select();
      if (isLoaded) return;
      isLoaded = true;
      const script = document.createElement("script");
      script.src = new URL("search.js", src);
      script.onload = () => script.remove();
      document.head.append(script);
    };
    document.querySelector(".find").addEventListener("click", open);
    dialog.querySelector(".search-close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", ({ target }) => { if (target === dialog) dialog.close(); }); // beside it
    document.addEventListener("keydown", (event) => {
      const isCommand = event.ctrlKey || event.metaKey;
      const isTyped = event.key === "/" && !isCommand && !event.altKey && !event.target.closest?.("input, textarea, select");
      if (!isTyped && !(isCommand && event.key === "k")) return;
      event.preventDefault();
      open();
    });
  }

  // All that folds but panels of tabs, of which one is always open.
  const folds = () => document.querySelectorAll("main details:not([name])");

  // Paper can't be unfolded. What is opened for it closes again.
  function unfoldForPrint() {
    const closed = [...document.querySelectorAll("main details.callout:not([open], [name])")];
    for (const fold of closed) fold.open = true;
    addEventListener("afterprint", () => { for (const fold of closed) fold.open = false; }, { once: true });
  }

  // Marks the section that is being read: the last whose heading has come past the window's upper third.
  function follow() {
    const links = [...document.querySelectorAll(".sections a")];
    const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
    const unique = new Set(headings.filter(Boolean));
    if (!unique.size) return;
    const mark = () => {
      const past = [...unique].filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3);
      links.forEach((link, at) => {
        if (headings[at] && headings[at] === past.at(-1)) link.setAttribute("aria-current", "location");
        else link.removeAttribute("aria-current");
      });
    };
    // Far above the window too: so a heading counts that a jump went past.
    const observer = new IntersectionObserver(mark, { rootMargin: "999999px 0px -66%" });
    for (const heading of unique) observer.observe(heading);
  }

  // What a reader sees of code, without lines that are folded.
  function unfolded(block) {
    const code = block.querySelector("code");
    if (block.querySelector(".code-unfold > :checked") || !code.querySelector(".hidden-lines")) return code;
    const seen = code.cloneNode(true);
    for (const lines of seen.querySelectorAll(".hidden-lines")) lines.remove();
    return seen;
  }

  // What a reader would type: no prompts, and nothing that a command printed.
  function typed(code) {
    if (!code.querySelector(".hl-prompt")) return code.textContent;
    const marked = code.cloneNode(true);
    for (const prompt of marked.querySelectorAll(".hl-prompt")) prompt.textContent = "\u0000";
    let goesOn = false; // a command that ends in a backslash
    const lines = marked.textContent.split("\n").filter((line) => {
      const wanted = goesOn || line.startsWith("\u0000");
      goesOn = wanted && line.endsWith("\\");
      return wanted;
    });
    return lines.map((line) => line.replace(/^\u0000\s*/, "")).join("\n") + "\n";
  }

  function copyButtons() {
    if (!navigator.clipboard) return; // not on plain http
    for (const block of document.querySelectorAll(".code:not(:has(.copy))")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = words.copy;
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(typed(unfolded(block)));
          button.textContent = words.copied;
        } catch {
          button.textContent = words.notCopied;
        }
        setTimeout(() => { button.textContent = words.copy; }, 2000);
      });
      (block.querySelector(".code-tools") ?? block).append(button);
    }
  }

  // A box that scrolls sideways must be within the keyboard's reach; one that doesn't is no stop on the way.
  function scrollers(part = document) {
    // What is folded is measured when it unfolds: until then a browser would lay it out for each question.
    const boxes = [...part.querySelectorAll("pre, .drawing, .table-scroll, :has(> math[display=block])")]
      .filter((box) => !box.closest("details:not([open])"));
    // All are measured before any is changed, for else each would be laid out anew.
    const scrolls = boxes.map((box) => box.scrollWidth > box.clientWidth);
    boxes.forEach((box, at) => {
      if (scrolls[at]) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    });
  }

  // Panels of one title in all groups of tabs open together; each closes its neighbours by itself.
  function inStep({ target }) {
    if (!target.open || !target.matches(".group-tab")) return;
    const title = (panel) => panel.querySelector(".callout-title").textContent;
    for (const panel of document.querySelectorAll("details.group-tab:not([open])"))
      if (title(panel) === title(target)) panel.open = true;
  }

  // A term's meaning goes by Escape, until the term is left.
  function dismiss({ key }) {
    if (key !== "Escape") return;
    for (const term of document.querySelectorAll(".term:is(:hover, :focus-within)")) {
      term.dataset.dismissed = "";
      for (const left of ["mouseleave", "focusout"])
        term.addEventListener(left, () => { delete term.dataset.dismissed; }, { once: true });
    }
  }

  addEventListener("beforeprint", unfoldForPrint);
  document.addEventListener("keydown", dismiss);
  document.addEventListener("toggle", inStep, true);
  document.addEventListener("DOMContentLoaded", () => { themeSwitch(); tools(); search(); follow(); copyButtons(); });
  addEventListener("load", () => scrollers());
  addEventListener("resize", () => scrollers());
  document.addEventListener("toggle", ({ target }) => scrollers(target), true);
  document.addEventListener("textchange", () => { copyButtons(); scrollers(); }); // by whoever changes the page in place
})();
