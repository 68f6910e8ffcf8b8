/**
 * The page's own addresses. Everything secret stands behind the `#`, which browsers send to no server.
 *
 * @typedef {{to: "request", requestId: string, token: string}} RequestLink
 * @typedef {{to: "confirm" | "not-me", token: string}} MailLink
 * @typedef {{to: "nowhere"}} BrokenLink One of ours that is not whole.
 */

const REQUEST = /^#request=([0-9a-f]{32})\.([\w-]+)$/;
const FROM_MAIL = /^#(confirm|not-me)=([\w.~-]+)$/;
const OURS = /^#(request|confirm|not-me)=/;

/** What stands behind a link in a sentence, and mail programs take for its end; none of ours ends so. */
const STRAY = /(?:%[0-9a-f]{2}|[^\w~-])+$/i;

/**
 * Where a link leads.
 *
 * @param {string} location Its hash, with the `#`.
 * @returns {RequestLink | MailLink | BrokenLink | null} null: to no place in particular.
 */
export function parse(location) {
  const hash = location.replace(STRAY, "");
  const request = REQUEST.exec(hash);
  if (request) return { to: "request", requestId: request[1] ?? "", token: request[2] ?? "" };
  const mail = FROM_MAIL.exec(hash);
  if (mail) return { to: mail[1] === "confirm" ? "confirm" : "not-me", token: mail[2] ?? "" };
  return OURS.test(location) ? { to: "nowhere" } : null;
}

/**
 * The hash that shows a request again.
 *
 * @param {string} requestId
 * @param {string} token
 */
export function toRequest(requestId, token) {
  return `#request=${requestId}.${token}`;
}
