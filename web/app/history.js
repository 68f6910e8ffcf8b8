/**
 * The results that this browser knows of, the newest first. Lists in, lists out; who keeps them is another's business.
 *
 * @typedef {object} Entry
 * @property {string} requestId
 * @property {string} token
 * @property {string} name The file's.
 * @property {number} at Milliseconds since the epoch.
 * @property {number | null} words How many; null while it is not known.
 */

/** How many are kept. */
export const MOST = 50;

/**
 * @param {unknown} kept What memory holds: anything.
 * @returns {Entry[]}
 */
export function read(kept) {
  return Array.isArray(kept) ? kept.filter(isEntry).slice(0, MOST) : [];
}

/**
 * @param {any} entry
 * @returns {entry is Entry}
 */
function isEntry(entry) {
  return (
    typeof entry?.requestId === "string" &&
    typeof entry.token === "string" &&
    typeof entry.name === "string" &&
    typeof entry.at === "number" &&
    (entry.words === null || typeof entry.words === "number")
  );
}

/**
 * With the entry: in its old place if it was there, else first.
 *
 * @param {readonly Entry[]} entries
 * @param {Entry} entry
 * @returns {Entry[]}
 */
export function put(entries, entry) {
  const at = entries.findIndex(({ requestId }) => requestId === entry.requestId);
  if (at < 0) return [entry, ...entries].slice(0, MOST);
  return entries.with(at, { ...entry, at: entries[at]?.at ?? entry.at });
}

/**
 * @param {readonly Entry[]} entries
 * @param {string} requestId
 */
export function without(entries, requestId) {
  return entries.filter((entry) => entry.requestId !== requestId);
}

/**
 * With what is shown: but for what is a result no longer, or was forgotten while it was shown.
 *
 * @param {readonly Entry[]} entries
 * @param {readonly import("./results.js").Result[]} shown
 * @param {ReadonlySet<string>} forgotten Identifiers of requests.
 * @param {number} now Milliseconds since the epoch.
 * @returns {readonly Entry[]}
 */
export function withShown(entries, shown, forgotten, now) {
  let kept = entries;
  for (const { requestId, token, name, status, deleted, gone, interrupted } of shown) {
    if (deleted || gone || interrupted) kept = without(kept, requestId);
    else if (name && !forgotten.has(requestId)) kept = put(kept, { requestId, token, name, at: now, words: status?.result?.total_words ?? null });
  }
  return kept;
}
