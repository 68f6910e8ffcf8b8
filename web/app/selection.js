/**
 * Which words are shown, and in which order.
 *
 * @typedef {import("./api.js").WordOfCount} WordOfCount
 * @typedef {import("./common-words.js").Language} Language
 * @typedef {{by: "word" | "count", descending: boolean}} Order
 */

import { isCommon } from "./common-words.js";

const COLLATOR = new Intl.Collator(undefined, { numeric: true });

/**
 * @param {readonly WordOfCount[]} words
 * @param {Language | null} language Whose commonest words are left out; null: none are.
 */
export function uncommon(words, language) {
  return language === null ? words : words.filter(({ word }) => !isCommon(word, language));
}

/**
 * Those that hold what was typed, upper or lower case and accents aside.
 *
 * @param {readonly WordOfCount[]} words
 * @param {string} typed
 */
export function matching(words, typed) {
  const wanted = bare(typed.trim());
  return wanted ? words.filter(({ word }) => bare(word).includes(wanted)) : words;
}

/** @param {string} text */
function bare(text) {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
}

/**
 * @param {readonly WordOfCount[]} words
 * @param {Order} order
 * @returns {WordOfCount[]} Equal ones by count, then by word.
 */
export function sorted(words, { by, descending }) {
  const sign = descending ? -1 : 1;
  return words.toSorted((a, b) => {
    const byWord = COLLATOR.compare(a.word, b.word);
    return by === "word" ? sign * byWord : sign * (a.count - b.count) || byWord;
  });
}
