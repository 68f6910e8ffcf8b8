/**
 * The page's own addresses. Everything secret stands behind the `#`, which browsers send to no server.
 *
 * @typedef {{to: "request", requestId: string, token: string}} RequestLink
 * @typedef {{to: "confirm" | "not-me", token: string}} MailLink
 */

const REQUEST = /^#request=([0-9a-f]{32})\.([\w-]+)$/;
const FROM_MAIL = /^#(confirm|not-me)=([\w.~-]+)$/;

/**
 * Where a link leads.
 *
 * @param {string} hash Of a location, with its `#`.
 * @returns {RequestLink | MailLink | null} null: to no place in particular.
 */
export function parse(hash) {
  const request = REQUEST.exec(hash);
  if (request) return { to: "request", requestId: request[1] ?? "", token: request[2] ?? "" };
  const mail = FROM_MAIL.exec(hash);
  return mail ? { to: mail[1] === "confirm" ? "confirm" : "not-me", token: mail[2] ?? "" } : null;
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
