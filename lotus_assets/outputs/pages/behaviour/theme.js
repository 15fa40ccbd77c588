"use strict";
// The theme that a reader chose, kept for all pages of one place.
(() => {
  const button = document.getElementById("theme"), themes = ["automatic", "light", "dark"];
  const remembered = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const paint = (theme) => {
    document.documentElement.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
    try { localStorage.setItem("theme", theme); } catch { /* not kept, then */ }
  };
  paint(themes.includes(remembered()) ? remembered() : "automatic");
  button.hidden = false;
  button.addEventListener("click", () => {
    paint(themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % themes.length]);
  });
})();
