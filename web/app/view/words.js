/**
 * A result's words: as bars, as a table, and as the text that was read.
 *
 * @typedef {import("../common-words.js").Language} Language
 */

import { guess, LANGUAGES } from "../common-words.js";
import { el, setText } from "../dom.js";
import { number, plural } from "../format.js";
import { matching, sorted, uncommon } from "../selection.js";
import { tell } from "../say.js";
import { tabs } from "./tabs.js";

const MOST_BARS = 12;
const ROWS = 50;

/**
 * @param {import("../api.js").WordCount} count
 * @param {() => Promise<Blob>} loadText
 * @param {string} id Unique on the page.
 */
export function wordsView({ words }, loadText, id) {
  const guessed = guess(words);
  const without = el("input", { type: "checkbox", id: `${id}-common`, change: update });
  const language = el("select", { "aria-label": "Language of the commonest words", change: () => ((without.checked = true), update()) },
    ...Object.entries(LANGUAGES).map(([code, name]) => el("option", { value: code, selected: code === (guessed ?? "en") }, name)));
  const chart = el("div", {});
  const table = wordTable();
  const text = el("div", { class: "text" });
  let asked = false;

  function update() {
    const shown = uncommon(words, without.checked ? /** @type {Language} */ (language.value) : null);
    chart.replaceChildren(...bars(shown));
    table.show(shown);
  }

  async function read(again = false) {
    if (asked) return;
    asked = true;
    text.replaceChildren(el("p", { class: "small" }, "Fetching the text …"));
    try {
      const read = await (await loadText()).text();
      const shown = el("pre", { tabindex: 0, role: "region", "aria-label": "The text as it was read" }, read);
      text.replaceChildren(shown);
      if (again) shown.focus();
    } catch (error) {
      asked = false;
      const { what, remedy } = tell(error);
      text.replaceChildren(el("p", { class: "told" }, `${what} ${remedy}`), el("button", { class: "secondary", click: () => read(true) }, "Try again"));
    }
  }

  update();
  const element = el("div", {});
  element.append(tabs(id, [
    { name: "Most frequent", panel: chart },
    { name: "All words", panel: table.element },
    { name: "Text as read", panel: text, onOpen: () => read() },
  ], el("p", { class: "switch" }, without, el("label", { for: `${id}-common` }, "Leave out the commonest words of "), language)));
  return element;
}

/** @param {readonly import("../api.js").WordOfCount[]} words */
function bars(words) {
  const most = sorted(words, { by: "count", descending: true }).slice(0, MOST_BARS);
  const longest = most[0]?.count ?? 1;
  if (most.length === 0) return [el("p", { class: "small" }, "Only the commonest words are on this page.")];
  const list = el("ol", { class: "bars" }, ...most.map(({ word, count }) => {
    const bar = el("span", { class: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", String(count / longest));
    return el("li", {}, el("span", { class: "word", dir: "auto" }, word), bar,
      el("span", { class: "count" }, number(count), el("span", { class: "aside" }, count === 1 ? " time" : " times")));
  }));
  const left = words.length - most.length;
  return left > 0 ? [list, el("p", { class: "small" }, `and ${plural(left, "word")} more under “All words”`)] : [list];
}

function wordTable() {
  /** @type {readonly import("../api.js").WordOfCount[]} */
  let all = [];
  /** @type {import("../selection.js").Order} */
  let order = { by: "count", descending: true };
  let rows = ROWS;
  const filter = el("input", { type: "search", "aria-label": "Find a word", placeholder: "Find a word", autocomplete: "off", spellcheck: "false", input: () => ((rows = ROWS), draw()) });
  const found = el("p", { class: "small", role: "status" });
  const body = el("tbody", {});
  const byWord = column("Word", "word");
  const byCount = column("Count", "count");
  const more = el("button", { class: "secondary", click: showMore }, "Show more");
  const element = el("div", {}, el("div", { class: "row find" }, filter, found),
    el("table", {}, el("thead", {}, el("tr", {}, byWord, byCount)), body), more);

  /**
   * @param {string} name
   * @param {"word" | "count"} by
   */
  function column(name, by) {
    return el("th", { scope: "col", class: by }, el("button", { class: "sort", click: () => sort(by) }, name, el("span", { class: "arrow", "aria-hidden": "true" })));
  }

  function showMore() {
    rows += 4 * ROWS;
    draw();
    if (more.hidden) filter.focus();
  }

  /** @param {"word" | "count"} by */
  function sort(by) {
    order = { by, descending: order.by === by ? !order.descending : by === "count" };
    draw();
  }

  function draw() {
    const shown = sorted(matching(all, filter.value), order);
    setText(found, shown.length === all.length ? plural(all.length, "word") : `${number(shown.length)} of ${plural(all.length, "word")}`);
    for (const [heading, by] of /** @type {const} */ ([[byWord, "word"], [byCount, "count"]])) {
      if (order.by === by) heading.setAttribute("aria-sort", order.descending ? "descending" : "ascending");
      else heading.removeAttribute("aria-sort");
    }
    body.replaceChildren(...shown.slice(0, rows).map(({ word, count }) =>
      el("tr", {}, el("th", { scope: "row", class: "word", dir: "auto" }, word), el("td", { class: "count" }, number(count)))));
    more.hidden = shown.length <= rows;
  }

  return {
    element,
    /** @param {readonly import("../api.js").WordOfCount[]} words */
    show(words) {
      all = words;
      draw();
    },
  };
}
