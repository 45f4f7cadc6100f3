// Server-sent events that come again by themselves, and say how they are.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

/**
 * Opens `url`. `on` has a function for each kind of event, which gets its parsed data; `told` hears "connecting", "open",
 * "lost" and "over". The browser itself reconnects a connection that breaks, but gives up at an answer that is no stream;
 * this goes on asking, later and later, until it is closed or `again`, asked each time, says that there is nothing to come.
 */
export class Stream {
  #url;
  #on;
  #told;
  #source;
  #waitMs = FIRST_WAIT_MS;
  #timer;
  #last = "";
  #again;
  #closed = false;

  constructor(url, on, told, again = async () => true) {
    this.#url = url;
    this.#on = on;
    this.#told = told;
    this.#again = again;
    told("connecting");
    this.#open();
  }

  #open() {
    const url = new URL(this.#url, location.href);
    if (this.#last) {
      url.searchParams.set("after", this.#last);
    }
    const source = new EventSource(url);
    this.#source = source;
    source.onopen = () => {
      this.#waitMs = FIRST_WAIT_MS;
      this.#told("open");
    };
    source.onerror = () => {
      this.#told("lost");
      if (source.readyState === EventSource.CLOSED) {
        this.#timer = setTimeout(() => this.#reopen(), this.#waitMs);
        this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
      }
    };
    for (const [kind, act] of Object.entries(this.#on)) {
      source.addEventListener(kind, (event) => {
        this.#last = event.lastEventId || this.#last;
        act(JSON.parse(event.data), this);
      });
    }
  }

  async #reopen() {
    const wanted = await this.#again();
    if (this.#closed) {
      return;
    }
    if (wanted) {
      this.#open();
    } else {
      this.close();
    }
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#source.close();
    this.#told("over");
  }
}
