// A long list of which only the rows in sight exist, for the mouse, the keyboard and screen readers alike.

import { eachFrame } from "./frames.js";
import { el, mark } from "./dom.js";

const BEYOND = 4; // rows above and below those in sight, so that scrolling does not show a gap
const PAGE_ROWS = 10;

/**
 * `view` is an element that scrolls; its row height is the custom property --row.
 *
 * make()            a new row element
 * draw(row, item, index)
 * key(item)         what tells items apart
 * most, least       how many rows high the view is at most and at least
 * act.open(item, event), act.toggle(item), act.unfold(item, whether), act.remove(item)
 *                   Enter or a click; Space; right and left; Delete. Rows can be focused if there is an act.
 */
export class Rows {
  #view;
  #all = el("div", { class: "grid-all", role: "presentation" });
  #kind;
  #items = [];
  #index = new Map(); // key to index
  #drawn = new Map(); // key to element
  #spare = [];
  #height = 0;
  #active; // the key of the row that Tab leads to
  #resized;
  ask;

  constructor(view, kind) {
    this.#view = view;
    this.#kind = kind;
    view.append(this.#all);
    this.ask = eachFrame(() => this.#render());
    view.addEventListener("scroll", this.ask, { passive: true });
    this.#resized = new ResizeObserver(() => {
      this.#height = 0;
      this.ask();
    });
    this.#resized.observe(view);
    if (kind.act) {
      view.addEventListener("click", (event) => this.#clicked(event));
      view.addEventListener("keydown", (event) => this.#pressed(event));
      view.addEventListener("focusin", (event) => this.#focused(event));
    }
  }

  /** Shows these; what is drawn is drawn again. */
  show(items) {
    this.#items = items;
    this.#index = new Map(items.map((item, i) => [this.#kind.key(item), i]));
    this.ask();
  }

  /** Scrolls to the item and puts the focus there. */
  focus(key) {
    const i = this.#index.get(key);
    if (i !== undefined) {
      this.#go(i);
    }
  }

  /** The item that has the focus, if one has. */
  get focused() {
    const i = this.#index.get(this.#active);
    return i !== undefined && this.#view.contains(document.activeElement) ? this.#items[i] : undefined;
  }

  close() {
    this.ask.stop();
    this.#resized.disconnect();
  }

  #render() {
    this.#measure();
    const wanted = this.#wanted();
    this.#retire(wanted);
    let before = null;
    for (const i of wanted) {
      const row = this.#rowOf(i);
      this.#place(row, before);
      before = row;
    }
  }

  #measure() {
    if (this.#height === 0) {
      this.#height = parseFloat(getComputedStyle(this.#view).getPropertyValue("--row")) || 40;
    }
    const rows = Math.min(Math.max(this.#items.length, this.#kind.least ?? 0), this.#kind.most);
    setStyle(this.#view, "height", `${rows * this.#height}px`);
    setStyle(this.#all, "height", `${this.#items.length * this.#height}px`);
  }

  /** The indexes to draw, rising: those in sight, and the active one, or it would lose the focus. */
  #wanted() {
    const top = this.#view.scrollTop / this.#height;
    const from = Math.max(0, Math.floor(top) - BEYOND);
    const shown = Math.ceil(this.#view.clientHeight / this.#height);
    const to = Math.min(this.#items.length, Math.ceil(top) + shown + BEYOND);
    const wanted = [];
    for (let i = from; i < to; i++) {
      wanted.push(i);
    }
    if (this.#kind.act && this.#items.length > 0) {
      let active = this.#index.get(this.#active);
      if (active === undefined) {
        active = 0;
        this.#active = this.#kind.key(this.#items[0]);
      }
      if (active < from) {
        wanted.unshift(active);
      } else if (active >= to) {
        wanted.push(active);
      }
    }
    return wanted;
  }

  #retire(wanted) {
    const keys = new Set(wanted.map((i) => this.#kind.key(this.#items[i])));
    for (const [key, row] of this.#drawn) {
      if (!keys.has(key)) {
        this.#drawn.delete(key);
        row.remove();
        this.#spare.push(row);
      }
    }
  }

  #rowOf(i) {
    const item = this.#items[i];
    const key = this.#kind.key(item);
    let row = this.#drawn.get(key);
    if (!row) {
      row = this.#spare.pop() ?? this.#kind.make();
      this.#drawn.set(key, row);
    }
    row.dataset.key = key;
    setStyle(row, "transform", `translateY(${i * this.#height}px)`);
    mark(row, "aria-rowindex", i + 2); // the head is the first
    if (this.#kind.act) {
      mark(row, "tabindex", key === this.#active ? 0 : -1);
    }
    this.#kind.draw(row, item, i);
    return row;
  }

  /** In the document as on the screen: that is the order in which it is read out. */
  #place(row, before) {
    const next = before === null ? this.#all.firstChild : before.nextSibling;
    if (row === next) {
      return;
    }
    const focus = row.contains(document.activeElement) ? document.activeElement : null;
    this.#all.insertBefore(row, next);
    focus?.focus({ preventScroll: true });
  }

  #itemOf(target) {
    const row = target.closest?.("[data-key]");
    const i = row && this.#index.get(row.dataset.key);
    return i === undefined || i === null ? undefined : this.#items[i];
  }

  #clicked(event) {
    const item = this.#itemOf(event.target);
    if (item && !event.target.closest("a, input, label, button")) {
      this.#kind.act.open?.(item, event);
    }
  }

  #focused(event) {
    const row = event.target.closest("[data-key]");
    if (row && row.dataset.key !== this.#active) {
      this.#active = row.dataset.key;
      this.ask();
    }
  }

  #pressed(event) {
    const item = this.#itemOf(event.target);
    if (!item || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const i = this.#index.get(this.#kind.key(item));
    const inside = !event.target.matches("[data-key]");
    const act = this.#kind.act;
    const moves = {
      ArrowDown: () => this.#go(i + 1),
      ArrowUp: () => this.#go(i - 1),
      PageDown: () => this.#go(i + PAGE_ROWS),
      PageUp: () => this.#go(i - PAGE_ROWS),
      Home: () => this.#go(0),
      End: () => this.#go(this.#items.length - 1),
      ArrowRight: () => act.unfold?.(item, true),
      ArrowLeft: () => act.unfold?.(item, false),
      Enter: inside ? undefined : () => act.open?.(item, event),
      " ": inside ? undefined : () => act.toggle?.(item),
      Delete: () => act.remove?.(item),
    };
    const move = moves[event.key];
    if (move) {
      event.preventDefault();
      move();
    }
  }

  #go(to) {
    const i = Math.min(Math.max(to, 0), this.#items.length - 1);
    this.#active = this.#kind.key(this.#items[i]);
    const top = i * this.#height;
    const view = this.#view;
    if (top < view.scrollTop) {
      view.scrollTop = top;
    } else if (top + this.#height > view.scrollTop + view.clientHeight) {
      view.scrollTop = top + this.#height - view.clientHeight;
    }
    this.#render();
    this.#drawn.get(this.#active)?.focus({ preventScroll: true });
  }
}

function setStyle(element, name, value) {
  if (element.style[name] !== value) {
    element.style[name] = value;
  }
}
