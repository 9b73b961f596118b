// Draws the charts of the page from the options that stand in it, in the colours of its theme.
"use strict";
(() => {
  const { charts } = JSON.parse(document.getElementById("data").textContent);
  const drawn = [];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  // "@wait" as the value of a colour becomes the colour of that name.
  function themed(value, key) {
    if (Array.isArray(value)) return value.map((one) => themed(one, key));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, themed(one, name)]));
    }
    const isColour = /color$/i.test(key || "") || key === "colours";
    return isColour && typeof value === "string" && value.startsWith("@") ? colour(value.slice(1)) : value;
  }

  // A horizontal range with the middle in it: values are low, middle, high, row.
  function drawRange(series) {
    return (params, api) => {
      const row = api.value(3);
      const [low, middle, high] = [0, 1, 2].map((place) => api.value(place));
      const at = (value) => api.coord([value, row]);
      const stroke = series.colours[params.dataIndex];
      const children = [];
      if (Number.isFinite(low) && Number.isFinite(high)) {
        const [[x1, y], [x2]] = [at(low), at(high)];
        const line = (a, b, c, d, width) => ({ type: "line", shape: { x1: a, y1: b, x2: c, y2: d }, style: { stroke, lineWidth: width } });
        children.push(line(x1, y, x2, y, 3), line(x1, y - 6, x1, y + 6, 2), line(x2, y - 6, x2, y + 6, 2));
      }
      if (Number.isFinite(middle)) {
        const [x, y] = at(middle);
        children.push({ type: "circle", shape: { cx: x, cy: y, r: 5.5 }, style: { fill: stroke, stroke: colour("paper"), lineWidth: 1.5 } });
      }
      return { type: "group", children };
    };
  }

  // A point with intervals both ways: values are x, y, x low, x high, y low, y high.
  function drawCross(series) {
    return (params, api) => {
      const [x, y, left, right, bottom, top] = [0, 1, 2, 3, 4, 5].map((place) => api.value(place));
      const stroke = series.colours[0];
      const children = [];
      const line = (from, to) => {
        const [[x1, y1], [x2, y2]] = [api.coord(from), api.coord(to)];
        children.push({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke, lineWidth: 2 } });
      };
      if (Number.isFinite(left) && Number.isFinite(right)) line([left, y], [right, y]);
      if (Number.isFinite(bottom) && Number.isFinite(top)) line([x, bottom], [x, top]);
      const [cx, cy] = api.coord([x, y]);
      children.push({ type: "circle", shape: { cx, cy, r: 7 }, style: { fill: stroke, stroke: colour("paper"), lineWidth: 1.5 } });
      return { type: "group", children };
    };
  }

  const escaped = (text) => echarts.format.encodeHTML(text).replaceAll("\n", "<br>");

  function prepared(chart, width) {
    const option = themed(chart.option, "");
    const tip = (found) => {
      const one = Array.isArray(found) ? found[0] : found;
      const place = chart.option.series[one.seriesIndex].tip ?? one.dataIndex;
      return escaped(chart.tips[place] ?? "");
    };
    option.animation = false;
    option.aria = { enabled: false };
    option.textStyle = { fontFamily: getComputedStyle(document.body).fontFamily, color: colour("ink") };
    option.tooltip = {
      ...option.tooltip, formatter: tip, confine: true, backgroundColor: colour("panel"), borderColor: colour("grid"),
      textStyle: { color: colour("ink"), fontSize: 13 }, extraCssText: "white-space:normal;max-width:20rem;overflow-wrap:anywhere",
    };
    for (const axis of [option.xAxis, option.yAxis]) {
      axis.axisLabel = { color: colour("soft"), hideOverlap: true, ...axis.axisLabel };
      // Names take at most so much of the width, on a phone less.
      if (axis.axisLabel.cut) Object.assign(axis.axisLabel, { width: Math.min(260, width * 0.36), overflow: "truncate", ellipsis: "…", fontSize: width < 500 ? 11 : 12 });
      const texts = axis.axisLabel.texts;
      if (texts) axis.axisLabel.formatter = (value) => texts[value] ?? "";
    }
    for (const series of option.series) {
      if (series.draw === "range") series.renderItem = drawRange(series);
      if (series.draw === "cross") series.renderItem = drawCross(series);
    }
    return option;
  }

  function draw() {
    for (const one of drawn.splice(0)) one.dispose();
    for (const place of document.querySelectorAll("[data-chart]")) {
      // What is folded away has no width; it is drawn when it is unfolded.
      if (!place.clientWidth) continue;
      const chart = echarts.init(place, null, { renderer: "svg" });
      chart.setOption(prepared(charts[place.dataset.chart], place.clientWidth));
      drawn.push(chart);
    }
  }

  for (const fold of document.querySelectorAll("details")) fold.addEventListener("toggle", () => fold.querySelector("[data-chart]") && draw());

  let widthBefore = document.body.clientWidth;
  function drawIfWider() {
    if (document.body.clientWidth === widthBefore) return;
    widthBefore = document.body.clientWidth;
    draw();
  }

  // On paper: what is unfolded, and on what the numbers rest; as wide as the paper and in the colours of day.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details.paper:not([open])")];
    for (const one of folded) one.open = true;
    draw();
  });
  window.addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
    draw();
  });
  window.addEventListener("resize", drawIfWider);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  matchMedia("print").addEventListener("change", draw);
  draw();
})();
