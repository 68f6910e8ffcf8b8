/**
 * A value that tells when it changes.
 *
 * @template T
 */
export class Store {
  #value;
  /** @type {Set<(value: T) => void>} */
  #listeners = new Set();

  /** @param {T} value */
  constructor(value) {
    this.#value = value;
  }

  get value() {
    return this.#value;
  }

  /** @param {T} value */
  set(value) {
    this.#value = value;
    for (const listener of this.#listeners) listener(value);
  }

  /**
   * Hear of the value now, and whenever it changes.
   *
   * @param {(value: T) => void} listener
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    listener(this.#value);
  }
}
