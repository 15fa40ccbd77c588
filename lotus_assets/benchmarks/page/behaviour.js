"use strict";
// Filters, periods, what is said of single runs and tables, over charts that are already drawn:
// without this script the page shows the same series, standing still. No markup is made from text.
(() => {
  const DAY = 86400, ROWS = 200, {figures, html, sums, unpacked, utc} = movingCharts;
  const data = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("filters"), charts = new Map();
  const instant = uPlot.fmtDate("{D} {MMM} {YYYY}, {HH}:{mm} UTC");

  // ---- one run of one series, in the page's words
  const said = (chart, place) => {
    const {suite, series, texts} = chart, run = chart.runs[place], commit = suite.commits[run];
    const what = [suite.versions[run], commit.slice(0, 7), data.kinds[suite.kinds[run]],
      suite.loaded.includes(run) && "loaded machine"].filter(Boolean).join(", ");
    const title = texts[place], time = instant(utc(chart.times[place]));
    const machine = suite.machines[suite.m.charCodeAt(run) - 48];
    const change = data.changes[series.c.charCodeAt(place) - 0x100];
    return {
      title, time, what, machine, lines: [change && `${change} on the previous run`, time, what, machine].filter(Boolean),
      url: suite.urls[run] || (suite.address && commit ? suite.address + commit : ""),
    };
  };
  const table = (card, chart) => {
    const details = html("details", "", card, "table"), count = chart.values.length;
    html("summary", "Figures as a table", details);
    details.addEventListener("toggle", () => {
      if (!details.open || details.querySelector("table")) return;
      const box = html("div", "", details, "scroll"), rows = html("table", "", box);
      box.tabIndex = 0;
      const head = html("tr", "", html("thead", "", rows)), body = html("tbody", "", rows);
      for (const name of ["Run", "Figure", "Commit or version", "Machine"]) html("th", name, head).scope = "col";
      for (let place = count - 1; place >= Math.max(0, count - ROWS); place -= 1) {
        const row = html("tr", "", body), words = said(chart, place);
        html("td", words.time, row);
        html("td", words.title, row, "number");
        const what = html("td", words.url ? "" : words.what, row);
        if (words.url) html("a", words.what, what).href = words.url;
        html("td", words.machine, row);
      }
      if (count > ROWS) html("p", `The newest ${ROWS}; benchmarks.json has all.`, details);
    });
  };
  // The dots of each machine are a series of their own, in its colour.
  const dots = ({suite, runs, values}) => {
    const machines = runs.map((run) => suite.m.charCodeAt(run) - 48);
    return [...new Set(machines)].map((tone) => ({
      tone, values: values.map((value, place) => machines[place] === tone ? value : null),
    }));
  };
  for (const suite of data.suites) {
    suite.times = sums(sums(unpacked(suite.t)));
    suite.commits = sums(unpacked(suite.c)).map((place) => data.commits[place]);
    suite.kinds = unpacked(suite.k);
    for (const [id, series] of Object.entries(suite.series)) {
      const card = document.getElementById(id), box = card.querySelector(".chart"), strip = box.querySelector(".strip");
      const {values, texts} = figures(series), runs = series.r ? sums(series.r) : values.map((_, place) => place);
      const chart = {suite, series, values, texts, runs, times: runs.map((run) => suite.times[run])};
      const title = card.querySelector("h4").textContent.replace(/\s+/g, " ").trim();
      const wide = box.querySelector(".plot").viewBox.baseVal.width;
      chart.moving = movingCharts.add(box, {
        times: chart.times, axis: suite.axis, range: series.range, least: series.least, shift: series.shift,
        series: dots(chart), shapes: ".band, .join, .trend", label: `Runs of ${title}`, said: (place) => said(chart, place),
        moved: ([low, high]) => {
          const unit = wide / (suite.axis[1] - suite.axis[0]);
          strip?.setAttribute("viewBox", `${(low - suite.axis[0]) * unit} -1 ${(high - low) * unit} 2`);
        },
      });
      charts.set(card, chart);
      table(card, chart);
    }
  }
  const choosePeriod = ({suite, moving}, days) => {
    const newest = suite.times[suite.times.length - 1];
    moving.leave();
    moving.show(days ? [newest - days * DAY * 1.01, newest + days * DAY * 0.01] : null);
  };

  // ---- filters; they stand in the address, so that a view can be sent to someone
  let period = 0;
  const apply = () => {
    const {suite, metric, text, found} = form.elements, words = text.value.toLowerCase().split(/\s+/);
    const days = Number(form.elements.period.value);
    let count = 0;
    for (const section of document.querySelectorAll("section.suite")) {
      let some = false;
      for (const card of section.querySelectorAll(".card")) {
        const name = [".title", ".name"].map((part) => card.querySelector(part).textContent).join(" ").toLowerCase();
        const wanted = (!suite.value || section.dataset.name === suite.value)
          && (!metric.value || card.dataset.metric === metric.value)
          && (!found.checked || card.hasAttribute("data-found"))
          && words.every((word) => name.includes(word));
        card.hidden = !wanted;
        some = some || wanted;
        count += wanted;
      }
      section.hidden = !some;
    }
    if (days !== period) for (const chart of charts.values()) choosePeriod(chart, days);
    period = days;
    document.getElementById("shown").textContent = `${count} of ${charts.size} series`;
    document.getElementById("nothing").hidden = count > 0;
    const query = new URLSearchParams();
    for (const element of [suite, metric, form.elements.period, text]) if (element.value) query.set(element.name, element.value);
    if (found.checked) query.set("found", "1");
    try {
      history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`);
    } catch { /* a page opened from a file may not change its address */ }
  };
  if (form) {
    const query = new URLSearchParams(location.search);
    for (const name of ["suite", "metric", "period", "text"]) {
      if (query.has(name)) form.elements[name].value = query.get(name);
    }
    form.elements.found.checked = query.has("found");
    form.hidden = false;
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(apply));
    apply();
  }

  const unfold = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (target && target.matches("details")) target.open = true;
    const card = target && target.closest(".card[hidden]");
    if (card) { form.reset(); }
  };
  addEventListener("hashchange", unfold);
  unfold();
})();
