// The request page: start one, see its calls grow, press cancel, see when each was told and when it stopped.

import { about, post, remove } from "./api.js";
import { forget, heard, serverNow } from "./clock.js";
import { byId, el, mark, put } from "./dom.js";
import { permitted, showLink } from "./frame.js";
import { eachFrame, isCalm, whileCounting } from "./frames.js";
import { eventsOf, holdsEnough, rememberState, rememberStarted, startedHere } from "./holds.js";
import { Rows } from "./rows.js";
import { say } from "./say.js";
import { drawAxis, drawLane, makeLane, replay, scaleOf } from "./timeline.js";
import { drawDrain, drawTreeRow, elapsedUs, makeTreeRow, ordered, places } from "./tree.js";
import { RUNNING, count, origin, reason, shortId, shortMethod, span, stateWord, ticking } from "./words.js";

const MOST_ROWS = 11;
const LEAST_ROWS = 6; // what the usual request has: the page does not jump while it grows
const LARGE = 500; // calls; so large a tree is not put in order for every change
const OFTEN_ENOUGH_MS = 200;
const NARROW = matchMedia("(max-width: 1080px)");

export const KEYS = [
  "On this page",
  {
    s: "Start a request",
    c: "Write why, then cancel",
    r: "Play the end again",
    w: "Only the end, or the whole request",
    "↑ ↓": "From call to call",
    Esc: "Out of a field",
  },
];

export function open(main, go) {
  const view = new RequestView(go);
  view.goTo(idOf(location.pathname));
  return {
    keys: {
      s: () => byId("start").requestSubmit(),
      c: () => view.writeWhy(),
      r: () => view.replay(),
      w: () => view.switchPicture(),
    },
    moved: (path) => (idOf(path) || path === "/") && view.goTo(idOf(path)),
    leave: () => view.leave(),
  };
}

function idOf(path) {
  return /^\/requests\/([0-9a-f]{32})$/.exec(path)?.[1] ?? "";
}

class RequestView {
  #go;
  #id = "";
  #events = { leave() {} };
  #request; // as the server has it; undefined until it is known
  #nodes = new Map();
  #order = [];
  #places = new Map();
  #changed = false;
  #orderedAt = 0;
  #wholePicture = false; // even when it has been canceled
  #unplayed = false;
  #scale = { us: 1000, px: 1000 };
  #tree;
  #lanes;
  #stopTicking;
  #ask = eachFrame(() => this.#draw());

  constructor(go) {
    this.#go = go;
    this.#tree = new Rows(byId("tree"), {
      make: makeTreeRow,
      draw: (row, item) => {
        drawTreeRow(row, item, this.#places.get(item.node.key));
        turn(row, item.node, this.#places.get(item.node.key));
      },
      key: (item) => item.node.key,
      least: LEAST_ROWS,
      most: MOST_ROWS,
      act: {},
    });
    this.#lanes = new Rows(byId("lanes"), {
      make: makeLane,
      draw: (row, item) => {
        row.node = item.node;
        drawLane(row, item.node, this.#request, this.#scale, this.#isOfItsEnd());
      },
      key: (item) => item.node.key,
      least: LEAST_ROWS,
      most: MOST_ROWS,
    });
    byId("start").addEventListener("submit", (event) => this.#start(event));
    byId("pull").addEventListener("submit", (event) => this.#cancel(event));
    byId("replay").addEventListener("click", () => this.replay());
    byId("picture").addEventListener("click", () => this.switchPicture());
    byId("copy").addEventListener("click", () => this.#copy());
    this.#stopTicking = whileCounting(
      () => this.#request && RUNNING.has(this.#request.state),
      this.#ask,
    );
    this.#fitForm();
    this.#drawLately();
  }

  leave() {
    this.#events.leave();
    this.#stopTicking();
    this.#ask.stop();
    this.#tree.close();
    this.#lanes.close();
  }

  /** Shows another request, or none. */
  goTo(id) {
    this.#events.leave();
    this.#id = id;
    this.#forgetAll();
    this.#wholePicture = false;
    this.#unplayed = false;
    byId("start-card").open = id === "" || !NARROW.matches;
    byId("none").hidden = id !== "";
    byId("unknown").hidden = true;
    byId("one").hidden = id === "";
    byId("pull-problem").textContent = "";
    document.title = id ? `${shortId(id)} · Ripcord` : "Ripcord";
    if (id) {
      const events = {
        snapshot: (change) => {
          this.#forgetAll();
          forget();
          this.#apply(change);
        },
        change: (change) => this.#apply(change),
        end: (data) => this.#apply({ ...data, requests: [data.request], nodes: [], gone: [] }),
        unknown: () => this.#isUnknown(),
      };
      this.#events = eventsOf(id, events, showLink);
    } else {
      showLink("idle");
    }
    this.#drawLately();
    this.#ask();
    return true;
  }

  #forgetAll() {
    this.#request = undefined;
    this.#nodes.clear();
    this.#changed = true;
  }

  #apply({ now_ms: now, requests, nodes, gone }) {
    heard(now);
    const before = this.#request?.state;
    for (const request of requests) {
      if (request.id === this.#id) {
        this.#request = request;
      }
    }
    for (const node of nodes) {
      this.#nodes.set(node.key, node);
    }
    if (gone.includes(this.#id)) {
      this.#events.leave(); // what was seen of it stays on the screen
    }
    this.#changed = true;
    this.#tellStates(before);
    this.#ask();
  }

  #isUnknown() {
    byId("one").hidden = true;
    byId("unknown").hidden = false;
    this.#drawLately();
  }

  #tellStates(before) {
    const request = this.#request;
    if (!request || request.state === before) {
      return;
    }
    if (before === "live" && request.state !== "live") {
      this.#unplayed = request.cancel !== undefined;
    }
    rememberState(this.#id, request.state);
    this.#drawLately();
    const [head, tail] = this.#outcome();
    say(RUNNING.has(request.state) ? `Request ${stateWord(request.state)}.` : `${head} ${tail}`);
  }

  #isOfItsEnd() {
    return Boolean(this.#request?.cancel) && !this.#wholePicture;
  }

  #draw() {
    const request = this.#request;
    if (!request) {
      this.#tree.show([]);
      this.#lanes.show([]);
      return;
    }
    this.#drawHead(request);
    this.#arrange();
    this.#drawPicture(request);
    this.#tree.ask();
    this.#lanes.ask();
    this.#playOnce(request);
  }

  /** Anew when something has changed; of a tree that is very large and changes all the time, not every time. */
  #arrange() {
    const now = performance.now();
    if (!this.#changed) {
      return;
    }
    if (this.#nodes.size > LARGE && now - this.#orderedAt < OFTEN_ENOUGH_MS) {
      this.#ask();
      return;
    }
    this.#changed = false;
    this.#orderedAt = now;
    const nodes = [...this.#nodes.values()];
    this.#order = ordered(nodes);
    this.#places = places(nodes);
    this.#tree.show(this.#order);
    this.#lanes.show(this.#order);
    mark(byId("tree-grid"), "aria-rowcount", nodes.length + 1);
    mark(byId("lanes-table"), "aria-rowcount", nodes.length + 1);
  }

  #drawHead(request) {
    const running = RUNNING.has(request.state);
    put(byId("what"), shortMethod(request.method));
    mark(byId("what"), "title", request.method);
    put(byId("id"), shortId(request.id));
    mark(byId("id"), "title", request.id);
    put(byId("asked"), askedFor(request.started));
    const state = byId("state");
    mark(state, "data-state", request.state);
    put(state, running ? `${stateWord(request.state)} ${ticking(elapsedUs(request))}` : stateWord(request.state));
    put(byId("left-words"), this.#leftWords(request, drawDrain(byId("left"), request, running)));
    const open = request.state === "live";
    byId("pull").hidden = !open;
    byId("outcome").hidden = open;
    if (!open) {
      const [head, tail] = this.#outcome();
      put(byId("outcome-head"), head);
      put(byId("outcome-tail"), tail);
    }
  }

  #leftWords(request, words) {
    if (RUNNING.has(request.state)) {
      return words;
    }
    const took = `took ${span(request.elapsed_us)}`;
    return request.deadline_ms === undefined ? took : `${took}, with ${words}`;
  }

  /** What came of it, in a sentence, and why. */
  #outcome() {
    const request = this.#request;
    const calls = count(request.nodes, "call");
    const services = count(Object.keys(request.services).length, "service");
    const cancel = request.cancel;
    const tail = [
      request.cancellation && reason(request.cancellation),
      request.cancellation && origin(request.cancellation) && `from ${origin(request.cancellation)}`,
      request.outcome && `the caller was told ${request.outcome.status}`,
    ].filter(Boolean);
    let head = `Done: ${calls} in ${services} returned in ${span(request.elapsed_us)}.`;
    if (RUNNING.has(request.state)) {
      head = `${request.nodes - request.running} of ${calls} stopped, ${count(request.running, "is", "are")} still ending.`;
    } else if (cancel?.last_stopped_us !== undefined) {
      const since = cancel.pressed ? "the press" : "the first was told";
      head = `All stopped ${span(cancel.last_stopped_us)} after ${since}: ${calls} in ${services}.`;
    }
    return [head, tail.join(" · ")];
  }

  #drawPicture(request) {
    const ofItsEnd = this.#isOfItsEnd();
    const us = scaleOf(request, [...this.#nodes.values()], ofItsEnd);
    this.#scale = { us, px: byId("axis").clientWidth };
    drawAxis(byId("axis"), us);
    const since = request.cancel?.pressed ? "Since the press of cancel" : "Since the first was told to end";
    put(byId("picture-name"), ofItsEnd ? since : "Since it began");
    byId("legend").hidden = !ofItsEnd;
    byId("replay").hidden = !ofItsEnd;
    byId("picture").hidden = !request.cancel;
    put(byId("picture"), ofItsEnd ? "Whole request" : "Only its end");
  }

  /** When all has stopped, once by itself. */
  #playOnce(request) {
    if (this.#unplayed && !RUNNING.has(request.state) && !this.#changed) {
      this.#unplayed = false;
      requestAnimationFrame(() => this.replay());
    }
  }

  replay() {
    if (this.#request && this.#isOfItsEnd()) {
      const rows = [...byId("lanes").querySelectorAll(".grid-row")].map((row) => ({ row, node: row.node }));
      replay(rows, this.#scale.us);
    }
  }

  switchPicture() {
    this.#wholePicture = !this.#wholePicture;
    this.#ask();
  }

  writeWhy() {
    if (!byId("pull").hidden && !byId("one").hidden) {
      byId("why").focus();
      byId("why").select();
    }
  }

  async #cancel(event) {
    event.preventDefault();
    const id = this.#id;
    byId("pull-button").disabled = true;
    put(byId("pull-problem"), "");
    try {
      const why = { message: byId("why").value.trim() };
      await permitted(() => remove(`/api/requests/${id}`, why));
      byId("what").focus({ preventScroll: true });
    } catch (problem) {
      put(byId("pull-problem"), problem.message);
    } finally {
      byId("pull-button").disabled = false;
    }
  }

  async #copy() {
    await navigator.clipboard?.writeText(location.href);
    say("Address copied.");
    mark(byId("copy"), "data-done", "");
    setTimeout(() => mark(byId("copy"), "data-done", undefined), 1200);
  }

  /** The form offers what the server can do. */
  async #fitForm() {
    const { start } = await about();
    byId("start-card").hidden = !start;
    if (start) {
      byId("start-button").disabled = false;
      byId("timeout").min = start.timeout_ms.least / 1000;
      byId("timeout").max = start.timeout_ms.most / 1000;
    }
  }

  async #start(event) {
    event.preventDefault();
    const form = byId("start");
    const body = asked(new FormData(form));
    put(byId("start-problem"), "");
    if (holdsEnough()) {
      put(byId("start-problem"), "Three requests of this tab run already. Cancel one, or open another tab.");
      return;
    }
    byId("start-button").disabled = true;
    try {
      const started = await permitted(() => post("/api/requests", body));
      rememberStarted(started, `${body.load}, ${body.branches.join(" ")}`);
      await this.#go(started.location);
      byId("what").focus({ preventScroll: false });
    } catch (problem) {
      put(byId("start-problem"), problem.message);
      form.querySelector(`[data-field="${CSS.escape(problem.field ?? "")}"]`)?.focus();
    } finally {
      byId("start-button").disabled = false;
    }
  }

  #drawLately() {
    const list = byId("lately-list");
    const all = startedHere();
    byId("lately").hidden = all.length === 0;
    list.replaceChildren(
      ...all.map(({ id, words, state, at_ms: at }) =>
        el(
          "li",
          {},
          el(
            "a",
            { href: `/requests/${id}`, "aria-current": id === this.#id ? "true" : undefined },
            el("span", { class: "state", "data-state": state, title: stateWord(state) }),
            el("span", {}, el("code", {}, shortId(id)), el("span", { class: "unseen" }, ` ${stateWord(state)}, ${words}`)),
            el("time", {}, new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" })),
          ),
        ),
      ),
    );
  }
}

/** A row that stops while one looks flashes, one after the other in the order in which they did. */
function turn(row, node, place) {
  const before = row.shown;
  row.shown = { key: node.key, state: node.state };
  if (before?.key === node.key && RUNNING.has(before.state) && node.state === "stopped" && !isCalm()) {
    const flash = getComputedStyle(row).getPropertyValue("--flash");
    row.animate([{ backgroundColor: flash }, {}], { duration: 900, delay: Math.min(place, 20) * 70, easing: "ease-out" });
  }
}

/** The body of the POST for what is filled in. */
function asked(form) {
  const body = {
    branches: form.getAll("branches"),
    load: form.get("load"),
    user: form.get("user"),
    password: form.get("password"),
  };
  if (form.get("timeout")) {
    body.timeout_ms = Math.round(Number(form.get("timeout")) * 1000);
  }
  if (form.get("tenant")) {
    body.tenant = form.get("tenant");
  }
  return body;
}

function askedFor(started) {
  if (!started) {
    return "";
  }
  return [
    started.load,
    started.branches?.join(", "),
    started.tenant && `tenant ${started.tenant}`,
    started.user && `for ${started.user}`,
  ]
    .filter(Boolean)
    .join(" · ");
}
