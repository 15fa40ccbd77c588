"use strict";
// Every figure leads to its explanation. What is asked stands in `data-ask` of what it lies in: its
// row and the head of its column, both of which must have some, the table and what folds it.
(() => {
  const box = document.getElementById("explaining"), {portfolio, asOf} = box.dataset;
  const command = document.getElementById("asked-command"), title = document.getElementById("asked-title");
  const groups = JSON.parse(document.getElementById("asked-groups").textContent);
  const made = (asks) => {
    const asked = new URLSearchParams({as_of: asOf});
    for (const ask of asks) for (const [name, value] of new URLSearchParams(ask)) asked.set(name, value);
    const measure = asked.get("measure");
    if (asked.has("node")) asked.set("group", groups[asked.get("node")]);
    asked.delete("node");
    asked.delete("measure");
    return [measure, asked];
  };
  const around = (element) => {
    const asks = [];
    for (let part = element; part; part = part.parentElement) if (part.dataset.ask !== undefined) asks.unshift(part.dataset.ask);
    return asks;
  };
  const show = (text, measure, asked) => {
    const options = [...asked].map(([name, value]) => `--${name.replaceAll("_", "-")} ${explaining.quoted(value)}`);
    command.textContent = ["python -m lotus_assets explain portfolio", explaining.quoted(portfolio), measure, ...options].join(" ");
    title.textContent = text;
    box.hidden = false;
    document.getElementById("asked-copy").focus();
  };
  const lead = (element, asks) => {
    const [measure, asked] = made(asks), way = document.createElement(explaining.isServed ? "a" : "button");
    way.className = "asked-way";
    way.append(...element.childNodes);
    if (explaining.isServed) {
      asked.set("format", "html");
      way.href = `/explain/portfolios/${encodeURIComponent(portfolio)}/${measure}?${asked}`;
    } else {
      way.type = "button";
      way.addEventListener("click", () => { back = way; show(way.textContent, measure, asked); });
    }
    element.append(way);
  };
  let back = null;
  const close = () => { box.hidden = true; back?.focus(); };
  document.getElementById("asked-copy").addEventListener("click", () => {
    getSelection().selectAllChildren(command);
    navigator.clipboard?.writeText(command.textContent).catch(() => { /* it is selected */ });
  });
  document.getElementById("asked-close").addEventListener("click", close);
  box.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  for (const row of document.querySelectorAll("tr[data-ask]")) {
    const heads = row.closest("table").tHead.rows[0].cells;
    let column = 0;
    for (const cell of row.cells) {
      const head = heads[column];
      column += cell.colSpan;
      if (cell.dataset.value !== undefined && head.dataset.ask !== undefined) lead(cell, [...around(row), head.dataset.ask]);
    }
  }
  for (const words of document.querySelectorAll("span[data-ask]")) lead(words, around(words));
})();
