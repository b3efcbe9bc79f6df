// Theme switch and copy buttons. The page is complete without this file.
// Loaded blocking in <head>, so that the chosen theme stands before the first paint.
"use strict";
(() => {
  const root = document.documentElement;

  // A browser may refuse storage (private windows, files): the choice then lasts for this page only.
  const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const store = (theme) => { try { localStorage.setItem("theme", theme); } catch { /* see above */ } };

  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  apply(stored());

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
        store(button.dataset.setTheme);
        show();
      });
    // Another tab of the course changed it.
    addEventListener("storage", (event) => {
      if (event.key === "theme") { apply(event.newValue); show(); }
    });
    show();
    group.hidden = false;
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
    for (const block of document.querySelectorAll(".code")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(typed(unfolded(block)));
          button.textContent = "Copied";
        } catch {
          button.textContent = "Not copied";
        }
        setTimeout(() => { button.textContent = "Copy"; }, 2000);
      });
      block.append(button);
    }
  }

  // A box that scrolls sideways must be within the keyboard's reach; one that doesn't is no stop on the way.
  function scrollers() {
    for (const box of document.querySelectorAll("pre, .drawing, .table-scroll, :has(> math[display=block])"))
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
  }

  // Panels of one title in all groups of tabs open together; each closes its neighbours by itself.
  function inStep({ target }) {
    if (!target.open || !target.matches(".group-tab")) return;
    const title = (panel) => panel.querySelector(".callout-title").textContent;
    for (const panel of document.querySelectorAll("details.group-tab:not([open])"))
      if (title(panel) === title(target)) panel.open = true;
  }

  document.addEventListener("toggle", inStep, true);
  document.addEventListener("DOMContentLoaded", () => { themeSwitch(); copyButtons(); });
  addEventListener("load", scrollers);
  addEventListener("resize", scrollers);
  document.addEventListener("toggle", scrollers, true); // what was folded had no width
})();
