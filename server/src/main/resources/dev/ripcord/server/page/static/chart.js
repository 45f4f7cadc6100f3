// A number's last minutes as a small picture.

import { svg, mark } from "./dom.js";

const HIGH = 100;

/** `kind` is "area" for what is there all the time, "bars" for what happens now and then. */
export function makeChart(kind, tone) {
  const chart = svg(
    "svg",
    { class: `chart ${tone}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("line", { x1: 0, y1: HIGH, x2: 100, y2: HIGH }),
    svg("path", { class: "under" }),
    svg("path", { class: "line" }),
  );
  chart.kind = kind;
  return chart;
}

/** The latest at the right; of fewer points than there is room for, the left stays empty. */
export function drawChart(chart, values, room) {
  const [base, under, line] = chart.children;
  const most = Math.max(1, ...values.filter((value) => value !== null));
  const from = room - values.length;
  const at = (value) => (HIGH - (value / most) * (HIGH - 4)).toFixed(1);
  mark(chart, "viewBox", `0 0 ${room} ${HIGH}`);
  mark(base, "x2", room);
  if (chart.kind === "bars") {
    const bars = values.map((value, i) => (value ? `M${from + i + 0.5} ${HIGH}V${at(value)}` : ""));
    mark(line, "d", bars.join(""));
    return;
  }
  const points = values.map((value, i) => `${from + i + 0.5} ${at(value ?? 0)}`);
  if (points.length > 0) {
    mark(line, "d", `M${points.join("L")}`);
    mark(under, "d", `M${from + 0.5} ${HIGH}L${points.join("L")}L${room - 0.5} ${HIGH}Z`);
  }
}
