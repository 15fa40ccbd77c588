"use strict";
// Shows a part of the organisation in the tiles, and the repos behind a number. Every text comes
// from the page's data as people read it; nothing is calculated here.
(() => {
  const ranked = document.getElementById("ranked"), table = document.getElementById("ranking");
  const metric = ranked.elements.metric, day = document.getElementById("filters").elements.day;
  const fields = [metric, day];
  const fill = (tiles) => {
    const asked = parts.query([day]), suffix = asked.size ? `#/?${asked}` : "";
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
      const address = parts.query(fields);
      for (const [key, word] of [["business_line", names[0]], ["team", names[1]], ["repo", names[2]]]) address.set(key, word);
      link.href = `#/?${address}`;
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
  // A day before: its figures; the small series is the newest day's, with its dot on the day.
  const onDay = ({tiles, sayings}, part, newest) => tiles.map((of_slices, place) => {
    const [[text], change, beside] = of_slices[part].map((number) => sayings[number]);
    const [line] = newest[place].slice(6), {x} = day.selectedOptions[0].dataset;
    const point = x && line.match(new RegExp(`[ML]${x} (\\d+)`));
    return [text, ...change, ...beside, line, point ? `M${x} ${point[1]}h0` : ""];
  });
  const rankedOnDay = ({tiles, sayings, ranked: order}, place) => order[place].map((part) => {
    const [[text, value], [change, tone], [sample, , reason]] = tiles[place][part].map((number) => sayings[number]);
    return [part, value, text, change, tone, sample || reason];
  });
  ranked.addEventListener("submit", (event) => event.preventDefault());
  ranked.hidden = false;
  parts.start(fields, () => {
    const part = parts.number(), key = metric.value, asked_day = day.value;
    if (day.selectedIndex) document.getElementById("shown").textContent += `, ${day.selectedOptions[0].textContent}`;
    const isAsked = () => parts.number() === part && day.value === asked_day;
    load(`slice-${part}`, (newest) => {
      if (!day.selectedIndex) { if (isAsked()) fill(newest); return; }
      load(`day-${asked_day}`, (figures) => { if (isAsked()) fill(onDay(figures, part, newest)); });
    });
    const isRanked = () => metric.value === key && day.value === asked_day;
    if (!day.selectedIndex) load(key, (rows) => { if (isRanked()) rank(rows); });
    else load(`day-${asked_day}`, (figures) => { if (isRanked()) rank(rankedOnDay(figures, metric.selectedIndex)); });
  });
})();
