// The calls of one request as a tree: their order, and the rows that show it.

import { el, mark, put } from "./dom.js";
import { serverNow } from "./clock.js";
import { colour } from "./service.js";
import { RUNNING, ordinal, reason, shortMethod, span, stateWord, ticking, way } from "./words.js";

const DEEPEST = 12; // levels that are indented; what is deeper stands below the last
const LITTLE_LEFT = 0.2; // of the whole time

/** Callers before callees, each with the lines that lead to it and the way that its call took. */
export function ordered(nodes) {
  const kids = new Map();
  const ids = new Set(nodes.map((node) => node.id));
  for (const node of nodes) {
    const parent = ids.has(node.parent) ? node.parent : "";
    if (!kids.has(parent)) {
      kids.set(parent, []);
    }
    kids.get(parent).push(node);
  }
  const order = [];
  // Not by recursion: a tree may be deeper than the stack.
  const open = [frameOf(kids.get("") ?? [], [], "")];
  const unfolded = new Set(); // ids: under a call that was tried again, its callees stand once; and a loop ends
  while (open.length > 0) {
    const frame = open[open.length - 1];
    if (frame.next === frame.nodes.length) {
      open.pop();
      continue;
    }
    const node = frame.nodes[frame.next++];
    const last = frame.next === frame.nodes.length;
    const below = unfolded.has(node.id) ? [] : (kids.get(node.id) ?? []);
    unfolded.add(node.id);
    const nested = open.length > 1;
    const lines = nested ? [...frame.lines, last ? "last" : "fork"] : [];
    const from = frame.from ? `${frame.from} → ${node.service}` : node.service;
    order.push({ node, lines: lines.slice(0, DEEPEST), level: open.length, from: frame.from, below });
    if (below.length > 0) {
      open.push(frameOf(below, nested ? [...frame.lines, last ? "" : "pass"] : [], from));
    }
  }
  return order;
}

function frameOf(nodes, lines, from) {
  nodes.sort((a, b) => a.opened_ms - b.opened_ms || (a.key < b.key ? -1 : 1));
  return { nodes, lines, from, next: 0 };
}

/** Which stopped first, second, ... of those that were told to end. */
export function places(nodes) {
  const stopped = nodes.filter((node) => node.stopped_us !== undefined);
  stopped.sort((a, b) => a.stopped_us - b.stopped_us);
  return new Map(stopped.map((node, i) => [node.key, i + 1]));
}

export function elapsedUs(node) {
  return RUNNING.has(node.state) ? (serverNow() - node.opened_ms) * 1000 : node.elapsed_us;
}

export function makeTreeRow() {
  const part = {
    guides: el("span", { class: "guides", "aria-hidden": "true" }),
    swatch: el("i", { class: "service" }),
    service: el("b"),
    method: el("span"),
    instance: el("small"),
    doing: el("span"),
    way: el("small", { class: "way" }),
    age: el("span"),
    drain: makeDrain(),
    left: el("small"),
    state: el("span", { class: "state" }),
    told: el("small"),
  };
  const row = el(
    "div",
    { class: "grid-row tree-row", role: "row" },
    el(
      "div",
      { class: "branch", role: "gridcell" },
      part.guides,
      el(
        "div",
        { class: "cell" },
        el("span", { class: "who" }, part.swatch, part.service, part.method),
        part.instance,
      ),
    ),
    el("div", { class: "cell why", role: "gridcell" }, part.doing, part.way),
    el("div", { class: "cell number age", role: "gridcell" }, part.age),
    el("div", { class: "cell time", role: "gridcell" }, part.drain, part.left),
    el("div", { class: "cell how", role: "gridcell" }, part.state, part.told),
  );
  row.cells = part;
  return row;
}

/** `place` is when it stopped among the others, if it has. */
export function drawTreeRow(row, { node, lines, level, from, below }, place) {
  const part = row.cells;
  mark(row, "data-state", node.state);
  mark(row, "data-service", colour(node.service));
  mark(row, "aria-level", level);
  drawGuides(part.guides, lines);
  drawWho(part, node);
  drawWhy(part, node, from, below);
  put(part.age, RUNNING.has(node.state) ? ticking(elapsedUs(node)) : span(node.elapsed_us));
  drawLeft(part, node);
  put(part.state, howItIs(node));
  put(part.told, node.told_us === undefined ? "" : toldWords(node, place));
}

export function drawWho(part, node) {
  put(part.service, node.service);
  put(part.method, shortMethod(node.method));
  mark(part.method, "title", node.method);
  put(part.instance, node.instance);
}

function drawGuides(guides, lines) {
  while (guides.childElementCount > lines.length) {
    guides.lastChild.remove();
  }
  while (guides.childElementCount < lines.length) {
    guides.append(el("i"));
  }
  lines.forEach((line, i) => mark(guides.children[i], "data-line", line || undefined));
}

function drawWhy(part, node, from, below) {
  const why = node.cancellation;
  put(part.doing, why ? reason(why) : atWhat(node, below));
  mark(part.doing, "title", why ? reason(why) : node.doing);
  put(part.way, why ? way(node) : from ? `called by ${from}` : "called from outside");
  mark(part.way, "title", why ? way(node) : undefined);
  part.doing.classList.toggle("code", Boolean(why));
}

/** What it says that it does; else whom it waits for. */
export function atWhat(node, below) {
  if (node.doing) {
    return node.doing;
  }
  const asked = below.filter((callee) => RUNNING.has(callee.state)).map((callee) => callee.service);
  return asked.length > 0 && RUNNING.has(node.state) ? `waits for ${[...new Set(asked)].join(", ")}` : "–";
}

export function howItIs(node) {
  return node.stopped_us === undefined ? stateWord(node.state) : `stopped +${span(node.stopped_us)}`;
}

function toldWords(node, place) {
  const told = `told +${span(node.told_us)}`;
  return place ? `${ordinal(place)} · ${told}` : told;
}

/** A bar for the time that is left. */
export function makeDrain() {
  return el("span", { class: "drain", "aria-hidden": "true" }, el("i"));
}

function drawLeft(part, node) {
  const words = drawDrain(part.drain, node, RUNNING.has(node.state));
  put(part.left, words);
}

/** Draws it for a node or a request, and returns it in words. */
export function drawDrain(drain, { deadline_ms: deadline, opened_ms: opened, ...how }, running) {
  const bar = drain.firstChild;
  if (deadline === undefined) {
    mark(drain, "data-left", "none");
    bar.style.transform = "scaleX(0)";
    return "no deadline";
  }
  const now = running && how.told_us === undefined ? serverNow() : opened + how.elapsed_us / 1000;
  const left = how.remaining_us !== undefined && !running ? how.remaining_us / 1000 : deadline - now;
  const share = Math.min(1, Math.max(0, left / Math.max(1, deadline - opened)));
  mark(drain, "data-left", !running ? "ended" : share < LITTLE_LEFT ? "little" : "enough");
  bar.style.transform = `scaleX(${share.toFixed(4)})`;
  return left <= 0 ? "none left" : `${ticking(left * 1000)} left`;
}
