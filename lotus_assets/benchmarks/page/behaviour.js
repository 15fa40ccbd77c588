"use strict";
// Filters, periods, exact figures and tables over charts that are already drawn: without this
// script the page shows the same series, standing still. No markup is made from text.
(() => {
  const WIDTH = 10000, HEIGHT = 500, DAY = 86400, ROWS = 200;
  const STEPS = [60, 120, 300, 600, 1800, 3600, 10800, 21600, 43200, ...[1, 2, 7, 14].map((n) => n * DAY)];
  const MONDAY = 4 * DAY;  // 5 January 1970
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const KINDS = {d: "daily", w: "weekly", m: "by hand", b: "released version", i: "imported"};
  const data = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("filters");
  const charts = new Map(), commits = data.commits;

  const sums = (differences) => { let sum = 0; return differences.map((step) => (sum += step)); };
  const unpacked = (items) => items.flatMap((item) => Array.isArray(item) ? Array(item[1]).fill(item[0]) : [item]);
  const svg = (name, attributes, text = "") => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  };
  const html = (name, text = "", parent = null) => {
    const element = document.createElement(name);
    element.textContent = text;
    if (parent) parent.append(element);
    return element;
  };
  const clamp = (number, low, high) => Math.min(Math.max(number, low), high);

  // ---- figures, as number_forms.py and axes.py write them
  const grouped = (number, decimals) => number.toLocaleString("en", {
    minimumFractionDigits: decimals, maximumFractionDigits: decimals,
  });
  const LARGEST = 1e15, SMALLEST = 1e-9, DECIMALS = 12, ROOM = 1e-300;
  const significant = (number, digits) =>
    number && (Math.abs(number) < SMALLEST || Math.abs(number) >= LARGEST) ? number.toExponential(digits - 1)
    : Number.isInteger(number) ? grouped(number, 0)
    : grouped(number, clamp(digits - 1 - Math.floor(Math.log10(Math.abs(number))), 0, DECIMALS));
  const tickText = (number, decimals) =>
    number && (decimals > DECIMALS || Math.abs(number) >= LARGEST) ? number.toExponential(3)
    : grouped(number || 0, Math.min(decimals, DECIMALS));
  const figure = (chart, value) => `${significant(value / chart.unit[0], 4)} ${chart.unit[1]}`.trim();
  const change = (ratio) => {
    const percent = (ratio - 1) * 100, size = Math.abs(percent);
    if (size < 0.05) return "±0.0 %";
    return `${percent > 0 ? "+" : "−"}${significant(size, size >= 100 ? 3 : 2)} %`;
  };
  const instant = (seconds) => {
    const at = new Date(seconds * 1000), [day, month] = [at.getUTCDate(), MONTHS[at.getUTCMonth()]];
    return `${day} ${month} ${at.getUTCFullYear()}, ${at.toISOString().slice(11, 16)} UTC`;
  };

  const valueTicks = (low, high) => {
    const rough = (high - low) / 4, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * (1 - 1e-9));
    const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9)), ticks = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1) {
      ticks.push([(i * step - low) / (high - low), tickText(i * step, decimals)]);
    }
    return ticks;
  };
  const timeTicks = (low, high) => {
    const days = (high - low) / DAY, ticks = [];
    const add = (seconds, label) => {
      const at = new Date(seconds * 1000);
      if (seconds >= low && seconds <= high) ticks.push([(seconds - low) / (high - low), label(at)]);
    };
    const step = STEPS.find((size) => (high - low) / size <= 6);
    if (step) {
      for (let at = MONDAY + Math.ceil((low - MONDAY) / step) * step; at <= high; at += step) {
        add(at, (time) => at % DAY ? time.toISOString().slice(11, 16)
          : `${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]}`);
      }
      return ticks;
    }
    const months = [1, 2, 3, 6].find((size) => days / (30.4 * size) <= 6) || 12 * Math.ceil(days / 365.25 / 6);
    const name = (at) => `${months < 12 ? `${MONTHS[at.getUTCMonth()]} ` : ""}${at.getUTCFullYear()}`;
    const first = new Date(low * 1000), last = new Date(high * 1000);
    let month = first.getUTCFullYear() * 12 + first.getUTCMonth();
    while (month % months) month += 1;
    for (; month <= last.getUTCFullYear() * 12 + last.getUTCMonth(); month += months) {
      add(Date.UTC(Math.floor(month / 12), month % 12) / 1000, name);
    }
    return ticks;
  };

  // ---- what each chart shows
  for (const suite of data.suites) {
    suite.times = sums(sums(unpacked(suite.t)));
    suite.commits = sums(unpacked(suite.c)).map((place) => commits[place]);
    suite.kinds = unpacked(suite.k);
    for (const [id, series] of Object.entries(suite.series)) {
      const card = document.getElementById(id), box = card.querySelector(".chart");
      const values = series.step === null ? series.v : sums(series.v).map((count) => count * series.step);
      const runs = series.r ? sums(series.r) : values.map((_, place) => place);
      const own = [Number(box.dataset.low), Number(box.dataset.high)];
      charts.set(card, {
        ...series, card, box, suite, values, runs, own, place: null, epochs: series.e && unpacked(series.e),
        window: {times: suite.axis, values: own},
        area: box.querySelector(".area"), times: runs.map((run) => suite.times[run]),
      });
    }
  }

  const show = (chart, times, values) => {
    chart.window = {times, values};
    const [t0, t1] = chart.suite.axis, [v0, v1] = chart.own;
    const x = (times[0] - t0) / (t1 - t0), wide = (times[1] - times[0]) / (t1 - t0);
    const y = 1 - (values[1] - v0) / (v1 - v0), high = (values[1] - values[0]) / (v1 - v0);
    chart.box.querySelector(".plot").setAttribute(
      "viewBox", `${x * WIDTH} ${y * HEIGHT} ${wide * WIDTH} ${high * HEIGHT}`);
    const strip = chart.box.querySelector(".strip");
    if (strip) strip.setAttribute("viewBox", `${x * WIDTH} -1 ${wide * WIDTH} 2`);
    for (const mark of chart.box.querySelectorAll(".marks > g")) {
      const across = (mark.dataset.x / 100 - x) / wide, down = (mark.dataset.y / 100 - y) / high;
      mark.toggleAttribute("hidden", across < 0 || across > 1);
      for (const line of mark.querySelectorAll("line")) {
        line.setAttribute("x1", `${across * 100}%`);
        line.setAttribute("x2", `${across * 100}%`);
      }
      for (const shape of mark.querySelectorAll("svg")) {
        shape.setAttribute("x", `${across * 100}%`);
        if (!mark.classList.contains("change_point")) shape.setAttribute("y", `${down * 100}%`);
      }
    }
    const size = chart.unit[0], lines = [], labels = [];
    for (const [share, label] of valueTicks(values[0] / size, values[1] / size)) {
      const place = `${(1 - share) * 100}%`;
      lines.push(svg("line", {x1: 0, x2: "100%", y1: place, y2: place}));
      labels.push(svg("text", {x: "100%", y: place}, label));
    }
    chart.box.querySelector(".grid").replaceChildren(...lines);
    chart.box.querySelector(".y").replaceChildren(...labels);
    chart.box.querySelector(".x").replaceChildren(...timeTicks(...times).map(
      ([share, label]) => svg("text", {x: `${share * 100}%`, y: 12}, label)));
  };

  const choosePeriod = (chart, days) => {
    const newest = chart.suite.times[chart.suite.times.length - 1];
    if (!days) return show(chart, chart.suite.axis, chart.own);
    const times = [newest - days * DAY * 1.01, newest + days * DAY * 0.01];
    const seen = chart.values.filter((_, i) => chart.times[i] >= times[0]);
    if (!seen.length) return show(chart, times, chart.own);
    const low = Math.min(...seen), high = Math.max(...seen);
    const lacking = 0.02 * Math.max(Math.abs(low), Math.abs(high)) - (high - low);
    const room = low || high ? Math.max((high - low) * 0.08 + Math.max(lacking, 0) / 2, ROOM) : 1;
    return show(chart, times, [low < 0 ? low - room : Math.max(0, low - room), high + room]);
  };

  // ---- one run of one chart
  const previous = (chart, place) => {
    // Only figures of one epoch are compared: of one machine, and where it has several, of one.
    const alike = (i) => chart.suite.m[chart.runs[i]] === chart.suite.m[chart.runs[place]]
      && (!chart.epochs || chart.epochs[i] === chart.epochs[place]);
    for (let i = place - 1; i >= 0; i -= 1) if (alike(i)) return i;
    return -1;
  };
  const comparedWith = (chart, value, before, which) => {
    if (value < 0 || before < 0) return "";  // signs have no ratio
    const ratio = value === before ? 1 : chart.direction === "higher" ? before / value : value / before;
    return Number.isFinite(ratio) ? `${change(ratio)} on ${which}` : `${figure(chart, before)} in ${which}`;
  };
  const said = (chart, place) => {
    const {suite} = chart, run = chart.runs[place], value = chart.values[place];
    const before = previous(chart, place);
    const which = chart.thinned ? "the run drawn before it" : "the run before it";
    return {
      figure: figure(chart, value),
      change: before < 0 || chart.direction === "exact" ? "" : comparedWith(chart, value, chart.values[before], which),
      time: instant(chart.times[place]),
      what: [suite.versions[run], suite.commits[run].slice(0, 7), KINDS[suite.kinds[run]],
        suite.loaded.includes(run) && "loaded machine"].filter(Boolean).join(", "),
      machine: suite.machines[suite.m.charCodeAt(run) - 48],
      url: suite.urls[run] || (suite.address && suite.commits[run] ? suite.address + suite.commits[run] : ""),
    };
  };
  const point = (chart, place) => {
    const {times, values} = chart.window;
    const x = (chart.times[place] - times[0]) / (times[1] - times[0]);
    const y = 1 - (chart.values[place] - values[0]) / (values[1] - values[0]);
    chart.place = place;
    if (!chart.cursor) {
      chart.cursor = html("div", "", chart.area);
      chart.cursor.className = "cursor";
      chart.readout = html("div", "", chart.area);
      chart.readout.className = "readout";
    }
    const words = said(chart, place);
    chart.cursor.hidden = chart.readout.hidden = false;
    chart.cursor.style.left = `${x * 100}%`;
    chart.cursor.style.setProperty("--y", `${y * 100}%`);
    chart.readout.style.left = x < 0.5 ? `${x * 100}%` : "auto";
    chart.readout.style.right = x < 0.5 ? "auto" : `${(1 - x) * 100}%`;
    chart.readout.replaceChildren();
    html("b", words.figure, chart.readout);
    for (const text of [words.change, words.time, words.what, words.machine]) {
      if (text) html("span", text, chart.readout);
    }
    chart.area.setAttribute("aria-valuenow", place + 1);
    chart.area.setAttribute("aria-valuetext",
      [words.figure, words.change, words.time, words.what, words.machine].filter(Boolean).join(", "));
  };
  const leave = (chart) => {
    if (chart.cursor) chart.cursor.hidden = chart.readout.hidden = true;
  };
  const visible = (chart) => {
    const [low, high] = chart.window.times, places = [];
    chart.times.forEach((time, place) => { if (time >= low && time <= high) places.push(place); });
    return places;
  };
  const nearest = (chart, share) => {
    const [low, high] = chart.window.times, wanted = low + share * (high - low);
    let best = -1;
    for (const place of visible(chart)) {
      if (best < 0 || Math.abs(chart.times[place] - wanted) <= Math.abs(chart.times[best] - wanted)) best = place;
    }
    return best;
  };
  const press = (chart, event) => {
    const places = visible(chart), now = places.indexOf(chart.place);
    const to = {ArrowLeft: now - 1, ArrowRight: now + 1, ArrowDown: now - 1, ArrowUp: now + 1,
      PageUp: now + 10, PageDown: now - 10, Home: 0, End: places.length - 1}[event.key];
    if (to !== undefined && places.length) {
      event.preventDefault();
      point(chart, places[clamp(to, 0, places.length - 1)]);
    } else if (event.key === "Escape") {
      leave(chart);
    } else if (event.key === "Enter" && chart.place !== null && said(chart, chart.place).url) {
      location.assign(said(chart, chart.place).url);
    }
  };
  const table = (chart) => {
    const details = html("details", "", chart.card);
    details.className = "table";
    html("summary", "Figures as a table", details);
    details.addEventListener("toggle", () => {
      if (!details.open || details.querySelector("table")) return;
      const box = html("div", "", details), rows = html("table", "", box);
      box.className = "scroll";
      box.tabIndex = 0;
      const head = html("tr", "", html("thead", "", rows)), body = html("tbody", "", rows);
      for (const name of ["Run", "Figure", "Commit or version", "Machine"]) {
        html("th", name, head).scope = "col";
      }
      for (let place = chart.values.length - 1; place >= Math.max(0, chart.values.length - ROWS); place -= 1) {
        const row = html("tr", "", body), words = said(chart, place);
        html("td", words.time, row);
        html("td", words.figure, row).className = "number";
        const what = html("td", words.url ? "" : words.what, row);
        if (words.url) html("a", words.what, what).href = words.url;
        html("td", words.machine, row);
      }
      if (chart.values.length > ROWS) html("p", `The newest ${ROWS}; benchmarks.json has all.`, details);
    });
  };
  for (const [card, chart] of charts) {
    const {area} = chart, title = card.querySelector("h4").textContent.replace(/\s+/g, " ").trim();
    area.tabIndex = 0;
    area.setAttribute("role", "slider");
    area.setAttribute("aria-label", `Runs of ${title}`);
    area.setAttribute("aria-valuemin", 1);
    area.setAttribute("aria-valuemax", chart.values.length);
    area.setAttribute("aria-valuenow", chart.values.length);
    area.setAttribute("aria-valuetext", said(chart, chart.values.length - 1).figure);
    area.addEventListener("pointermove", (event) => {
      const box = area.getBoundingClientRect(), place = nearest(chart, (event.clientX - box.left) / box.width);
      if (place >= 0) point(chart, place);
    });
    area.addEventListener("pointerleave", () => { if (document.activeElement !== area) leave(chart); });
    area.addEventListener("focus", () => {
      const places = visible(chart);
      if (places.length && area.matches(":focus-visible")) point(chart, places[places.length - 1]);
    });
    area.addEventListener("blur", () => leave(chart));
    area.addEventListener("keydown", (event) => press(chart, event));
    table(chart);
  }

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
    if (days !== period) for (const chart of charts.values()) { leave(chart); choosePeriod(chart, days); }
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
