"use strict";
// Shows a part of the organisation in the tiles, and the repos behind a number. Every text comes
// from the page's data as people read it; nothing is calculated here.
(() => {
  const ranked = document.getElementById("ranked"), table = document.getElementById("ranking");
  const metric = ranked.elements.metric;
  const fill = (tiles) => {
    const suffix = parts.query().size ? `#/?${parts.query()}` : "";
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
    const asked = parts.chosen(), body = table.tBodies[0];
    body.replaceChildren();
    for (const [part, value, text, change, tone, sample] of rows) {
      const names = parts.slices[part];
      if (asked.some((name, place) => name && names[place] !== name)) continue;
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
  ranked.addEventListener("submit", (event) => event.preventDefault());
  ranked.hidden = false;
  parts.start([metric], () => {
    const part = parts.number(), {value} = metric;
    load(`slice-${part}`, (tiles) => { if (parts.number() === part) fill(tiles); });
    load(value, (rows) => { if (metric.value === value) rank(rows); });
  });
})();
