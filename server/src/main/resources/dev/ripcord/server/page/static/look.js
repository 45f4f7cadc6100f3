// The panel beside the list: one call or request from near, or all that is overdue, with its stacks.

import { el } from "./dom.js";
import { serverNow } from "./clock.js";
import { RUNNING, origin, reason, shortId, shortMethod, span, stateWord, ticking, way } from "./words.js";

const MOST_SHOWN = 20;

/** All of `nodes` that go on after their end. `choose(node)` shows one from near. */
export function overdueList(nodes, choose) {
  if (nodes.length === 0) {
    return [el("p", { class: "quiet" }, "Nothing runs on after its end. What does, for longer than a second, is shown here with its stack.")];
  }
  const shown = nodes.slice(0, MOST_SHOWN).map((node) =>
    el(
      "article",
      { "data-state": node.state },
      el(
        "h3",
        {},
        el("button", { class: "plain", type: "button", click: () => choose(node) }, `${node.service}/${node.instance} ${shortMethod(node.method)}`),
      ),
      ...stacks(node),
    ),
  );
  const more = nodes.length - shown.length;
  return [el("div", { class: "late" }, ...shown, ...(more > 0 ? [el("p", { class: "quiet" }, `and ${more} more`)] : []))];
}

function stacks(node) {
  return (node.overdue ?? []).flatMap((work) => {
    // What the server says of it was true when it saw it.
    const since = node.ended_ms === undefined ? work.since_end_us : (serverNow() - node.ended_ms) * 1000;
    const name = work.name ? ` “${work.name}”` : "";
    return [
      el("p", { class: "quiet" }, `${work.kind}${name} runs on ${ticking(since)} after its end, on ${work.thread}`),
      el(
        "pre",
        { class: "stack", tabindex: 0, role: "region", "aria-label": `Stack of ${work.thread}` },
        work.stack.map(withoutModule).join("\n"),
      ),
    ];
  });
}

/** java.util.concurrent.locks.LockSupport.park(...), of java.base@17.0.15/java.util. ... */
function withoutModule(frame) {
  return frame.replace(/^[\w.@+-]*\/{1,2}/, "");
}

/** `cancel()` asks whether to end it. */
export function nodeFacts(node, cancel) {
  return [
    facts({
      State: stateWord(node.state),
      Method: node.method,
      Instance: `${node.service}/${node.instance}`,
      Process: node.pid && String(node.pid),
      Address: node.address,
      Does: node.doing,
      Request: link(node.request),
      Call: node.id,
      Depth: String(node.depth),
      ...ofItsEnd(node),
      Way: node.cancellation && way(node),
      Told: node.told_us !== undefined && `+${span(node.told_us)}`,
      Stopped: node.stopped_us !== undefined && `+${span(node.stopped_us)}`,
    }),
    ...button(node, "Cancel this call…", cancel),
    ...stacks(node),
  ];
}

export function requestFacts(request, cancel) {
  const services = Object.entries(request.services).map(([service, n]) => `${service} ${n}`);
  return [
    facts({
      State: stateWord(request.state),
      Request: link(request.id),
      Method: request.method,
      Calls: `${request.nodes}, of which ${request.running} run`,
      Services: services.join(", "),
      Began: new Date(request.opened_ms).toLocaleTimeString(),
      Deadline: request.deadline_ms && new Date(request.deadline_ms).toLocaleTimeString(),
      Tenant: request.started?.tenant,
      ...ofItsEnd(request),
      "All stopped": request.cancel?.last_stopped_us !== undefined && `+${span(request.cancel.last_stopped_us)}`,
      Told: request.outcome && `${request.outcome.status} to the caller`,
    }),
    ...button(request, "Cancel this request…", cancel),
  ];
}

function ofItsEnd({ cancellation }) {
  return {
    Why: cancellation && reason(cancellation),
    From: cancellation && origin(cancellation),
  };
}

function link(id) {
  return el("a", { href: `/requests/${id}` }, el("code", {}, shortId(id)));
}

function button(thing, words, cancel) {
  return RUNNING.has(thing.state) ? [el("button", { class: "button small", type: "button", click: cancel }, words)] : [];
}

function facts(all) {
  const list = el("dl", { class: "facts" });
  for (const [name, value] of Object.entries(all)) {
    if (value) {
      list.append(el("dt", {}, name), el("dd", {}, value));
    }
  }
  return list;
}

export function ageOf(instance) {
  return instance.since_ms === undefined ? "" : ` for ${span((serverNow() - instance.since_ms) * 1000)}`;
}
