// Which requests the operations page lists, and in what order.

import { RUNNING } from "./words.js";

const SEVERITY = ["overdue", "ending", "live", "stopped", "lost", "done"];

const KEYS = {
  age: (request) => request.opened_ms,
  left: (request) => request.deadline_ms ?? Infinity,
  nodes: (request) => -request.nodes,
  state: (request) => SEVERITY.indexOf(request.state),
};

const WHICH = {
  all: () => true,
  running: (request) => RUNNING.has(request.state),
  overdue: (request) => request.overdue > 0,
  ended: (request) => !RUNNING.has(request.state),
};

/** Ascending is: oldest, most urgent, most calls, worst off first. What has ended comes last all the same, the latest first. */
export function sorted(requests, { by, down }) {
  const key = KEYS[by];
  const sign = down ? -1 : 1;
  return requests.sort((a, b) => {
    const running = RUNNING.has(a.state);
    if (running !== RUNNING.has(b.state)) {
      return running ? -1 : 1;
    }
    const difference = running || by !== "age" ? sign * compare(key(a), key(b)) : sign * compare(key(b), key(a));
    return difference || a.opened_ms - b.opened_ms || compare(a.id, b.id);
  });
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether a request, or a call of it, is what is looked for. */
export function matches(request, nodes, which, text) {
  return WHICH[which](request) && (text === "" || within(request, text) || nodes.some((node) => within(node, text)));
}

const texts = new WeakMap(); // of what the server has sent, which is replaced, never changed

function within(thing, text) {
  let all = texts.get(thing);
  if (all === undefined) {
    const why = thing.cancellation;
    const parts = [thing.id, thing.service, thing.instance, thing.method, thing.doing, why?.code, why?.message];
    all = parts.filter(Boolean).join("\n").toLowerCase();
    texts.set(thing, all);
  }
  return all.includes(text);
}
