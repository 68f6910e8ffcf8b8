/**
 * The HTTP API, as the page uses it.
 *
 * @typedef {"ses" | "link"} Verification
 * @typedef {{proof_id: string, proof_token: string, expires_at: string, verification: Verification}} ProofStarted
 * @typedef {{state: "pending" | "proven", address_token?: string}} ProofState
 * @typedef {{address_token: string, email: string, expires_at: string}} Confirmed
 * @typedef {{url: string, fields: Record<string, string>}} Form
 * @typedef {{request_id: string, access_token: string, upload: Form, expires_at: string}} Opened
 * @typedef {{word: string, count: number}} WordOfCount
 * @typedef {object} WordCount
 * @property {number} total_words
 * @property {number} unique_words
 * @property {number | null} mean_confidence A percentage.
 * @property {WordOfCount[]} words The most frequent first.
 *
 * @typedef {"OPEN" | "WAITING" | "SENDING" | "SENT" | "UNDELIVERABLE" | "FAILED"} RequestState
 * @typedef {object} Status
 * @property {string} request_id
 * @property {RequestState} state
 * @property {string | null} reason
 * @property {string | null} message
 * @property {string} filename
 * @property {boolean} cached
 * @property {boolean} joined
 * @property {boolean} late
 * @property {boolean} low_confidence
 * @property {string} expires_at When the request is forgotten.
 * @property {string | null} kept_until When its result is.
 * @property {Record<string, string>} times
 * @property {WordCount | null} result
 *
 * @typedef {{what: string, why: string, until: string}} Kept
 * @typedef {{deleted: string[], kept: Kept[]}} Deleted
 */

const TIMEOUT = 20_000;

/** The service answered, and refused. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {string} code Stable; `throttled` or `unknown` if the answer has none.
   * @param {string} detail A sentence for a person.
   * @param {object} [more]
   * @param {Date | null} [more.retryAt] When a limit ends.
   * @param {number | null} [more.retryAfter] In seconds.
   */
  constructor(status, code, detail, { retryAt = null, retryAfter = null } = {}) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.retryAt = retryAt;
    this.retryAfter = retryAfter;
  }
}

/** The service did not answer: no network, or nobody there. */
export class Unreachable extends Error {
  constructor() {
    super("unreachable");
    this.name = "Unreachable";
  }
}

/** Each method is one call. Each throws `Problem` or `Unreachable`. */
export class Api {
  #fetch;

  /** @param {typeof fetch} fetcher */
  constructor(fetcher = (...args) => fetch(...args)) {
    this.#fetch = fetcher;
  }

  /**
   * Have a proof mail sent to an address.
   *
   * @param {string} email
   * @returns {Promise<ProofStarted>}
   */
  prove(email) {
    return this.#json("POST", "/api/addresses", { body: { email } });
  }

  /**
   * @param {string} proofId
   * @param {string} proofToken
   * @returns {Promise<ProofState>}
   */
  proof(proofId, proofToken) {
    return this.#json("GET", `/api/addresses/${proofId}`, { token: proofToken });
  }

  /**
   * @param {string} token From the link in the mail.
   * @returns {Promise<Confirmed>}
   */
  confirm(token) {
    return this.#json("POST", "/api/addresses/confirm", { body: { token } });
  }

  /** @param {string} token From the link in the mail. */
  stop(token) {
    return this.#json("POST", "/api/addresses/stop", { body: { token } });
  }

  /**
   * @param {{email: string, filename: string, content_type: string, size: number}} wish
   * @param {string} addressToken
   * @returns {Promise<Opened>}
   */
  open(wish, addressToken) {
    return this.#json("POST", "/api/uploads", { body: wish, token: addressToken });
  }

  /**
   * @param {string} requestId
   * @param {string} token
   * @returns {Promise<Status>}
   */
  status(requestId, token) {
    return this.#json("GET", `/api/requests/${requestId}`, { token });
  }

  /**
   * @param {string} requestId
   * @param {string} token
   * @param {"word-count.json" | "word-count.csv" | "text.txt"} name
   * @returns {Promise<Blob>}
   */
  async file(requestId, token, name) {
    return (await this.#call("GET", `/api/requests/${requestId}/${name}`, { token })).blob();
  }

  /**
   * @param {string} requestId
   * @param {string} token
   */
  resend(requestId, token) {
    return this.#json("POST", `/api/requests/${requestId}/resend`, { token });
  }

  /**
   * @param {string} requestId
   * @param {string} token
   * @returns {Promise<Deleted>}
   */
  remove(requestId, token) {
    return this.#json("DELETE", `/api/requests/${requestId}`, { token });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {{token?: string, body?: object}} what
   */
  async #json(method, path, what) {
    const response = await this.#call(method, path, what);
    try {
      return await response.json();
    } catch {
      throw new Problem(response.status, "unknown", "The answer could not be understood.");
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {{token?: string, body?: object}} what
   */
  async #call(method, path, { token, body }) {
    /** @type {Record<string, string>} */
    const headers = {};
    if (token) headers["authorization"] = `Bearer ${token}`;
    if (body) headers["content-type"] = "application/json";
    let response;
    try {
      response = await this.#fetch(path, {
        method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
        cache: "no-store",
        credentials: "omit",
        referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout(TIMEOUT),
      });
    } catch {
      throw new Unreachable();
    }
    if (!response.ok) throw await problem(response);
    return response;
  }
}

/**
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
async function problem(response) {
  const told = await response.json().catch(() => ({}));
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  const retryAt = new Date(told.retry_at ?? Number.NaN);
  return new Problem(
    response.status,
    typeof told.code === "string" ? told.code : response.status === 429 ? "throttled" : "unknown",
    typeof told.detail === "string" ? told.detail : "",
    {
      retryAfter: Number.isFinite(seconds) ? seconds : null,
      retryAt: Number.isNaN(retryAt.getTime()) ? null : retryAt,
    },
  );
}
