// Two pictures of one request: all of it, from its beginning; and its end, from the press of cancel to the last stop.

import { el, mark, put } from "./dom.js";
import { serverNow } from "./clock.js";
import { isCalm } from "./frames.js";
import { colour } from "./service.js";
import { elapsedUs } from "./tree.js";
import { RUNNING, shortMethod, span } from "./words.js";

const PARTS = 5; // of the axis
const REPLAY_MS = 1600;
const WORDS_PX = 76; // room for words behind a bar; where there is none, they stand in it

/** The least round number that is no less: 1, 2 or 5 times a power of ten. */
function roundUp(us) {
  const power = 10 ** Math.floor(Math.log10(Math.max(us, 1)));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= us);
}

/** From when to when the axis goes, in microseconds since the beginning, or since the press. */
export function scaleOf(request, nodes, ofItsEnd) {
  if (ofItsEnd) {
    const ends = nodes.map((node) => node.stopped_us ?? node.told_us ?? 0);
    const open = nodes.some((node) => RUNNING.has(node.state) && node.told_us !== undefined);
    const now = open ? (serverNow() - request.cancel.at_ms) * 1000 : 0;
    return roundUp(Math.max(1000, now, ...[Math.max(0, ...chunked(ends))]));
  }
  const running = RUNNING.has(request.state);
  const elapsed = running ? (serverNow() - request.opened_ms) * 1000 : request.elapsed_us;
  return roundUp(Math.max(1000, elapsed));
}

/** Math.max takes so many arguments and no more. */
function chunked(numbers) {
  const most = [];
  for (let i = 0; i < numbers.length; i += 1000) {
    most.push(Math.max(...numbers.slice(i, i + 1000)));
  }
  return most;
}

export function drawAxis(axis, scaleUs) {
  while (axis.childElementCount <= PARTS) {
    axis.append(el("span"));
  }
  for (let i = 0; i <= PARTS; i++) {
    const mark = axis.children[i];
    mark.style.left = `${(i / PARTS) * 100}%`;
    put(mark, i === 0 ? "0" : span((scaleUs * i) / PARTS).replace(/\.0+ /, " "));
  }
}

export function makeLane() {
  const part = {
    service: el("b"),
    method: el("span"),
    bar: el("i", { class: "span" }),
    told: el("i", { class: "told" }),
    until: el("span", { class: "until" }),
  };
  const row = el(
    "div",
    { class: "grid-row", role: "row" },
    el(
      "div",
      { class: "cell", role: "cell" },
      el("span", { class: "who" }, el("i", { class: "service" }), part.service, part.method),
    ),
    el("div", { class: "lane", role: "cell" }, part.bar, part.told, part.until),
  );
  row.cells = part;
  return row;
}

/** `scale` is {us, px}: how long and how wide the axis is. `ofItsEnd`: from told to stopped, since the press; else all of it. */
export function drawLane(row, node, request, scale, ofItsEnd) {
  const part = row.cells;
  mark(row, "data-service", colour(node.service));
  put(part.service, node.service);
  put(part.method, shortMethod(node.method));
  const [from, to, words] = ofItsEnd ? itsEnd(node, request) : allOfIt(node, request);
  part.bar.hidden = from === undefined;
  part.told.hidden = !ofItsEnd || from === undefined;
  if (from !== undefined) {
    part.bar.style.left = percent(from, scale.us);
    part.bar.style.width = percent(to - from, scale.us);
    part.told.style.left = percent(from, scale.us);
  }
  const end = to ?? 0;
  part.until.style.left = percent(end, scale.us);
  part.until.classList.toggle("within", (1 - end / scale.us) * scale.px < WORDS_PX);
  put(part.until, words);
}

function itsEnd(node, request) {
  if (node.told_us === undefined) {
    return [undefined, undefined, node.state === "done" ? "done before" : "goes on"];
  }
  if (node.stopped_us === undefined) {
    return [node.told_us, (serverNow() - request.cancel.at_ms) * 1000, "runs on"];
  }
  return [node.told_us, node.stopped_us, `+${span(node.stopped_us)}`];
}

function allOfIt(node, request) {
  const from = (node.opened_ms - request.opened_ms) * 1000;
  const took = elapsedUs(node);
  return [Math.max(0, from), Math.max(0, from) + took, RUNNING.has(node.state) ? "" : span(took)];
}

function percent(us, scaleUs) {
  return `${((us / scaleUs) * 100).toFixed(3)}%`;
}

/** Plays the end again, slowly enough to be seen: each lane when its turn comes. */
export function replay(rows, scaleUs) {
  if (isCalm()) {
    return;
  }
  for (const { row, node } of rows) {
    if (node.stopped_us !== undefined) {
      playLane(row.cells, node, REPLAY_MS / scaleUs);
    }
  }
}

function playLane(part, node, pace) {
  const told = { delay: node.told_us * pace, fill: "backwards", easing: "linear" };
  part.told.animate([{ opacity: 0 }, { opacity: 1 }], { ...told, duration: 60 });
  const took = Math.max(60, (node.stopped_us - node.told_us) * pace);
  part.bar.animate([{ transform: "scaleX(0)" }, { transform: "scaleX(1)" }], { ...told, duration: took });
  const stopped = { delay: told.delay + took, duration: 90, fill: "backwards" };
  part.until.animate([{ opacity: 0 }, { opacity: 1 }], stopped);
}
