/**
 * Tabs, as the ARIA Authoring Practices describe them: arrow keys move and open, one tab stop.
 *
 * @typedef {{name: string, panel: HTMLElement, onOpen?: () => void}} Tab
 */

import { el } from "../dom.js";

/**
 * @param {string} id Unique on the page.
 * @param {readonly Tab[]} all
 * @param {HTMLElement} between Stands between the tabs and their panels.
 */
export function tabs(id, all, between) {
  const buttons = all.map(({ name }, at) =>
    el("button", { role: "tab", id: `${id}-tab-${at}`, "aria-controls": `${id}-panel-${at}`, click: () => open(at), keydown: move }, name));
  for (const [at, { panel }] of all.entries()) {
    panel.setAttribute("role", "tabpanel");
    panel.id = `${id}-panel-${at}`;
    panel.setAttribute("aria-labelledby", `${id}-tab-${at}`);
  }

  /** @param {number} wanted */
  function open(wanted) {
    for (const [at, { panel, onOpen }] of all.entries()) {
      const chosen = at === wanted;
      buttons[at]?.setAttribute("aria-selected", String(chosen));
      buttons[at]?.setAttribute("tabindex", chosen ? "0" : "-1");
      panel.hidden = !chosen;
      if (chosen) onOpen?.();
    }
  }

  /** @param {KeyboardEvent} event */
  function move(event) {
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (event.currentTarget));
    const last = buttons.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    open(to);
    buttons[to]?.focus();
  }

  open(0);
  const element = el("div", {});
  element.append(el("div", { role: "tablist", "aria-label": "The words" }, ...buttons), between, ...all.map(({ panel }) => panel));
  return element;
}
