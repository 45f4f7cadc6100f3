// When to draw: once a frame at most, however much has happened; and, while something counts on, a few times a second.

const CALM = matchMedia("(prefers-reduced-motion: reduce)");
const TICK_MS = 100;
const CALM_TICK_MS = 1000;

/** A function that has `draw` called in the next frame, once, however often it is asked; until its `stop` is called. */
export function eachFrame(draw) {
  let asked = false;
  let stopped = false;
  const ask = () => {
    if (!asked && !stopped) {
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        if (!stopped) {
          draw();
        }
      });
    }
  };
  ask.stop = () => (stopped = true);
  return ask;
}

/** Asks for a frame now and then while `counting()`; returns what stops it. */
export function whileCounting(counting, ask) {
  const tick = () => {
    if (!document.hidden && counting()) {
      ask();
    }
    timer = setTimeout(tick, isCalm() ? CALM_TICK_MS : TICK_MS);
  };
  let timer = setTimeout(tick, TICK_MS);
  return () => clearTimeout(timer);
}

/** Whether the person wants less motion. */
export function isCalm() {
  return CALM.matches;
}
