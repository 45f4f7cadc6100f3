// What a screen reader says by itself: the latest word, not oftener than it can be heard.

import { byId, put } from "./dom.js";

const PAUSE_MS = 1500;
let waiting = "";
let timer;

export function say(text) {
  waiting = text;
  if (timer === undefined) {
    speak();
  }
}

function speak() {
  put(byId("said"), waiting);
  waiting = "";
  timer = setTimeout(() => {
    timer = undefined;
    if (waiting) {
      speak();
    }
  }, PAUSE_MS);
}
