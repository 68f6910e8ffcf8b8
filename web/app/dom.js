/** Elements, made without a string that could be read as HTML. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | null | ((event: any) => void)>} [attributes]
 *   A function listens to the event of its name; true sets, false and null leave out.
 * @param {...(Node | string | null | false)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
}

/**
 * An element that the page is known to have.
 *
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`the page has no ${type.name} #${id}`);
  return element;
}

/**
 * Set a text only if it is another: what stays is neither drawn nor announced again.
 *
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Put others into the place of what an element holds. Whoever was there, at a button that goes, is not lost.
 *
 * @param {HTMLElement} place
 * @param {readonly Node[]} children
 * @param {HTMLElement} heir Takes the focus over, if it was in there.
 */
export function refill(place, children, heir) {
  const held = place.contains(document.activeElement);
  place.replaceChildren(...children);
  if (held) heir.focus();
}

const SVG = "http://www.w3.org/2000/svg";

/** Drawn on 24 by 24, in lines. */
const ICONS = {
  check: "M5 12.5l4.5 4.5L19 7.5",
  page: "M7 3h7l5 5v13H7zM14 3v5h5M10 13h6M10 17h6",
  cross: "M6 6l12 12M18 6L6 18",
  warn: "M12 8v5M12 16.5v.5M12 3.5L2.5 20h19z",
  skip: "M6 12h12",
};

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * Something worth noticing, with what to do about it.
 *
 * @param {"plain" | "good" | "bad"} tone
 * @param {import("./intake.js").Told} told
 * @param {...Node} actions
 */
export function notice(tone, { what, remedy }, ...actions) {
  return el(
    "div",
    { class: `notice ${tone}` },
    tone === "good" ? icon("check") : icon("warn"),
    el("div", {}, el("p", {}, el("strong", {}, what), remedy ? ` ${remedy}` : ""), actions.length > 0 && el("p", { class: "actions" }, ...actions)),
  );
}
