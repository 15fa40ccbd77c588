"use strict";
// Charts of figures over days: their figures at the cursor, walked with the keyboard, magnified.
for (const data of document.querySelectorAll(".figure > script.plotted")) {
  const {days, axis, range, least, shift, series} = JSON.parse(data.textContent);
  const {add, figures, sums, unpacked, utc} = movingCharts, box = data.parentNode.querySelector(".chart");
  const times = sums(sums(unpacked(days))).map((day) => day * 86400), date = uPlot.fmtDate("{D} {MMM} {YYYY}");
  const lines = series.map((one) => {
    const {values, texts} = figures(one), places = one.places && sums(unpacked(one.places));
    if (!places) return {...one, values, texts};
    // Days of other series alone: `undefined` joins what `null` parts.
    const spread = (items) => items.reduce((all, item, place) => { all[places[place]] = item; return all; }, Array(times.length));
    return {...one, values: spread(values), texts: spread(texts)};
  });
  add(box, {
    times, axis, range, least, shift, shapes: ".band", label: box.querySelector(".plot").getAttribute("aria-label"),
    series: lines.map(({tone, values}) => ({tone, values, line: true})),
    said: (place) => ({
      title: date(utc(times[place])),
      lines: lines.filter(({texts}) => texts[place]).map(({name, texts}) => name ? `${name}: ${texts[place]}` : texts[place]),
    }),
  });
}
