"use strict";
// Tables of class `sortable` sort by a click on a heading: by `data-value` of their cells, else by
// text. Cells without a figure come last either way.
(() => {
  const key = (row, column) => {
    const cell = row.cells[column];
    if (!("value" in cell.dataset)) return cell.textContent.trim().toLowerCase();
    return cell.dataset.value === "" ? null : Number(cell.dataset.value);
  };
  const compared = (a, b) => a === null || b === null ? (a === null) - (b === null) : a < b ? -1 : a > b ? 1 : 0;
  const sort = (table, column, descending) => {
    const rows = [...table.tBodies[0].rows].map((row) => [key(row, column), row]);
    rows.sort(([a], [b]) => a === null || b === null || !descending ? compared(a, b) : compared(b, a));
    table.tBodies[0].append(...rows.map(([, row]) => row));
    [...table.tHead.rows[0].cells].forEach((cell, place) => {
      if (place === column) cell.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((cell, column) => {
      if (cell.hasAttribute("data-unsorted")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...cell.childNodes);
      cell.append(button);
      button.addEventListener("click", () => {
        const first = cell.dataset.worst === "high" || (cell.classList.contains("number") && !cell.dataset.worst);
        const now = cell.getAttribute("aria-sort");
        sort(table, column, now ? now === "ascending" : first);
      });
    });
  }
})();
