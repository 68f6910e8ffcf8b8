/** Says aloud, to those who listen instead of looking, what changes by itself. */

import { byId } from "./dom.js";

const HOLD = 600;

/** How many sentences may wait; more only if no two are about the same. */
const MOST = 8;

/** @typedef {{sentence: string, about: string}} Spoken */

/** @type {Spoken[]} */
const waiting = [];
let busy = false;

/**
 * Sentences are said one after the other: a live region that changes twice at once says only its end.
 *
 * @param {string} sentence
 * @param {string} [about] What it is about: where too many wait, only the latest about the same is said.
 */
export function announce(sentence, about = sentence) {
  waiting.push({ sentence, about });
  thin(waiting);
  if (!busy) next();
}

/**
 * Take out, the oldest first, what is overtaken by a later sentence about the same, until no more wait than may.
 *
 * @param {Spoken[]} sentences
 */
export function thin(sentences) {
  while (sentences.length > MOST) {
    const overtaken = sentences.findIndex(({ about }, at) => sentences.some((other, later) => later > at && other.about === about));
    if (overtaken < 0) return;
    sentences.splice(overtaken, 1);
  }
}

function next() {
  const said = waiting.shift();
  busy = said !== undefined;
  if (said === undefined) return;
  byId("announcer", HTMLElement).textContent = said.sentence;
  setTimeout(next, HOLD);
}
