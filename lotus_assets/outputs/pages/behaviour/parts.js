"use strict";
// The part of the organisation that is looked at. It stands in the address after #, so that a view
// can be sent to someone, also from a file; beside it what `fields` say.
const parts = (() => {
  const KEYS = ["business_line", "team", "repo"], form = document.getElementById("filters");
  const slices = JSON.parse(document.getElementById("slices").textContent);
  const shown = document.getElementById("shown"), whole = shown.textContent;
  const chosen = () => KEYS.map((key) => form.elements[key].value);
  const number = () => {
    const asked = chosen();
    return slices.findIndex((names) => names.every((name, place) => name === asked[place]));
  };
  const options = (select, names, value) => {
    const all = new Option("all", "");
    select.replaceChildren(all, ...[...new Set(names)].filter(Boolean).sort().map((name) => new Option(name, name)));
    select.value = value;
    if (select.selectedIndex < 0) select.value = "";
  };
  // A team or repo names what it lies in; what does not lie in the choice above it is let go.
  const choose = ([line, team, repo]) => {
    const known = slices.find((names) => repo ? names[2] === repo : team && names[1] === team && (!line || names[0] === line));
    if (known) [line, team] = [known[0], known[1]];
    const within = slices.filter((names) => !line || names[0] === line);
    options(form.elements.business_line, slices.map((names) => names[0]), line);
    options(form.elements.team, within.map((names) => names[1]), team);
    const of_team = within.filter((names) => !form.elements.team.value || names[1] === team);
    options(form.elements.repo, of_team.map((names) => names[2]), repo);
  };
  const isFirst = (field) => field.options ? field.selectedIndex <= 0 : !field.value;
  const query = (fields = []) => {
    const asked = new URLSearchParams();
    for (const key of KEYS) if (form.elements[key].value) asked.set(key, form.elements[key].value);
    for (const field of fields) if (!isFirst(field)) asked.set(field.name, field.value);
    return asked;
  };
  const start = (fields, show) => {
    const all = () => {
      if (number() < 0) return;
      shown.textContent = chosen().filter(Boolean).pop() || whole;
      show();
    };
    const changed = () => {
      const asked = query(fields);
      history.replaceState(null, "", asked.size ? `#/?${asked}` : "#/");
      all();
    };
    const read = () => {
      if (location.hash && !location.hash.startsWith("#/")) return;
      const asked = new URLSearchParams(location.hash.replace(/^#\/\??/, ""));
      choose(KEYS.map((key) => asked.get(key) || ""));
      for (const field of fields) {
        if (field.options) field.selectedIndex = Math.max(0, [...field.options].findIndex((option) => option.value === asked.get(field.name)));
        else field.value = asked.get(field.name) || "";
      }
      all();
    };
    form.addEventListener("change", (event) => {
      const names = chosen(), place = KEYS.indexOf(event.target.name);
      if (place >= 0) {
        const cleared = event.target.value ? place + 1 : place;
        choose(names.map((name, below) => below < cleared ? name : ""));
      }
      changed();
    });
    form.addEventListener("reset", (event) => { event.preventDefault(); choose(["", "", ""]); changed(); });
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const field of fields) if (field.form !== form) field.addEventListener("change", changed);
    addEventListener("hashchange", read);
    form.hidden = false;
    setTimeout(read);
  };
  return {slices, chosen, number, query, start};
})();
