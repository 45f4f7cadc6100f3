// A colour for each service, the same everywhere and at all times.

const KNOWN = ["gateway", "db", "identity", "token"];
const COLOURS = 8;

/** Which of the sheet's colours; beyond the four roles, services share the others. */
export function colour(service) {
  const known = KNOWN.indexOf(service);
  if (known >= 0) {
    return known;
  }
  let hash = 0;
  for (const c of service) {
    hash = (hash * 31 + c.codePointAt(0)) >>> 0;
  }
  return KNOWN.length + (hash % (COLOURS - KNOWN.length));
}
