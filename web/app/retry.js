/** Trying again, patiently: what passes by itself is waited for, longer each time, and never by all at once. */

import { Problem } from "./api.js";

const FIRST = 1;
const LONGEST = 20;

/** In milliseconds: a browser takes more for nothing. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * How long to wait before the next attempt, in seconds.
 *
 * @param {number} attempt How many have failed, from 1.
 * @param {number | null} told What the service asked for, in seconds.
 * @param {() => number} random From 0 to 1.
 */
export function pause(attempt, told, random = Math.random) {
  if (told !== null) return Math.min(LONGEST, told) + random();
  return Math.min(LONGEST, FIRST * 2 ** (attempt - 1)) * (0.5 + random() / 2);
}

/**
 * Whether an error passes by itself in a moment: the gateway throttles, or the service asks to come again.
 * A limit for the day does not.
 *
 * @param {unknown} error
 * @returns {error is Problem}
 */
export function passes(error) {
  return error instanceof Problem && error.code !== "limit_reached" && [429, 502, 503, 504].includes(error.status);
}

/**
 * Whether the service has answered, and would answer no differently if it were asked again.
 *
 * @param {unknown} error
 */
export function isFinal(error) {
  return error instanceof Problem && error.status < 500 && !passes(error);
}

/**
 * Do it, and again while it is refused for reasons that pass. Whoever called it off meanwhile gets the signal's reason.
 *
 * @template T
 * @param {() => Promise<T>} task
 * @param {object} how
 * @param {number} [how.attempts]
 * @param {(seconds: number) => void} [how.onWait] Told before each pause.
 * @param {AbortSignal} [how.signal]
 * @param {(seconds: number, signal?: AbortSignal) => Promise<void>} [how.sleep]
 * @returns {Promise<T>}
 */
export async function patiently(task, { attempts = 5, onWait = () => {}, signal, sleep = slept } = {}) {
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await task();
    } catch (error) {
      if (!passes(error) || attempt >= attempts) throw error;
      const seconds = pause(attempt, error.retryAfter);
      onWait(seconds);
      await sleep(seconds, signal);
    }
  }
}

/**
 * @param {number} seconds
 * @param {AbortSignal} [signal] Ends the sleep early, and without an error.
 * @returns {Promise<void>}
 */
export function slept(seconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(seconds * 1000, LONGEST_TIMER));
    signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
