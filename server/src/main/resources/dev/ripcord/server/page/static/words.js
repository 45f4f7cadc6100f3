// How spans, names, states and reasons read.

const WORDS = {
  live: "running",
  ending: "ending",
  overdue: "overdue",
  stopped: "stopped",
  done: "done",
  lost: "lost",
};

const NUMBER = new Intl.NumberFormat("en"); // one for all: to make it costs a hundred times what it does
const ORDINAL = new Intl.PluralRules("en", { type: "ordinal" });
const ENDING = { one: "st", two: "nd", few: "rd", other: "th" };

export const RUNNING = new Set(["live", "ending", "overdue"]);

export function stateWord(state) {
  return WORDS[state] ?? state;
}

/** 0.84 ms, 58.3 ms, 214 ms, 1.24 s, 12.3 s, 2 m 05 s, 1 h 04 m */
export function span(us) {
  const ms = Math.max(0, us) / 1000;
  if (ms < 10) {
    return `${ms.toFixed(2)} ms`;
  }
  if (ms < 100) {
    return `${ms.toFixed(1)} ms`;
  }
  if (ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  const s = ms / 1000;
  return s < 10 ? `${s.toFixed(2)} s` : longSpan(s);
}

/** As span, but for what counts on while one looks: fewer digits change. */
export function ticking(us) {
  const s = Math.max(0, us) / 1e6;
  return s < 60 ? `${s.toFixed(1)} s` : longSpan(s);
}

function longSpan(s) {
  const two = (n) => String(Math.floor(n)).padStart(2, "0");
  if (s < 60) {
    return `${s.toFixed(1)} s`;
  }
  if (s < 3600) {
    return `${Math.floor(s / 60)} m ${two(s % 60)} s`;
  }
  return `${Math.floor(s / 3600)} h ${two((s % 3600) / 60)} m`;
}

/** Overview, of ripcord.services.gateway.v1.Gateway/Overview */
export function shortMethod(method) {
  return method.slice(method.lastIndexOf("/") + 1);
}

export function shortId(id) {
  return id.slice(0, 8);
}

/** 1,234 */
export function number(n) {
  return NUMBER.format(n);
}

export function count(n, one, many = `${one}s`) {
  return `${number(n)} ${n === 1 ? one : many}`;
}

/** 1st, 2nd, 3rd, 4th, 11th, 21st */
export function ordinal(n) {
  return `${number(n)}${ENDING[ORDINAL.select(n)]}`;
}

/** USER_CANCELED “pressed cancel” */
export function reason(cancellation) {
  return cancellation.message ? `${cancellation.code} “${cancellation.message}”` : cancellation.code;
}

/** gateway/x2, as alice */
export function origin(cancellation) {
  const from = cancellation.origin;
  if (!from) {
    return "";
  }
  const place = from.instance ? `${from.service}/${from.instance}` : from.service;
  return from.principal && from.principal !== from.service ? `${place}, as ${from.principal}` : place;
}

/** The way a reason took to this node, which is its end: gateway → identity → db */
export function way(node) {
  const hops = [...node.cancellation.path];
  const last = hops[hops.length - 1];
  if (last?.service !== node.service || last.instance !== node.instance) {
    hops.push(node);
  }
  return hops.map((hop) => hop.service).join(" → ");
}
