/** Step 3: all requests that are shown. */

import { byId } from "../dom.js";
import { resultCard } from "./result.js";

/**
 * @param {import("../results.js").Results} results
 * @param {import("../api.js").Api} api
 */
export function resultsView(results, api) {
  const list = byId("results", HTMLElement);
  const empty = byId("empty", HTMLElement);
  const heading = byId("heading-result", HTMLElement);
  /** @type {Map<string, ReturnType<typeof resultCard>>} */
  const cards = new Map();
  const retake = () => {
    byId("heading-pictures", HTMLElement).scrollIntoView();
    byId("choose", HTMLButtonElement).focus();
  };

  results.list.subscribe((shown) => {
    for (const [at, result] of shown.entries()) {
      let card = cards.get(result.requestId);
      if (!card) {
        card = resultCard(result, { results, api, retake });
        cards.set(result.requestId, card);
        list.insertBefore(card.element, list.children[at] ?? null);
      }
      card.update(result);
    }
    for (const [id, { element }] of cards) {
      if (shown.some(({ requestId }) => requestId === id)) continue;
      if (element.contains(document.activeElement)) heading.focus();
      element.remove();
      cards.delete(id);
    }
    empty.hidden = shown.length > 0;
  });
}
