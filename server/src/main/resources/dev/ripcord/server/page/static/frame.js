// What is around every page: the theme, the connection's state, the shortcuts, the question for a token.

import { Refused, keepToken } from "./api.js";
import { byId, el, mark, put } from "./dom.js";
import { say } from "./say.js";

const LINK = { connecting: "connecting", open: "live", lost: "reconnecting…", over: "ended", idle: "ready" };

/** How the stream of the page is. */
export function showLink(state) {
  const link = byId("link");
  const before = link.dataset.link;
  mark(link, "data-link", state);
  put(link.querySelector("span"), LINK[state]);
  mark(link, "title", LINK[state]);
  if (state === "lost" && before !== "lost") {
    say("Connection lost, reconnecting.");
  } else if (state === "open" && before === "lost") {
    say("Connected again.");
  }
}

export function switchTheme() {
  const dark = document.documentElement.dataset.theme !== "dark";
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  localStorage.setItem("theme", dark ? "dark" : "light");
}

export function showKeys() {
  byId("keys").showModal();
}

/** Single keys, unless somebody writes; each page adds its own. */
export function listenToKeys(keysNow) {
  document.addEventListener("keydown", (event) => {
    const writes = event.target.closest("input:not([type=checkbox], [type=radio]), select, textarea");
    if (event.ctrlKey || event.metaKey || event.altKey || writes || document.querySelector("dialog[open]")) {
      if (event.key === "Escape" && writes) {
        event.target.blur();
      }
      return;
    }
    const act = { "?": showKeys, t: switchTheme, ...keysNow() }[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
}

/** Asks for the token and resolves with whether one was given. */
function askForToken(problem) {
  const dialog = byId("token");
  put(dialog.querySelector(".problem"), problem);
  dialog.showModal();
  return new Promise((answered) => {
    dialog.addEventListener(
      "close",
      () => {
        const given = dialog.returnValue === "use" && byId("token-text").value.trim();
        if (given) {
          keepToken(given);
        }
        byId("token-text").value = "";
        answered(Boolean(given));
      },
      { once: true },
    );
  });
}

/** Does what changes something, and asks for a token as long as that is what is missing. */
export async function permitted(act) {
  for (;;) {
    try {
      return await act();
    } catch (problem) {
      if (!problem.code?.startsWith("token_")) {
        throw problem;
      }
      if (!(await askForToken(problem.code === "token_wrong" ? "This is not the token." : ""))) {
        throw new Refused(problem.status, { code: problem.code, message: "Not done: the server's token is needed." });
      }
    }
  }
}

/** Wires what is there on every page. */
export function prepareFrame() {
  byId("theme").addEventListener("click", switchTheme);
  byId("show-keys").addEventListener("click", showKeys);
  // A click beside a dialog closes it, as its button does.
  document.addEventListener("click", (event) => {
    if (event.target.matches("dialog, dialog [data-close]")) {
      event.target.closest("dialog").close("");
    }
  });
}

/** The list of shortcuts: [title, {keys: words}]... */
export function listKeys(groups) {
  const list = byId("key-list");
  list.replaceChildren();
  for (const [title, keys] of groups) {
    list.append(el("h3", {}, title));
    const dl = el("dl", { class: "keys" });
    for (const [key, words] of Object.entries(keys)) {
      dl.append(el("dt", {}, ...key.split(" ").flatMap((k) => [el("kbd", {}, k), " "])), el("dd", {}, words));
    }
    list.append(dl);
  }
}
