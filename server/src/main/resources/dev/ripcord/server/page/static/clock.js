// The server's clock, as far as it is known here. Its events say what time it was when they were sent; the one that took least
// is the best guess. This machine's own clock may be wrong, and may jump.

let offset = -Infinity;

export function heard(nowMs) {
  offset = Math.max(offset, nowMs - performance.now());
}

/** Another server may have another clock. */
export function forget() {
  offset = -Infinity;
}

export function serverNow() {
  return offset === -Infinity ? Date.now() : performance.now() + offset;
}
