/** The results that this browser knows of. */

import { announce } from "../announcer.js";
import { byId, el } from "../dom.js";
import { fileName, moment, plural } from "../format.js";
import { toRequest } from "../links.js";

/**
 * @param {import("../store.js").Store<readonly import("../history.js").Entry[]>} entries
 * @param {import("../results.js").Results} results Those that are shown are not listed again.
 * @param {{forget: (requestId: string) => void, erase: () => void}} press
 */
export function historyView(entries, results, press) {
  const section = byId("history", HTMLElement);
  const list = byId("history-list", HTMLElement);
  const heading = byId("heading-history", HTMLElement);
  byId("history-erase", HTMLButtonElement).addEventListener("click", () => {
    press.erase();
    byId("heading-result", HTMLElement).focus();
    announce("This browser has forgotten your earlier results.");
  });

  let drawn = "";
  function draw() {
    const shown = new Set(results.list.value.map(({ requestId }) => requestId));
    const earlier = entries.value.filter(({ requestId }) => !shown.has(requestId));
    section.hidden = entries.value.length === 0;
    const key = JSON.stringify(earlier);
    if (key === drawn) return;
    drawn = key;
    const hadFocus = list.contains(document.activeElement);
    list.replaceChildren(...earlier.map(({ requestId, token, name, at, words }) =>
      el("li", {}, el("a", { href: toRequest(requestId, token) }, fileName(name)),
        el("span", { class: "small" }, `${moment(new Date(at))}${words === null ? "" : ` · ${plural(words, "word")}`}`),
        el("button", { class: "quiet", click: () => press.forget(requestId), "aria-label": `Forget ${fileName(name)}` }, "Forget"))));
    if (earlier.length === 0) list.append(el("li", { class: "small" }, "The results above are remembered in this browser."));
    if (hadFocus) heading.focus();
  }
  entries.subscribe(draw);
  results.list.subscribe(draw);
}
