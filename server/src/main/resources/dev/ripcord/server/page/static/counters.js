// The numbers on top of the operations page.

import { get } from "./api.js";
import { drawChart, makeChart } from "./chart.js";
import { el, put } from "./dom.js";
import { number, span } from "./words.js";

const POINTS = 150;
const TOTALS_EVERY = 5; // points

const SHOWN = [
  { name: "Calls running", key: "live", kind: "area", words: number, now: true, about: "In all processes that are watched" },
  { name: "Calls canceled", key: "canceled", kind: "bars", tone: "ended", words: number, about: "Calls that were told to end" },
  { name: "Cancel to stop, p50", key: "stop_p50_us", kind: "bars", words: span, about: untilItStopped("half of them") },
  { name: "Cancel to stop, p99", key: "stop_p99_us", kind: "bars", words: span, about: untilItStopped("99 of 100") },
  { name: "Work skipped", key: "work_skipped", kind: "bars", words: number, about: "Not begun, since its request had ended" },
  { name: "Reasons undelivered", key: "reasons_undelivered", kind: "bars", tone: "late", words: number, about: "Calls that could not be told why they were ended" },
];

function untilItStopped(most) {
  return `From when a call was told to end until it had stopped; ${most} took no longer`;
}

export class Counters {
  #series = [];
  #totals = {};
  #tiles;
  #heard = 0;
  #stepMs = 2000;

  constructor(list) {
    this.#tiles = SHOWN.map((shown) => {
      const tile = { ...shown, value: el("span"), small: el("small"), chart: makeChart(shown.kind, shown.tone ?? "") };
      list.append(
        el(
          "div",
          { class: "counter" },
          el("dt", { title: shown.about }, shown.name),
          el("dd", {}, tile.value, " ", tile.small),
          el("dd", { class: "picture" }, tile.chart),
        ),
      );
      return tile;
    });
    this.#draw();
    this.refresh();
  }

  async refresh() {
    try {
      const counters = await get("/api/counters");
      this.#series = counters.series;
      this.#totals = counters.totals;
      this.#stepMs = counters.step_ms;
      this.#draw();
    } catch {
      // The stream says that the server is away; the next point asks again.
      this.#heard = TOTALS_EVERY - 1;
    }
  }

  /** One more point; a percentile of all of them only the server knows. */
  add(point) {
    this.#series = [...this.#series, point].slice(-POINTS);
    this.#totals.live = point.live;
    this.#heard = (this.#heard + 1) % TOTALS_EVERY;
    if (this.#heard === 0) {
      this.refresh();
    } else {
      this.#draw();
    }
  }

  #now() {
    const hidden = this.#totals.untracked ?? 0;
    return hidden > 0 ? `now, since the start ${number(hidden)} not shown` : "now";
  }

  #draw() {
    const minutes = Math.round((POINTS * this.#stepMs) / 60000);
    for (const { key, words, value, small, chart, now } of this.#tiles) {
      const total = this.#totals[key];
      put(value, total === undefined || total === null ? "–" : words(total));
      put(small, now ? this.#now() : `in ${minutes} min`);
      drawChart(chart, this.#series.map((point) => point[key] ?? null), POINTS);
    }
  }
}
