// What this tab has started ends with it. Each such request is tied to a stream, which the browser closes with the tab; the secrets
// that tie are kept for the tab, so that a page that is reloaded ties again in time.

import { get } from "./api.js";
import { Stream } from "./stream.js";
import { RUNNING } from "./words.js";

const GRACE_MS = 5000; // for a reload, on a machine that is busy
const KEPT = 12;
const MOST_HELD = 3; // a browser opens six connections to a server, and each stream is one

function kept() {
  return JSON.parse(sessionStorage.getItem("started") ?? "[]");
}

function keep(started) {
  sessionStorage.setItem("started", JSON.stringify(started.slice(0, KEPT)));
}

/** What this tab has started lately, the latest first: {id, hold, at_ms, words, state}. */
export function startedHere() {
  return kept();
}

export function rememberStarted({ id, hold }, words) {
  keep([{ id, hold, at_ms: Date.now(), words, state: "live" }, ...kept()]);
}

export function rememberState(id, state) {
  const all = kept();
  const one = all.find((each) => each.id === id);
  if (one && one.state !== state) {
    one.state = state;
    keep(all);
  }
}

const streams = new Map(); // id to what is held open, also while another page of this tab is shown

/** Whether this tab ties as many as it can. */
export function holdsEnough() {
  return streams.size >= MOST_HELD;
}

/**
 * The events of one request, from the beginning: `on.snapshot`, `on.change`, `on.end`, and `on.unknown` if nothing is known of it.
 * If this tab has started it, the stream goes on when nobody listens any more, until the request is over.
 */
export function eventsOf(id, on, told) {
  streams.get(id)?.close();
  const hold = kept().find((each) => each.id === id)?.hold;
  const query = hold ? `?hold=${encodeURIComponent(hold)}&grace_ms=${GRACE_MS}` : "";
  let listening = true;
  const tell = (kind, data) => listening && on[kind]?.(data);
  const over = (state) => {
    streams.delete(id);
    rememberState(id, state);
  };
  const stream = new Stream(
    `/api/requests/${id}/events${query}`,
    {
      snapshot: (data) => tell("snapshot", data),
      change: (data) => tell("change", data),
      end: (data, itself) => {
        over(data.request.state);
        tell("end", data);
        itself.close();
      },
    },
    (state) => listening && told(state),
    async () => {
      // The browser does not say why there is no stream.
      try {
        const tree = await get(`/api/requests/${id}`);
        if (RUNNING.has(tree.request.state)) {
          return true;
        }
        over(tree.request.state);
        tell("snapshot", { ...tree, requests: [tree.request], gone: [] });
        tell("end", tree);
        return false;
      } catch (problem) {
        if (problem.status === 404) {
          over("gone");
          tell("unknown");
        }
        return problem.status !== 404;
      }
    },
  );
  if (hold) {
    streams.set(id, stream);
  }
  return {
    leave() {
      listening = false;
      if (!streams.has(id)) {
        stream.close();
      }
    },
  };
}

/** After a reload: ties again what this tab had started and nobody shows. */
export function holdAgain() {
  for (const { id } of kept().filter((each) => RUNNING.has(each.state) && !streams.has(each.id))) {
    eventsOf(id, {}, () => {}).leave();
  }
}
