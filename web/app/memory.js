/**
 * What this browser remembers. Everything works without: where storage is refused or full, it is kept until the page
 * is left.
 */
export class Memory {
  #storage;
  /** @type {Map<string, unknown>} What storage would not take. */
  #fallback = new Map();

  /** @param {() => Storage} storage Asked for late, since asking alone may be refused. */
  constructor(storage) {
    try {
      this.#storage = storage();
    } catch {
      this.#storage = null;
    }
  }

  /**
   * @param {string} name
   * @returns {any} null: nothing, or nothing that can be understood.
   */
  read(name) {
    if (this.#fallback.has(name)) return this.#fallback.get(name);
    try {
      const text = this.#storage?.getItem(name);
      if (text) return JSON.parse(text);
    } catch {
      // as if there were nothing
    }
    return null;
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  write(name, value) {
    this.#fallback.set(name, value);
    try {
      this.#storage?.setItem(name, JSON.stringify(value));
      if (this.#storage) this.#fallback.delete(name);
    } catch {
      // kept until the page is left
    }
  }

  /** @param {string} name */
  forget(name) {
    this.#fallback.delete(name);
    try {
      this.#storage?.removeItem(name);
    } catch {
      // nothing was kept
    }
  }
}
