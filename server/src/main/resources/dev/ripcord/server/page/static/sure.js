// Before something is canceled: what would end, and why it shall.

import { about, post } from "./api.js";
import { byId, el, put } from "./dom.js";
import { permitted } from "./frame.js";
import { say } from "./say.js";
import { colour } from "./service.js";
import { count } from "./words.js";

const MOST = 1000; // that can be named at once

/** Asks; `what` is {requests: [id...], nodes: [id...]}. Resolves with whether something was canceled. */
export async function askAndCancel(what) {
  const dialog = byId("sure");
  if (what.requests.length + what.nodes.length === 0) {
    return false;
  }
  const target = { requests: what.requests.slice(0, MOST), nodes: what.nodes };
  const title = target.requests.length > 0 ? count(target.requests.length, "request") : "one call, and what grew from it";
  put(byId("sure-name"), `Cancel ${title}`);
  put(byId("sure-problem"), "");
  byId("sure-button").disabled = true;
  byId("would").replaceChildren(el("p", { class: "quiet" }, "Looking what would end…"));
  offerCodes();
  dialog.showModal();
  byId("sure-why").focus();
  showWhatWouldEnd(target);
  return new Promise((answered) => {
    let done = false;
    byId("sure-form").onsubmit = async (event) => {
      event.preventDefault();
      done = await cancel(target);
      if (done) {
        dialog.close();
      }
    };
    dialog.onclose = () => answered(done);
  });
}

async function offerCodes() {
  const codes = byId("sure-code");
  if (codes.childElementCount === 0) {
    const { codes: offered } = await about();
    codes.replaceChildren(...offered.map((code) => el("option", { value: code }, code)));
  }
}

async function showWhatWouldEnd(target) {
  try {
    const would = await permitted(() => post("/api/cancellations", { ...target, dry_run: true }));
    byId("would").replaceChildren(...wouldEnd(would));
    byId("sure-button").disabled = false;
  } catch (problem) {
    byId("would").replaceChildren(el("p", { class: "problem" }, problem.message));
  }
}

function wouldEnd({ found, nodes, unreachable }) {
  const services = new Map();
  for (const { service } of nodes) {
    services.set(service, (services.get(service) ?? 0) + 1);
  }
  const rows = [...services].sort((a, b) => b[1] - a[1]).map(([service, n]) =>
    el("li", { "data-service": colour(service) }, el("i", { class: "service" }), service, el("span", {}, String(n))),
  );
  const words = found === 0 ? "Nothing of it runs any more; what arrives within a minute ends." : `This would end ${count(found, "call")}:`;
  const away = unreachable.map(({ address, message }) =>
    el("p", { class: "problem" }, `${address} cannot be told: ${message}`),
  );
  return [el("p", {}, words), el("ul", {}, ...rows), ...away];
}

async function cancel(target) {
  byId("sure-button").disabled = true;
  try {
    const why = { message: byId("sure-why").value.trim(), code: byId("sure-code").value || undefined };
    const { found } = await permitted(() => post("/api/cancellations", { ...target, ...why }));
    say(`Canceled: ${count(found, "call")} told to end.`);
    return true;
  } catch (problem) {
    put(byId("sure-problem"), problem.message);
    return false;
  } finally {
    byId("sure-button").disabled = false;
  }
}
