"use strict";
// Charts that move: uPlot draws a chart again, to be read at the cursor, walked with the keyboard and
// magnified. What the server drew stays for print and where no script runs; its shapes and marks are
// taken over. No markup is made from text.
const movingCharts = (() => {
  const AXIS = 20, MARGIN = 8, SIDE = 16, Y_AXIS = 58, ALPHA = {band: 0.16, join: 0.35, trend: 1};
  const FONT = "11px system-ui, sans-serif", NONE = Array(6).fill(null), DAY = 86400;
  const TIMES = [
    [365 * DAY, "{YYYY}", ...NONE, 0], [28 * DAY, "{MMM} {YYYY}", ...NONE, 0], [DAY, "{D} {MMM}", ...NONE, 0],
    [1, "{HH}:{mm}", null, null, "{D} {MMM}", null, null, null, 0],
  ];
  const charts = new Map(), known = (number) => number !== null;
  const sums = (differences) => {
    let sum = 0;
    return differences.map((step) => step === null ? null : (sum += step));
  };
  const unpacked = (items) => items.flatMap((item) => Array.isArray(item) ? Array(item[1]).fill(item[0]) : [item]);
  const utc = (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC");
  const html = (name, text, parent, kind = "") => {
    const element = document.createElement(name);
    element.textContent = text;
    if (kind) element.className = kind;
    parent.append(element);
    return element;
  };
  const probe = html("span", "", document.body);
  probe.hidden = true;
  const colour = (kind) => {
    probe.setAttribute("class", kind);
    return getComputedStyle(probe).color;
  };
  // Figures and their texts, of what moving_charts.py has packed.
  const figures = ({v, power, decimals, unit, minus, texts}) => {
    if (texts) return {values: v, texts};
    const form = new Intl.NumberFormat("en", {minimumFractionDigits: decimals, maximumFractionDigits: decimals});
    const after = unit && `\u00a0${unit}`;
    const values = sums(v).map((count) => count === null ? null : Number(`${count}e${power}`));
    return {values, texts: values.map((value) => value === null ? "" : form.format(value).replace("-", minus) + after)};
  };

  const shapesOf = (box, names) => [...box.querySelectorAll(names)].map((shape) => ({
    path: new Path2D(shape.getAttribute("d")), kind: shape.getAttribute("class"), tone: shape.parentNode.getAttribute("class"),
  }));
  const paintShapes = (chart, plot) => {
    const {ctx, bbox} = plot, {axis, range} = chart.spec, [wide, high] = chart.size;
    const [left, right] = axis.map((time) => plot.valToPos(time, "x", true));
    const [bottom, top] = range.map((value) => plot.valToPos(value, "y", true));
    const matrix = new DOMMatrix([(right - left) / wide, 0, 0, (bottom - top) / high, left, top]);
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.lineJoin = ctx.lineCap = "round";
    for (const {path, kind, tone} of chart.shapes) {
      const placed = new Path2D();
      placed.addPath(path, matrix);
      ctx.globalAlpha = ALPHA[kind];
      ctx.fillStyle = ctx.strokeStyle = colour(tone);
      ctx.lineWidth = (kind === "join" ? 1 : 2) * devicePixelRatio;
      if (kind === "band") ctx.fill(placed); else ctx.stroke(placed);
    }
    ctx.restore();
  };
  // Marks lie in per cent of the whole; what is seen may be a part of it.
  const placeMarks = (chart, plot) => {
    const {axis, range} = chart.spec, {width, height} = plot.over.getBoundingClientRect();
    const place = {
      x: (share) => plot.valToPos(axis[0] + (axis[1] - axis[0]) * share / 100, "x") / width * 100,
      y: (share) => plot.valToPos(range[1] - (range[1] - range[0]) * share / 100, "y") / height * 100,
    };
    if (!width) return;
    for (const {element, names, share, group} of chart.marks) {
      const at = place[names[0][0]](share);
      for (const name of names) element.setAttribute(name, `${at}%`);
      if (names[0][0] === "x") group.toggleAttribute("hidden", at < 0 || at > 100);
    }
  };
  const marksOf = (over, still) => {
    const box = html("div", "", over, "marked-over"), marks = still.cloneNode(true), placed = [];
    box.append(marks);
    for (const element of marks.querySelectorAll("line, svg")) {
      const group = element.closest("g") || element;
      for (const names of [["x1", "x2"], ["y1", "y2"], ["x"], ["y"]]) {
        const [first, last] = [names[0], names[names.length - 1]].map((name) => element.getAttribute(name) || "");
        // A line goes from edge to edge in the other direction.
        if (first.endsWith("%") && first === last) placed.push({element, names, share: parseFloat(first), group});
      }
    }
    return placed;
  };

  const places = (chart) => {
    const [low, high] = chart.seen;
    return chart.spec.times.flatMap((time, place) => time >= low && time <= high ? [place] : []);
  };
  const leave = (chart) => { if (chart.readout) chart.readout.hidden = true; };
  const read = (chart, plot) => {
    const place = chart.pressed ?? plot.cursor.idx;
    if (place === null || place === undefined || plot.cursor.left < 0) return leave(chart);
    const {title, lines} = chart.spec.said(place), x = plot.cursor.left / plot.over.clientWidth;
    chart.place = place;
    chart.readout ??= html("div", "", plot.over, "readout");
    chart.readout.hidden = false;
    chart.readout.style.left = x < 0.5 ? `${x * 100}%` : "auto";
    chart.readout.style.right = x < 0.5 ? "auto" : `${(1 - x) * 100}%`;
    chart.readout.replaceChildren();
    html("b", title, chart.readout);
    for (const line of lines) html("span", line, chart.readout);
    chart.box.setAttribute("aria-valuenow", place + 1);
    chart.box.setAttribute("aria-valuetext", [title, ...lines].join(", "));
  };
  const point = (chart, place) => {
    const plot = built(chart), {times, series} = chart.spec;
    const value = series.map((one) => one.values[place]).find(known) ?? chart.spec.range[0];
    chart.pressed = place;
    plot.setCursor({left: plot.valToPos(times[place], "x"), top: plot.valToPos(value, "y")});
    chart.pressed = undefined;
  };
  const magnify = (chart, factor) => {
    const [low, high] = chart.seen, middle = chart.place === null ? high : chart.spec.times[chart.place];
    const half = Math.max((high - low) * factor / 2, 1);
    show(chart, factor < 1 || 2 * half < chart.spec.axis[1] - chart.spec.axis[0] ? [middle - half, middle + half] : null);
    if (chart.place !== null) point(chart, chart.place);
  };
  const press = (chart, event) => {
    const seen = places(chart), now = seen.indexOf(chart.place);
    const to = {ArrowLeft: now - 1, ArrowRight: now + 1, ArrowDown: now - 1, ArrowUp: now + 1,
      PageUp: now + 10, PageDown: now - 10, Home: 0, End: seen.length - 1}[event.key];
    if (to !== undefined && seen.length) point(chart, seen[Math.min(Math.max(to, 0), seen.length - 1)]);
    else if (event.key === "+" || event.key === "-") magnify(chart, event.key === "+" ? 0.5 : 2);
    else if (event.key === "Escape") built(chart).setCursor({left: -10, top: -10});
    else if (event.key === "Enter" && chart.place !== null && chart.spec.said(chart.place).url) {
      location.assign(chart.spec.said(chart.place).url);
    } else return;
    event.preventDefault();
  };

  const seriesOf = ({tone, line, values}) => ({
    stroke: () => colour(`m${tone % 6}`), width: line ? 2 : 0, alpha: line ? 1 : 0.6,
    paths: line ? uPlot.paths.linear() : () => null,
    points: {show: !line || values.length < 60, size: line ? 5 : 4, width: 0, space: 0, fill: () => colour(`m${tone % 6}`)},
  });
  const build = (chart) => {
    const {box, spec} = chart, area = box.querySelector(".area"), height = area.clientHeight + AXIS + MARGIN;
    const numbers = new Intl.NumberFormat("en", {maximumFractionDigits: 12});
    const holder = html("div", "", box, "moving"), soft = () => colour("hint"), rule = () => colour("rule");
    const drawn = box.querySelector(".plot");
    chart.size = [drawn.viewBox.baseVal.width, drawn.viewBox.baseVal.height];
    chart.shapes = shapesOf(box, spec.shapes);
    box.classList.add("is-moving");
    const timeRange = (plot, low, high) => {
      const {times, axis} = spec;
      return (chart.seen = low <= times[0] && high >= times[times.length - 1] ? axis : [low, high]);
    };
    const valueRange = (plot, low, high) => {
      if (chart.seen === spec.axis || low === null) return spec.range;
      const lacking = Math.max(spec.least - (high - low), 0) / 2;
      return uPlot.rangeNum(low - lacking, high + lacking, 0.08, true);
    };
    const plot = new uPlot({
      width: holder.clientWidth, height, legend: {show: false}, padding: [MARGIN, SIDE, 0, 0], tzDate: utc,
      cursor: {y: false, drag: {x: true, y: false, dist: 4}, points: {size: 12}},
      scales: {x: {range: timeRange}, y: {range: valueRange}},
      axes: [
        {size: AXIS, gap: 4, font: FONT, stroke: soft, space: 75, values: TIMES, grid: {show: false},
          ticks: {show: false}, border: {show: true, stroke: rule, width: 1}},
        {size: Y_AXIS, gap: 7, font: FONT, stroke: soft, space: 30, grid: {stroke: rule, width: 1}, ticks: {show: false},
          values: (self, ticks) => ticks.map((tick) => numbers.format(tick) + (spec.shift && tick ? `e${spec.shift}` : ""))},
      ],
      series: [{}, ...spec.series.map(seriesOf)],
      hooks: {
        drawAxes: [(self) => paintShapes(chart, self)], setCursor: [(self) => read(chart, self)],
        draw: [(self) => { chart.marks ??= marksOf(self.over, box.querySelector(".marks")); placeMarks(chart, self); }],
        setScale: [(self, key) => { if (key === "x") spec.moved?.(chart.seen); }],
      },
    }, [spec.times, ...spec.series.map((one) => one.values)], holder);
    new ResizeObserver(() => {
      if (holder.clientWidth && holder.clientWidth !== plot.width) plot.setSize({width: holder.clientWidth, height});
    }).observe(holder);
    return plot;
  };
  const built = (chart) => (chart.plot ??= build(chart));
  const show = (chart, window) => {
    const plot = built(chart), [min, max] = window || chart.spec.axis;
    plot.setScale("x", {min, max});
  };
  const near = new IntersectionObserver((entries) => {
    for (const {target, isIntersecting} of entries) if (isIntersecting) built(charts.get(target));
  }, {rootMargin: "200px"});
  const redraw = () => { for (const {plot} of charts.values()) plot?.redraw(false); };
  new MutationObserver(redraw).observe(document.documentElement, {attributes: true, attributeFilter: ["data-theme"]});
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

  // spec: times, series [{tone, line, values}], axis (seconds), range, least, shift, shapes (a selector),
  // label, said (place → title, lines, url), moved (the seen seconds have changed).
  const add = (box, spec) => {
    const chart = {box, spec, place: null, seen: spec.axis}, last = spec.times.length - 1;
    charts.set(box, chart);
    box.tabIndex = 0;
    for (const [name, value] of Object.entries({
      role: "slider", "aria-label": spec.label, "aria-valuemin": 1, "aria-valuemax": last + 1,
      "aria-valuenow": last + 1, "aria-valuetext": spec.said(last).title,
    })) box.setAttribute(name, value);
    box.addEventListener("keydown", (event) => press(chart, event));
    box.addEventListener("focus", () => {
      const seen = places(chart);
      if (seen.length && box.matches(":focus-visible")) point(chart, seen[seen.length - 1]);
    });
    box.addEventListener("blur", () => leave(chart));
    near.observe(box);
    return {show: (window) => show(chart, window), leave: () => leave(chart)};
  };
  return {add, figures, html, sums, unpacked, utc};
})();
