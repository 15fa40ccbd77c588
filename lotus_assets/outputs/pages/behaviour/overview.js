"use strict";
// Shows a part of the organisation in the tiles, and the repos behind a number. Every text comes
// from the page's data as people read it; nothing is calculated here. The choice stands in the
// address after #, so that a view can be sent to someone, also from a file.
const piece = (() => {
  const KEYS = ["business_line", "team", "repo"];
  const slices = JSON.parse(document.getElementById("slices").textContent);
  const form = document.getElementById("filters"), ranked = document.getElementById("ranked");
  const table = document.getElementById("ranking"), shown = document.getElementById("shown");
  const whole = shown.textContent, loaded = new Map(), waiting = new Map();
  const policy = window.trustedTypes
    ? trustedTypes.createPolicy("pieces", {createScriptURL: (name) => {
      if (!/^[a-z0-9_-]+$/.test(name)) throw new TypeError(name);
      return `overview/${name}.js`;
    }})
    : {createScriptURL: (name) => `overview/${name}.js`};
  const load = (name, use) => {
    if (loaded.has(name)) { use(loaded.get(name)); return; }
    const asked = waiting.has(name);
    waiting.set(name, use);
    if (asked) return;
    const script = document.createElement("script");
    script.src = policy.createScriptURL(name);
    document.head.append(script);
  };
  const chosen = () => KEYS.map((key) => form.elements[key].value);
  const number = () => slices.findIndex((names) => names.every((name, place) => name === chosen()[place]));
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
  const query = () => {
    const parts = new URLSearchParams();
    for (const key of KEYS) if (form.elements[key].value) parts.set(key, form.elements[key].value);
    return parts;
  };
  const fill = (tiles) => {
    const suffix = query().size ? `#/?${query()}` : "";
    document.querySelectorAll(".kpi").forEach((kpi, place) => {
      const [text, change, tone, sample, target, reason, line, last] = tiles[place], put = (name, words) => {
        kpi.querySelector(name).textContent = words;
      };
      put(".value", text);
      put(".change", change);
      put(".sample", sample);
      put(".target", target);
      put(".reason", reason);
      kpi.querySelector(".change").className = `change ${tone}`;
      kpi.querySelector(".value").className = reason ? "value none" : "value";
      const [trend, dot] = kpi.querySelectorAll(".sparkline path");
      trend.setAttribute("d", line);
      dot.setAttribute("d", last);
      const link = kpi.querySelector("a");
      link.href = link.getAttribute("href").split("#")[0] + suffix;
    });
  };
  const cell = (row, text, kind = "") => {
    const made = row.insertCell();
    made.textContent = text;
    made.className = kind;
    return made;
  };
  const rank = (rows) => {
    const [line, team, repo] = chosen(), body = table.tBodies[0];
    body.replaceChildren();
    for (const [part, value, text, change, tone, sample] of rows) {
      const names = slices[part];
      if ((line && names[0] !== line) || (team && names[1] !== team) || (repo && names[2] !== repo)) continue;
      const row = body.insertRow(), name = document.createElement("th"), link = document.createElement("a");
      name.scope = "row";
      link.textContent = names[2];
      link.href = `#/?${new URLSearchParams({repo: names[2]})}`;
      name.append(link);
      row.append(name);
      cell(row, names[1]);
      cell(row, text, "number").dataset.value = value === null ? "" : value;
      cell(row, change, tone);
      cell(row, sample, "why");
    }
    for (const heading of table.tHead.rows[0].cells) heading.removeAttribute("aria-sort");
    document.getElementById("ranked-note").textContent = `${body.rows.length} repos, the worst first`;
    table.hidden = false;
  };
  const show = () => {
    const part = number();
    if (part < 0) return;
    shown.textContent = chosen().filter(Boolean).pop() || whole;
    load(`slice-${part}`, (tiles) => { if (number() === part) fill(tiles); });
    const metric = ranked.elements.metric.value;
    load(metric, (rows) => { if (ranked.elements.metric.value === metric) rank(rows); });
  };
  const write = () => {
    const parts = query();
    if (ranked.elements.metric.selectedIndex) parts.set("metric", ranked.elements.metric.value);
    history.replaceState(null, "", parts.size ? `#/?${parts}` : "#/");
  };
  const read = () => {
    if (location.hash && !location.hash.startsWith("#/")) return;
    const parts = new URLSearchParams(location.hash.replace(/^#\/\??/, ""));
    choose(KEYS.map((key) => parts.get(key) || ""));
    if (parts.has("metric")) ranked.elements.metric.value = parts.get("metric");
    if (ranked.elements.metric.selectedIndex < 0) ranked.elements.metric.selectedIndex = 0;
    show();
  };
  form.addEventListener("change", (event) => {
    const names = chosen(), place = KEYS.indexOf(event.target.name);
    for (let below = place + 1; below < KEYS.length; below += 1) names[below] = "";
    if (!event.target.value) for (let below = place; below < KEYS.length; below += 1) names[below] = "";
    choose(names);
    write();
    show();
  });
  form.addEventListener("reset", (event) => { event.preventDefault(); choose(["", "", ""]); write(); show(); });
  for (const one of [form, ranked]) one.addEventListener("submit", (event) => event.preventDefault());
  ranked.addEventListener("change", () => { write(); show(); });
  addEventListener("hashchange", read);
  form.hidden = ranked.hidden = false;
  setTimeout(read);
  return (name, content) => {
    loaded.set(name, content);
    const use = waiting.get(name);
    waiting.delete(name);
    if (use) use(content);
  };
})();
