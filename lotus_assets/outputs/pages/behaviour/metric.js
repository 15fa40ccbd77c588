"use strict";
// Shows a part of the organisation on the page of a metric: its figure, how that follows, the rows
// behind it, its place in the rankings. The pieces hold every text; nothing is calculated here.
(() => {
  const MOST_PIECES = 4, MOST_ROWS = 200;
  const rows = document.getElementById("rows"), {metric, day, direction, unit} = rows.dataset;
  const at = (name) => document.getElementById(name), asked_day = at("asked-day");
  const put = (name, words) => { at(name).textContent = words; at(name).hidden = !words; };
  const made = (name, text, kind = "") => {
    const element = document.createElement(name);
    element.textContent = text;
    if (kind) element.className = kind;
    return element;
  };
  const lies = (names) => parts.chosen().every((name, place) => !name || names[place] === name);

  const table = (columns, listed, lines) => {
    const drawn = made("table", ""), head = drawn.createTHead().insertRow();
    for (const [name, kind] of columns) head.append(Object.assign(made("th", name, kind), {scope: "col"}));
    const body = drawn.createTBody();
    const add = (some) => { for (const one of some) body.append(lines(one)); };
    add(listed.slice(0, MOST_ROWS));
    const box = made("div", "", "scroll tall");
    box.tabIndex = 0;
    box.append(drawn);
    if (listed.length > MOST_ROWS) {
      const more = made("button", `Show all ${listed.length.toLocaleString("en")} rows`);
      more.type = "button";
      more.addEventListener("click", () => { more.remove(); add(listed.slice(MOST_ROWS)); });
      box.append(more);
    }
    return box;
  };
  const named = (line, {projects}, [project, , reference, address]) => {
    const [path, prefix] = projects[project], cell = made("td", ""), link = made(prefix ? "a" : "span", reference);
    if (prefix) { link.href = prefix + address; link.rel = "noreferrer"; }
    cell.append(link);
    line.append(Object.assign(made("th", path), {scope: "row"}), cell);
  };
  const region = (name, box, content) => {
    content.setAttribute("role", "region");
    content.setAttribute("aria-label", name);
    box.replaceChildren(content);
  };
  const list = (pieces) => {
    const counted = [], nearly = [], sign = direction === "less" ? -1 : 1;
    for (const piece of pieces) {
      const here = piece.projects.map(([path]) => lies(parts.slices.find((names) => names[2] === path) || [null]));
      for (const row of piece.rows) if (here[row[0]]) (row[1] < 0 ? counted : nearly).push([piece, row]);
    }
    counted.sort(([, one], [, other]) => sign * (one[6] - other[6]));
    const columns = pieces[0].columns.map((name) => [name, ""]), isMany = counted.some(([, row]) => row[4] > 1);
    const number = counted.reduce((sum, [, row]) => sum + row[4], 0);
    put("counted-title", `Rows that count: ${number.toLocaleString("en")}`);
    put("nearly-title", `Rows that nearly count: ${nearly.length.toLocaleString("en")}`);
    const heads = [["Project", ""], ["Row", ""], ["Value", "number"], ...(unit ? [[`in ${unit}`, "number"]] : []), ...(isMany ? [["Times", "number"]] : []), ...columns];
    if (counted.length) region("Rows that count", at("counted"), table(heads, counted, ([piece, row]) => {
      const line = document.createElement("tr");
      named(line, piece, row);
      line.append(made("td", row[5], "number"));
      if (unit) line.append(made("td", row[6], "number"));
      if (isMany) line.append(made("td", row[4], "number"));
      line.append(...row.slice(7).map((text) => made("td", text)));
      return line;
    }));
    else at("counted").replaceChildren();
    const box = at("nearly"), details = box.parentElement;
    const fill = () => region("Rows that nearly count", box, table([["Project", ""], ["Row", ""], ["Why not", ""], ...columns], nearly, ([piece, row]) => {
      const line = document.createElement("tr");
      named(line, piece, row);
      line.append(made("td", piece.reasons[row[1]], "why"), ...row.slice(7).map((text) => made("td", text)));
      return line;
    }));
    box.replaceChildren();
    details.hidden = !nearly.length;
    details.ontoggle = () => { if (details.open && !box.firstChild) fill(); };
    if (details.open) fill();
  };

  const showRows = (figures, most) => {
    const part = parts.number(), repos = new Set(parts.slices.filter(lies).map((names) => names[2]));
    const wanted = [...figures.projects.keys()].filter((place) => figures.projects[place].some((path) => repos.has(path)));
    const chosen = wanted.length ? wanted.slice(0, most) : [0], pieces = [];
    for (const [place, number] of chosen.entries()) load(`${figures.rows}-${number}`, (piece) => {
      pieces[place] = piece;
      if (Object.keys(pieces).length === chosen.length && parts.number() === part) list(pieces);
    });
    const more = at("more-rows");
    more.hidden = wanted.length <= most;
    more.textContent = `Only the first ${most} of ${wanted.length} pieces of rows are shown: load all`;
    more.onclick = () => showRows(figures, wanted.length);
  };
  const showFigure = (figures) => {
    const entry = figures.slices[parts.number()];
    const [value, text, change, tone, sample, target, reason, arithmetic, since] = entry || [null, "\u2013", "", "same", "", "", "Its projects were moved, archived or deleted.", "", ""];
    put("figure", text);
    put("change", change);
    at("change").className = tone;
    put("sample", sample);
    put("reason", reason);
    put("target", target);
    put("exported", value === null ? "none" : value);
    put("arithmetic", arithmetic);
    put("since-then", since);
    const repos = new Set(parts.slices.filter(lies).map((names) => names[2]));
    const left_out = figures.left_out.filter((path) => repos.has(path));
    put("left-out", left_out.length ? `Left out, because the window was not collected whole: ${left_out.join(", ")}` : "");
  };
  const showWays = () => {
    const [line, team, repo] = parts.chosen(), date = asked_day.value || day, asked = parts.query();
    const options = [["business-line", line], ["team", team], ["repo", repo]].filter(([, name]) => name);
    at("command").textContent = ["python -m lotus_assets explain metric", metric, "--date", date,
      ...options.map(([option, name]) => `--${option} ${explaining.quoted(name)}`)].join(" ");
    at("other-day").hidden = date === day;
    at("other-day").textContent = `You come from ${date}. This page holds the rows of ${day}; the command says those of ${date}.`;
    at("explained").hidden = !explaining.isServed;
    asked.set("date", date);
    asked.set("format", "html");
    at("explained").href = `/explain/metrics/${metric}?${asked}`;
    at("all-metrics").href = `../index.html#/?${parts.query([asked_day])}`;
  };
  // The page has the worst of a long ranking; the others are made when they are asked for.
  const LEVELS = {
    business_line: ([line, team]) => line && !team, team: ([, team, repo]) => team && !repo, repo: ([, , repo]) => repo,
  };
  const rankAll = (figures) => {
    const sign = direction === "less" ? -1 : 1, known = (value) => value === null ? Infinity : sign * value;
    for (const note of document.querySelectorAll("[data-more]")) {
      const level = note.dataset.more, drawn = document.querySelector(`table.ranking[data-level="${level}"]`);
      const there = new Set([...drawn.tBodies[0].rows].map(({dataset}) => `${dataset.business_line}\n${dataset.team}\n${dataset.repo}`));
      const entries = parts.slices.map((names, place) => [names, figures.slices[place]]);
      const others = entries.filter(([names, entry]) => entry && LEVELS[level](names) && !there.has(names.join("\n")));
      others.sort(([, [one]], [, [other]]) => one === other ? 0 : known(one) < known(other) ? -1 : 1);
      for (const [names, entry] of others) drawn.tBodies[0].append(ranked(level, names, entry));
      note.remove();
    }
    filter();
  };
  const ranked = (level, names, [value, text, change, tone, sample, , reason]) => {
    const row = document.createElement("tr"), head = document.createElement("th"), link = document.createElement("a");
    [row.dataset.business_line, row.dataset.team, row.dataset.repo] = names;
    link.href = `#/?${new URLSearchParams({business_line: names[0], team: names[1], repo: names[2]})}`;
    link.textContent = names.filter(Boolean).pop();
    head.scope = "row";
    head.append(link);
    const figure = made("td", text, "number");
    figure.dataset.value = value === null ? "" : value;
    row.append(head, ...(level === "repo" ? [made("td", names[1])] : []), figure, made("td", "", "trail"),
      made("td", change, tone), made("td", sample || reason, "why"));
    return row;
  };
  for (const button of document.querySelectorAll("[data-more] button")) {
    button.hidden = false;
    button.addEventListener("click", () => load(metric, rankAll));
  }
  const filter = () => {
    for (const row of document.querySelectorAll("table.ranking tbody tr")) {
      const {business_line, team} = row.dataset, [line, chosen] = parts.chosen();
      row.hidden = Boolean((line && business_line !== line) || (chosen && team && team !== chosen));
    }
  };
  rows.hidden = false;
  parts.start([asked_day], () => {
    filter();
    showWays();
    load(metric, (figures) => { showFigure(figures); showRows(figures, MOST_PIECES); if (parts.number()) rankAll(figures); });
  });
})();
