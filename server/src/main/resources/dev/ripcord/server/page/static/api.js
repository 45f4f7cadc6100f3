// The JSON API, as openapi.yaml has it. A token, where the server wants one, is asked for once and kept for this tab.

const JSON_TYPE = "application/json";

/** What the server says when it refuses; `code`, `message` and perhaps `field` are its own. */
export class Refused extends Error {
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.field = error.field;
  }
}

export async function get(path) {
  return answer(await sent(path, { headers: { Accept: JSON_TYPE } }));
}

export async function post(path, body) {
  return change("POST", path, body);
}

export async function remove(path, body) {
  return change("DELETE", path, body);
}

async function change(method, path, body) {
  const headers = { Accept: JSON_TYPE, "Content-Type": JSON_TYPE };
  const token = sessionStorage.getItem("token");
  if (token) {
    headers.Authorization = `Bearer ${token}`;
  }
  return answer(await sent(path, { method, headers, body: JSON.stringify(body) }));
}

async function sent(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    throw new Refused(0, { code: "unreachable", message: "The server does not answer." });
  }
}

async function answer(response) {
  const body = await response.json().catch(() => undefined);
  if (!response.ok) {
    const error = body?.error ?? { code: "broken", message: `The server answered ${response.status}.` };
    throw new Refused(response.status, error);
  }
  return body;
}

let described;

/** What this server can do; asked once. */
export function about() {
  described ??= get("/api/about").catch((problem) => {
    described = undefined;
    throw problem;
  });
  return described;
}

export function keepToken(token) {
  sessionStorage.setItem("token", token);
}
