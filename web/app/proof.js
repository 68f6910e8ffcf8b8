/**
 * Whose address it is: asked once, noticed when it is proven, remembered.
 *
 * The proof comes one of three ways: the service says so when asked (SES's own mail was followed), the link in our mail
 * was opened in this tab, or in another tab of this browser, which the shared memory tells.
 *
 * @typedef {import("./intake.js").Told} Told
 * @typedef {import("./api.js").Verification} Verification
 * @typedef {{step: "none", email: string, told: Told | null}} None `email` is offered to be used again.
 * @typedef {{step: "asking", email: string}} Asking
 * @typedef {{step: "waiting", email: string, proofId: string, proofToken: string, expiresAt: string,
 *   verification: Verification, again: boolean}} Waiting
 * @typedef {{step: "proven", email: string, token: string}} Proven
 * @typedef {None | Asking | Waiting | Proven} ProofStep
 */

import { isFinal, slept } from "./retry.js";
import { tell } from "./say.js";
import { Store } from "./store.js";
import { Problem } from "./api.js";

/** The name under which the proof is remembered. */
export const REMEMBERED = "ocr-wordcount.address";

/**
 * How long to wait before asking again, in seconds: often while a person is likely to be at it.
 *
 * @param {number} asked How often it was asked.
 */
export function interval(asked) {
  return asked < 60 ? 2 : 15;
}

/** Where the proof of this browser's address stands, and what moves it on. */
export class Proof {
  #api;
  #memory;
  /** @type {AbortController | null} */
  #asking = null;

  /**
   * @param {import("./api.js").Api} api
   * @param {import("./memory.js").Memory} memory
   */
  constructor(api, memory) {
    this.#api = api;
    this.#memory = memory;
    /** @type {Store<ProofStep>} */
    this.state = new Store(read(memory.read(REMEMBERED)));
  }

  /** Go on where this browser left off. */
  resume() {
    if (this.state.value.step === "waiting") this.#ask(this.state.value);
  }

  /**
   * Another tab has written: take over what it knows.
   *
   * A proof that waits is overtaken only by the same address, proven.
   */
  lookAgain() {
    const there = read(this.#memory.read(REMEMBERED));
    const { value } = this.state;
    if (there.step === "proven" && (value.step !== "proven" || value.token !== there.token)) this.#move(there);
    if (there.step === "none" && value.step === "proven") this.#move({ ...there, email: "" });
  }

  /**
   * Have a link sent.
   *
   * @param {string} email
   */
  async start(email) {
    const again = this.state.value.step === "waiting";
    /** @type {Asking} */
    const asking = { step: "asking", email };
    this.#keep(asking);
    try {
      const started = await this.#api.prove(email);
      if (this.state.value !== asking) return; // overtaken
      const waiting = /** @type {Waiting} */ ({
        step: "waiting",
        email,
        proofId: started.proof_id,
        proofToken: started.proof_token,
        expiresAt: started.expires_at,
        verification: started.verification,
        again,
      });
      this.#keep(waiting);
      this.#ask(waiting);
    } catch (error) {
      if (this.state.value === asking) this.#keep({ step: "none", email, told: tell(error) });
    }
  }

  /**
   * The link in our mail was opened here. Throws what the API throws, but for what is told in the form: that there is no
   * proof by this link, where there was none before.
   *
   * @param {string} token
   */
  async confirm(token) {
    const { value } = this.state;
    if (value.step !== "proven") this.#move({ step: "asking", email: value.email });
    try {
      const { address_token, email } = await this.#api.confirm(token);
      this.#keep({ step: "proven", email, token: address_token });
    } catch (error) {
      if (value.step === "none" && isFinal(error)) return this.#keep({ step: "none", email: value.email, told: tell(error) });
      this.#move(value); // what was there before is none the worse for it
      this.resume();
      throw error;
    }
  }

  /**
   * The service does not take this token any more. A newer one is none the worse for it.
   *
   * @param {Problem} problem
   * @param {string} token
   */
  renew(problem, token) {
    const { value } = this.state;
    if (value.step === "proven" && value.token === token) this.#keep({ step: "none", email: value.email, told: tell(problem) });
  }

  /** Use another address: this browser forgets this one. */
  forget() {
    this.#keep({ step: "none", email: "", told: null });
  }

  /** @param {ProofStep} state */
  #keep(state) {
    if (state.step === "waiting" || state.step === "proven") this.#memory.write(REMEMBERED, state);
    else this.#memory.forget(REMEMBERED);
    this.#move(state);
  }

  /** @param {ProofStep} state */
  #move(state) {
    this.#asking?.abort();
    this.state.set(state);
  }

  /** @param {Waiting} waiting */
  async #ask(waiting) {
    const { signal } = (this.#asking = new AbortController());
    if (waiting.verification === "link") {
      // The link itself brings the proof, and asking never does: until its time is over.
      await slept(Math.max(0, (Date.parse(waiting.expiresAt) - Date.now()) / 1000), signal);
      if (!signal.aborted) this.#isOver(waiting);
      return;
    }
    for (let asked = 0; !signal.aborted; asked += 1) {
      await slept(interval(asked), signal);
      if (signal.aborted) return;
      if (Date.parse(waiting.expiresAt) < Date.now()) return this.#isOver(waiting);
      try {
        const { state, address_token: token } = await this.#api.proof(waiting.proofId, waiting.proofToken);
        if (signal.aborted) return;
        if (state === "proven" && token) this.#keep({ step: "proven", email: waiting.email, token });
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Problem && [401, 403, 404].includes(error.status)) {
          return this.#keep({ step: "none", email: waiting.email, told: tell(error) });
        }
        // anything else passes: asked again
      }
    }
  }

  /** @param {Waiting} waiting */
  #isOver({ email }) {
    this.#keep({ step: "none", email, told: { what: "The time to press the link is over.", remedy: "Have a new one sent." } });
  }
}

/**
 * @param {any} kept What memory holds: anything.
 * @returns {ProofStep}
 */
export function read(kept) {
  const email = typeof kept?.email === "string" ? kept.email : "";
  if (kept?.step === "proven" && typeof kept.token === "string" && email) {
    return { step: "proven", email, token: kept.token };
  }
  const { proofId, proofToken, expiresAt, verification } = kept ?? {};
  if (kept?.step === "waiting" && [proofId, proofToken, expiresAt].every((each) => typeof each === "string") && email) {
    return { step: "waiting", email, proofId, proofToken, expiresAt, verification, again: false };
  }
  return { step: "none", email, told: null };
}
