/**
 * The requests that this page shows, the newest first: each watched until nothing more is to come.
 *
 * @typedef {import("./api.js").Status} Status
 * @typedef {import("./api.js").Deleted} Deleted
 * @typedef {import("./intake.js").Told} Told
 *
 * @typedef {object} Result
 * @property {string} requestId
 * @property {string} token
 * @property {string} name The file's.
 * @property {string} preview A blob's URL, or empty.
 * @property {number} since When this page began to watch it, in milliseconds of `performance.now()`.
 * @property {Status | null} status
 * @property {Told | null} trouble Why it cannot be watched at the moment, or not at all.
 * @property {boolean} gone Whether it cannot be watched at all.
 * @property {boolean} sent Whether its file was sent for certain: the page may have been left before.
 * @property {boolean} interrupted Whether its file never arrived.
 * @property {Deleted | null} deleted
 */

import { Problem } from "./api.js";
import { interval, isSettled } from "./progress.js";
import { slept } from "./retry.js";
import { tell } from "./say.js";
import { Store } from "./store.js";

/** Watches requests. */
export class Results {
  #api;
  /** @type {Map<string, AbortController>} */
  #watches = new Map();

  /** @param {import("./api.js").Api} api */
  constructor(api) {
    this.#api = api;
    /** @type {Store<readonly Result[]>} */
    this.list = new Store(/** @type {readonly Result[]} */ ([]));
  }

  /**
   * Show a request, above all others; one that is shown stays where it is.
   *
   * @param {{requestId: string, token: string, name?: string, preview?: string, sent?: boolean}} request
   */
  show({ requestId, token, name = "", preview = "", sent = true }) {
    if (this.#find(requestId)) return;
    /** @type {Result} */
    const result = {
      requestId, token, name, preview, sent,
      since: performance.now(), status: null, trouble: null, gone: false, interrupted: false, deleted: null,
    };
    this.list.set([result, ...this.list.value]);
    void this.#watch(requestId, token);
  }

  /**
   * Show it no longer. Nothing is deleted.
   *
   * @param {string} requestId
   */
  hide(requestId) {
    this.#watches.get(requestId)?.abort();
    const preview = this.#find(requestId)?.preview;
    if (preview) URL.revokeObjectURL(preview);
    this.list.set(this.list.value.filter((result) => result.requestId !== requestId));
  }

  /**
   * Have the mail sent that could not be delivered. Throws what the API throws; how things stand is looked up anyhow.
   *
   * @param {Result} result
   */
  async resend({ requestId, token }) {
    try {
      await this.#api.resend(requestId, token);
    } finally {
      void this.#watch(requestId, token);
    }
  }

  /**
   * Have deleted what is ours to delete. Throws what the API throws.
   *
   * @param {Result} result
   */
  async remove({ requestId, token }) {
    this.#watches.get(requestId)?.abort(); // or it would find, and tell, that it is gone
    try {
      this.#change(requestId, { deleted: await this.#api.remove(requestId, token) });
    } catch (error) {
      void this.#watch(requestId, token);
      throw error;
    }
  }

  /** The network is back, or a person asks: look at once at all that is not settled. */
  lookAgain() {
    for (const { requestId, token, status, gone, deleted } of this.list.value) {
      if (!gone && !deleted && !(status && isSettled(status))) void this.#watch(requestId, token);
    }
  }

  /** @param {string} requestId */
  #find(requestId) {
    return this.list.value.find((result) => result.requestId === requestId);
  }

  /**
   * @param {string} requestId
   * @param {Partial<Result>} change
   */
  #change(requestId, change) {
    this.list.set(this.list.value.map((each) => (each.requestId === requestId ? { ...each, ...change } : each)));
  }

  /**
   * @param {string} requestId
   * @param {string} token
   */
  async #watch(requestId, token) {
    this.#watches.get(requestId)?.abort();
    const watch = new AbortController();
    this.#watches.set(requestId, watch);
    const { signal } = watch;
    const began = performance.now();
    while (!signal.aborted) {
      try {
        const status = await this.#api.status(requestId, token);
        if (signal.aborted) return;
        const watched = performance.now() - began;
        const interrupted = status.state === "OPEN" && !this.#find(requestId)?.sent && isOver(status, watched);
        this.#change(requestId, { status, name: status.filename, trouble: null, interrupted });
        // By this browser's clock it may have seemed so too early.
        if (interrupted && watched > SEEN_WITHIN) return;
        if (isSettled(status)) {
          void this.#lookWhatComesBack(requestId, token, status, signal);
          return;
        }
      } catch (error) {
        if (signal.aborted) return;
        const gone = error instanceof Problem && [401, 403, 404].includes(error.status);
        this.#change(requestId, { trouble: tell(error), gone });
        if (gone) return;
      }
      await slept(interval((performance.now() - began) / 1000), signal);
    }
  }

  /**
   * A mail that was sent may come back, mostly within seconds. All else is told, so no trouble in looking is.
   *
   * @param {string} requestId
   * @param {string} token
   * @param {Status} settled
   * @param {AbortSignal} signal
   */
  async #lookWhatComesBack(requestId, token, { state }, signal) {
    if (state === "UNDELIVERABLE") return;
    const began = performance.now();
    for (const seconds of COMES_BACK) {
      await slept(seconds - (performance.now() - began) / 1000, signal);
      const status = signal.aborted ? null : await this.#api.status(requestId, token).catch(() => null);
      if (signal.aborted) return;
      if (status?.state === "UNDELIVERABLE") {
        this.#change(requestId, { status });
        return;
      }
    }
  }
}

/** How long after a mail is sent it is looked, each time, whether it came back, in seconds. */
const COMES_BACK = [3, 10, 60, 600];

/** How long an upload's event may take to be seen, in milliseconds, before we say that nothing came. */
const SEEN_WITHIN = 15_000;

/**
 * @param {Status} status
 * @param {number} watched For so many milliseconds: this browser's clock may be wrong.
 */
function isOver({ times }, watched) {
  return Math.max(watched, Date.now() - Date.parse(times["opened"] ?? "")) > SEEN_WITHIN;
}
