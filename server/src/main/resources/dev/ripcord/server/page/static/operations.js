// The operations page: all that runs, on all instances, by request.

import { forget, heard } from "./clock.js";
import { Counters } from "./counters.js";
import { byId, el, mark, put } from "./dom.js";
import { showLink } from "./frame.js";
import { eachFrame, whileCounting } from "./frames.js";
import { matches, sorted } from "./list.js";
import { ageOf, nodeFacts, overdueList, requestFacts } from "./look.js";
import { Rows } from "./rows.js";
import { say } from "./say.js";
import { colour } from "./service.js";
import { Stream } from "./stream.js";
import { askAndCancel } from "./sure.js";
import { atWhat, drawDrain, elapsedUs, howItIs, makeDrain, ordered } from "./tree.js";
import { RUNNING, count, number, reason, shortId, shortMethod, span, stateWord, ticking } from "./words.js";

const MOST_ROWS = 13;
const STATES = ["overdue", "ending", "live", "stopped", "lost", "done"];
const STACKS_EVERY_MS = 1000;

export const KEYS = [
  "On this page",
  {
    "/": "Filter",
    "↑ ↓": "From row to row",
    "→ ←": "Show a request's calls, or hide them",
    "↵": "See it from near",
    Space: "Select",
    x: "Cancel what is selected, or else this row",
    p: "Hold still",
    Esc: "Out of a field; select nothing",
  },
];

export function open() {
  const view = new OperationsView();
  return {
    keys: {
      "/": () => byId("find").focus(),
      x: () => view.cancel(),
      p: () => byId("pause").click(),
      Escape: () => view.selectNothing(),
    },
    leave: () => view.leave(),
  };
}

class OperationsView {
  #requests = new Map();
  #nodes = new Map(); // request's id to its nodes by key
  #instances = [];
  #unfolded = new Set();
  #picked = new Set();
  #sort = { by: "age", down: false };
  #chosen; // {request} or {request, node}: an id and a key
  #listed = []; // the requests that are shown, in order
  #changed = true;
  #lookedAt = -Infinity;
  #rows;
  #stream;
  #counters;
  #stopTicking;
  #ask = eachFrame(() => this.#draw());

  constructor() {
    this.#counters = new Counters(byId("counters"));
    this.#rows = new Rows(byId("requests"), {
      make: makeRow,
      draw: (row, item) => this.#drawRow(row, item),
      key: (item) => item.key,
      least: MOST_ROWS,
      most: MOST_ROWS,
      act: {
        open: (item, event) => this.#open(item, event),
        toggle: (item) => this.#pick(item.request.id),
        unfold: (item, whether) => this.#unfold(item, whether),
        remove: (item) => this.#cancelItem(item),
      },
    });
    byId("requests").addEventListener("change", (event) => this.#picksByMouse(event));
    byId("find").addEventListener("input", () => this.#change());
    byId("states").addEventListener("change", () => this.#change());
    byId("pause").addEventListener("change", () => this.#change());
    byId("cancel").addEventListener("click", () => this.cancel());
    byId("look-back").addEventListener("click", () => this.#choose(undefined));
    byId("pick-all").addEventListener("change", (event) => this.#pickAll(event.target.checked));
    for (const head of byId("requests-grid").querySelectorAll("[data-sort]")) {
      head.addEventListener("click", () => this.#sortBy(head.dataset.sort));
    }
    this.#stream = new Stream("/api/events", this.#events(), showLink);
    this.#stopTicking = whileCounting(() => this.#requests.size > 0, this.#ask);
    this.#ask();
  }

  leave() {
    this.#stream.close();
    this.#stopTicking();
    this.#ask.stop();
    this.#rows.close();
  }

  #events() {
    return {
      snapshot: (change) => {
        forget();
        this.#requests.clear();
        this.#nodes.clear();
        this.#apply(change);
      },
      change: (change) => this.#apply(change),
      instances: ({ instances }) => {
        this.#instances = instances;
        this.#drawInstances();
      },
      counters: ({ point }) => this.#counters.add(point),
    };
  }

  #apply({ now_ms: now, requests, nodes, gone }) {
    heard(now);
    for (const request of requests) {
      this.#requests.set(request.id, request);
    }
    for (const node of nodes) {
      if (!this.#nodes.has(node.request)) {
        this.#nodes.set(node.request, new Map());
      }
      const cancel = this.#requests.get(node.request)?.cancel;
      node.ended_ms = cancel && node.told_us !== undefined ? cancel.at_ms + node.told_us / 1000 : undefined;
      this.#nodes.get(node.request).set(node.key, node);
    }
    for (const id of gone) {
      this.#requests.delete(id);
      this.#nodes.delete(id);
      this.#picked.delete(id);
      this.#unfolded.delete(id);
    }
    this.#change();
  }

  #change() {
    this.#changed = true;
    this.#ask();
  }

  #nodesOf(id) {
    return [...(this.#nodes.get(id)?.values() ?? [])];
  }

  #draw() {
    if (this.#changed) {
      this.#changed = false;
      this.#arrange();
    }
    this.#rows.ask();
    this.#drawTools();
    if (performance.now() - this.#lookedAt > STACKS_EVERY_MS) {
      this.#drawLook();
    }
  }

  #arrange() {
    const which = byId("states").value;
    const text = byId("find").value.trim().toLowerCase();
    if (byId("pause").checked) {
      // The same rows in the same places, as they are now.
      this.#listed = this.#listed.map((request) => this.#requests.get(request.id) ?? request);
    } else {
      const found = [...this.#requests.values()].filter((request) =>
        matches(request, text === "" ? [] : this.#nodesOf(request.id), which, text),
      );
      this.#listed = sorted(found, this.#sort);
    }
    const items = [];
    for (const request of this.#listed) {
      items.push({ key: request.id, request });
      if (this.#unfolded.has(request.id)) {
        for (const { node, lines, level, below } of ordered(this.#nodesOf(request.id))) {
          items.push({ key: `${request.id} ${node.key}`, request, node, lines, level: level + 1, below });
        }
      }
    }
    this.#rows.show(items);
    mark(byId("requests-grid"), "aria-rowcount", items.length + 1);
    byId("nothing").hidden = items.length > 0;
    put(byId("nothing"), this.#requests.size === 0 ? "Nothing runs, and nothing has ended lately." : "Nothing here is what you look for.");
  }

  #drawTools() {
    const calls = this.#listed.reduce((sum, request) => sum + request.running, 0);
    put(byId("found"), `${number(this.#listed.length)} shown · ${count(calls, "call")} running`);
    const picked = this.#pickedRunning().length;
    byId("cancel").disabled = picked === 0;
    put(byId("cancel"), picked === 0 ? "Cancel…" : `Cancel ${picked}…`);
    const running = this.#listed.filter((request) => RUNNING.has(request.state));
    byId("pick-all").checked = running.length > 0 && running.every((request) => this.#picked.has(request.id));
    byId("pick-all").indeterminate = picked > 0 && !byId("pick-all").checked;
    for (const head of byId("requests-grid").querySelectorAll("[data-sort]")) {
      const here = head.dataset.sort === this.#sort.by;
      mark(head, "aria-sort", here ? (this.#sort.down ? "descending" : "ascending") : "none");
    }
  }

  #drawRow(row, item) {
    const { request, node } = item;
    const part = row.cells;
    const unfolded = node ? undefined : this.#unfolded.has(request.id);
    row.classList.toggle("part", Boolean(node));
    mark(row, "data-state", (node ?? request).state);
    mark(row, "data-service", colour((node ?? request).service));
    mark(row, "aria-level", item.level ?? 1);
    mark(row, "aria-expanded", unfolded);
    mark(row, "aria-selected", node ? undefined : this.#picked.has(request.id));
    row.classList.toggle("chosen", this.#isChosen(item));
    part.pick.hidden = Boolean(node);
    part.fold.hidden = Boolean(node);
    part.mix.hidden = Boolean(node);
    if (node) {
      drawNode(part, item);
    } else {
      this.#drawRequest(part, request);
    }
  }

  #drawRequest(part, request) {
    const running = RUNNING.has(request.state);
    part.pick.checked = this.#picked.has(request.id);
    part.pick.disabled = !running;
    mark(part.pick, "aria-label", `Select ${shortId(request.id)}`);
    mark(part.guides, "data-depth", 0);
    put(part.service, shortId(request.id));
    part.service.classList.add("mono");
    put(part.method, shortMethod(request.method));
    put(part.instance, Object.keys(request.services).join(", "));
    drawMix(part.mix, this.#nodesOf(request.id), request);
    put(part.doing, inWords(request));
    mark(part.doing, "title", inWords(request));
    put(part.age, running ? ticking(elapsedUs(request)) : span(request.elapsed_us));
    put(part.left, drawDrain(part.drain, request, running));
    put(part.state, stateWord(request.state));
    const end = request.cancel?.last_stopped_us;
    put(part.told, end === undefined ? (request.overdue > 0 ? `${request.overdue} overdue` : "") : `all after ${span(end)}`);
  }

  #open(item, event) {
    const again = this.#isChosen(item);
    this.#choose({ request: item.request.id, node: item.node?.key });
    const onFold = event.target.closest?.(".fold");
    if (!item.node && (onFold || again)) {
      this.#unfold(item, !this.#unfolded.has(item.request.id));
    }
  }

  #unfold({ request }, whether) {
    if (whether) {
      this.#unfolded.add(request.id);
    } else {
      this.#unfolded.delete(request.id);
      this.#rows.focus(request.id);
    }
    this.#change();
  }

  #isChosen({ request, node }) {
    return this.#chosen?.request === request.id && this.#chosen.node === node?.key;
  }

  #choose(what) {
    this.#chosen = what;
    this.#drawLook();
    this.#ask();
  }

  /** Not in every frame: it holds texts that somebody may be reading or copying. */
  #drawLook() {
    this.#lookedAt = performance.now();
    const body = byId("look-body");
    const [title, ...content] = this.#lookContent();
    put(byId("look-name"), title);
    byId("look-back").hidden = this.#chosen === undefined;
    const signature = JSON.stringify([title, content.map((element) => element.textContent)]);
    if (body.dataset.signature !== signature && !hasSelection(body)) {
      body.dataset.signature = signature;
      const stacks = [...body.querySelectorAll(".stack")].map((stack) => stack.scrollTop);
      const top = body.scrollTop;
      body.replaceChildren(...content);
      body.scrollTop = top;
      body.querySelectorAll(".stack").forEach((stack, i) => (stack.scrollTop = stacks[i] ?? 0));
    }
  }

  #lookContent() {
    const request = this.#chosen && this.#requests.get(this.#chosen.request);
    const node = request && this.#nodes.get(request.id)?.get(this.#chosen.node);
    if (node) {
      const cancel = () => askAndCancel({ requests: [], nodes: [node.id] });
      return [`${node.service} ${shortMethod(node.method)}`, ...nodeFacts(node, cancel)];
    }
    if (request) {
      const cancel = () => askAndCancel({ requests: [request.id], nodes: [] });
      return [`${shortMethod(request.method)} ${shortId(request.id)}`, ...requestFacts(request, cancel)];
    }
    const late = [];
    for (const nodes of this.#nodes.values()) {
      for (const each of nodes.values()) {
        if (each.state === "overdue" && each.overdue?.length) {
          late.push(each);
        }
      }
    }
    return ["Overdue", ...overdueList(late, (each) => this.#choose({ request: each.request, node: each.key }))];
  }

  #drawInstances() {
    const watched = this.#instances.filter((instance) => instance.state === "watched").length;
    put(byId("instances-words"), `${watched} of ${this.#instances.length} watched`);
    byId("instances").replaceChildren(
      ...this.#instances.map((instance) =>
        el(
          "li",
          { "data-instance": instance.state, "data-service": colour(instance.service ?? "") },
          el("i", { class: "service" }),
          el("b", {}, instance.service ?? "not known yet"),
          el("span", { class: "quiet" }, [instance.instance, instance.address].filter(Boolean).join(" · ")),
          el("span", {}, instance.state === "watched" ? count(instance.nodes ?? 0, "call") : `${instance.state}${ageOf(instance)}`),
          ...(instance.message ? [el("small", { class: "problem" }, instance.message)] : []),
        ),
      ),
    );
    const away = this.#instances.filter((instance) => instance.state === "unreachable");
    if (away.length > 0) {
      say(`${count(away.length, "instance")} cannot be reached.`);
    }
  }

  #sortBy(by) {
    this.#sort = { by, down: this.#sort.by === by && !this.#sort.down };
    say(`Sorted by ${by}.`);
    this.#change();
  }

  #pick(id, whether = !this.#picked.has(id)) {
    if (whether && RUNNING.has(this.#requests.get(id)?.state)) {
      this.#picked.add(id);
    } else {
      this.#picked.delete(id);
    }
    this.#ask();
  }

  #picksByMouse(event) {
    const id = event.target.closest("[data-key]").dataset.key;
    this.#pick(id, event.target.checked);
  }

  #pickAll(whether) {
    for (const request of this.#listed) {
      this.#pick(request.id, whether);
    }
  }

  selectNothing() {
    this.#picked.clear();
    this.#choose(undefined);
  }

  #pickedRunning() {
    return [...this.#picked].filter((id) => RUNNING.has(this.#requests.get(id)?.state));
  }

  /** What is selected; else the row that has the focus. */
  async cancel() {
    const requests = this.#pickedRunning();
    const item = this.#rows.focused;
    if (requests.length > 0) {
      if (await askAndCancel({ requests, nodes: [] })) {
        this.selectNothing();
      }
    } else if (item) {
      this.#cancelItem(item);
    }
  }

  #cancelItem({ request, node }) {
    if (RUNNING.has((node ?? request).state)) {
      askAndCancel(node ? { requests: [], nodes: [node.id] } : { requests: [request.id], nodes: [] });
    }
  }
}

/** Why it was ended, or how much of it runs. */
function inWords(request) {
  if (request.cancellation) {
    return reason(request.cancellation);
  }
  const calls = count(request.nodes, "call");
  return request.running === 0 ? calls : `${request.running} of ${calls} running`;
}

function hasSelection(body) {
  const selection = getSelection();
  return !selection.isCollapsed && body.contains(selection.anchorNode);
}

function makeRow() {
  const part = {
    pick: el("input", { type: "checkbox", tabindex: -1 }),
    guides: el("span", { class: "guides", "aria-hidden": "true" }),
    fold: el("i", { class: "fold", "aria-hidden": "true" }),
    service: el("b"),
    method: el("span"),
    instance: el("small"),
    mix: el("span", { class: "mix", "aria-hidden": "true" }),
    doing: el("small"),
    age: el("span"),
    drain: makeDrain(),
    left: el("small"),
    state: el("span", { class: "state" }),
    told: el("small"),
  };
  const row = el(
    "div",
    { class: "grid-row", role: "row" },
    el("div", { class: "pick", role: "gridcell" }, part.pick),
    el(
      "div",
      { class: "branch", role: "gridcell" },
      part.guides,
      part.fold,
      el(
        "div",
        { class: "cell" },
        el("span", { class: "who" }, el("i", { class: "service" }), part.service, part.method),
        part.instance,
      ),
    ),
    el("div", { class: "cell what", role: "gridcell" }, part.mix, part.doing),
    el("div", { class: "cell number age", role: "gridcell" }, part.age),
    el("div", { class: "cell time", role: "gridcell" }, part.drain, part.left),
    el("div", { class: "cell how", role: "gridcell" }, part.state, part.told),
  );
  row.cells = part;
  return row;
}

function drawNode(part, { node, level, below }) {
  const running = RUNNING.has(node.state);
  part.service.classList.remove("mono");
  mark(part.guides, "data-depth", Math.min(level - 1, 8));
  put(part.service, node.service);
  put(part.method, shortMethod(node.method));
  put(part.instance, node.instance);
  const doing = node.cancellation ? reason(node.cancellation) : atWhat(node, below);
  put(part.doing, doing);
  mark(part.doing, "title", doing);
  put(part.age, running ? ticking(elapsedUs(node)) : span(node.elapsed_us));
  put(part.left, drawDrain(part.drain, node, running));
  put(part.state, howItIs(node));
  put(part.told, node.told_us === undefined ? "" : `told +${span(node.told_us)}`);
}

/** How many calls are in which state, as widths. */
function drawMix(mix, nodes, request) {
  const counts = new Map(STATES.map((state) => [state, 0]));
  for (const node of nodes) {
    counts.set(node.state, (counts.get(node.state) ?? 0) + 1);
  }
  if (nodes.length === 0) {
    counts.set(request.state, request.nodes);
  }
  if (mix.childElementCount === 0) {
    mix.append(...STATES.map((state) => el("i", { "data-state": state })));
  }
  STATES.forEach((state, i) => {
    mix.children[i].hidden = counts.get(state) === 0;
    mix.children[i].style.flexGrow = counts.get(state);
  });
}
