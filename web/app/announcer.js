/** Says aloud, to those who listen instead of looking, what changes by itself. */

import { byId } from "./dom.js";

const HOLD = 600;

/** @type {string[]} */
const waiting = [];
let busy = false;

/**
 * Sentences are said one after the other: a live region that changes twice at once says only its end.
 *
 * @param {string} sentence
 */
export function announce(sentence) {
  waiting.push(sentence);
  if (!busy) next();
}

function next() {
  const sentence = waiting.shift();
  busy = sentence !== undefined;
  if (sentence === undefined) return;
  byId("announcer", HTMLElement).textContent = sentence;
  setTimeout(next, HOLD);
}
