// Elements, made and changed without HTML: what a peer says only ever becomes text.

const SVG = "http://www.w3.org/2000/svg";

/** An element; attributes that are functions are listeners, kids that are no elements are text. */
export function el(tag, attributes = {}, ...kids) {
  return filled(document.createElement(tag), attributes, kids);
}

export function svg(tag, attributes = {}, ...kids) {
  return filled(document.createElementNS(SVG, tag), attributes, kids);
}

function filled(element, attributes, kids) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(name, value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...kids.filter((kid) => kid !== undefined));
  return element;
}

/** Writes a text where it is another one than before: what has not changed costs no layout. */
export function put(element, text) {
  const first = element.firstChild;
  if (first === null) {
    if (text !== "") {
      element.append(text);
    }
  } else if (first.data !== text) {
    first.data = text;
  }
}

/** Sets an attribute where it is another than before; undefined takes it away. */
export function mark(element, name, value) {
  if (value === undefined) {
    if (element.hasAttribute(name)) {
      element.removeAttribute(name);
    }
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

export function byId(id) {
  return document.getElementById(id);
}
