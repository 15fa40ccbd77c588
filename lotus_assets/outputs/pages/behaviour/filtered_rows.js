"use strict";
// Rows of rankings by business line and team; the choice stands in the address after #.
(() => {
  const form = document.getElementById("filters"), rows = document.querySelectorAll("table.ranking tbody tr");
  const KEYS = ["business_line", "team"];
  const apply = () => {
    let repos = 0;
    for (const row of rows) {
      const {team, repo} = row.dataset;
      row.hidden = KEYS.some((key) => form.elements[key].value && row.dataset[key]
        && row.dataset[key] !== form.elements[key].value);
      if (!row.hidden && team && repo) repos += 1;
    }
    document.getElementById("shown").textContent = `${repos} repos`;
  };
  const write = () => {
    const parts = new URLSearchParams();
    for (const key of KEYS) if (form.elements[key].value) parts.set(key, form.elements[key].value);
    history.replaceState(null, "", parts.size ? `#/?${parts}` : "#/");
  };
  const read = () => {
    if (location.hash && !location.hash.startsWith("#/")) return;
    const parts = new URLSearchParams(location.hash.replace(/^#\/\??/, ""));
    for (const key of KEYS) {
      form.elements[key].value = parts.get(key) || "";
      if (form.elements[key].selectedIndex < 0) form.elements[key].value = "";
    }
    apply();
  };
  form.addEventListener("change", () => { write(); apply(); });
  form.addEventListener("reset", () => setTimeout(() => { write(); apply(); }));
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", read);
  form.hidden = false;
  read();
})();
