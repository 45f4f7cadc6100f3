// Which page is shown. Going from one to the other loads the other's <main> into this document: a request that was started in this
// tab ends with the tab, and so must not end with a click on a link.

import { about } from "./api.js";
import { listKeys, listenToKeys, prepareFrame } from "./frame.js";
import { holdAgain } from "./holds.js";

const EVERYWHERE = ["Everywhere", { 1: "Request page", 2: "Operations page", t: "Light or dark", "?": "This list" }];
let page;
let going = 0;

async function show(main) {
  const module = main.dataset.page === "operations" ? import("./operations.js") : import("./request.js");
  const { open, KEYS } = await module;
  page = open(main, go);
  listKeys([KEYS, EVERYWHERE]);
}

/** Shows what is at `path` without leaving the document. */
export async function go(path, how = "push") {
  const mine = ++going;
  if (page?.moved?.(path)) {
    remember(path, how);
    return;
  }
  const response = await fetch(path, { headers: { Accept: "text/html" } });
  const other = new DOMParser().parseFromString(await response.text(), "text/html");
  const main = other.querySelector("main");
  if (mine !== going || !main) {
    return;
  }
  page?.leave();
  remember(path, how);
  document.querySelector("main").replaceWith(document.adoptNode(main));
  document.title = other.title;
  showPlace();
  await show(main);
  window.scrollTo(0, 0);
}

function remember(path, how) {
  if (how === "push") {
    history.pushState(null, "", path);
  } else if (how === "replace") {
    history.replaceState(null, "", path);
  }
}

function showPlace() {
  for (const link of document.querySelectorAll(".places a")) {
    const here = link.dataset.page === document.querySelector("main").dataset.page;
    link.toggleAttribute("aria-current", here);
    if (here) {
      link.setAttribute("aria-current", "page");
    }
  }
}

function followLinks(event) {
  const link = event.target.closest("a[href]");
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (link && plain && !link.target && link.origin === location.origin && !link.hash) {
    event.preventDefault();
    go(link.pathname);
  }
}

prepareFrame();
listenToKeys(() => ({ 1: () => go("/"), 2: () => go("/ops"), ...page?.keys }));
document.addEventListener("click", followLinks);
window.addEventListener("popstate", () => go(location.pathname, "stay"));
showPlace();
holdAgain(); // first of all: what had been started ends if nobody ties it in time
await show(document.querySelector("main"));
const { start } = await about();
document.querySelector('.places a[data-page="request"]').hidden = !start; // there is nothing to be started, and so nothing at "/"
