/**
 * The pictures that a person has chosen, until each has been uploaded.
 *
 * checking -> ready | refused;  ready -> queued -> sending -> (gone: it is a request now) | stopped;
 * stopped -> queued, when tried again.
 *
 * @typedef {import("./intake.js").Told} Told
 * @typedef {"checking" | "ready" | "refused" | "queued" | "sending" | "stopped"} PictureState
 *
 * @typedef {object} Picture
 * @property {number} id
 * @property {string} name As it is sent.
 * @property {string} preview A blob's URL; empty if the browser cannot show it.
 * @property {number} bytes As they are sent.
 * @property {PictureState} state
 * @property {string} note What was done to it before it is sent.
 * @property {Told | null} told Why it was refused or stopped, or what it waits for.
 * @property {number} share Of it that has been sent.
 *
 * @typedef {{requestId: string, token: string, name: string, preview: string}} Sent
 */

import { Problem, Unreachable } from "./api.js";
import { size } from "./format.js";
import { CANNOT_CONVERT, decide, NAMES } from "./intake.js";
import { HEAD, hasMorePages, kindOf, longestSide } from "./kinds.js";
import { patiently } from "./retry.js";
import { tell } from "./say.js";
import { Store } from "./store.js";
import { send, UploadError } from "./upload.js";

const AT_ONCE = 2;
const UNPROVEN = ["address_not_proven", "recipient_not_verified"];

/** What is known of a picture and shown to nobody. */
class Parcel {
  /** @type {Blob} */
  file;
  contentType = "";
  abort = new AbortController();
  /** @type {import("./api.js").Opened | null} */
  opened = null;
  goesOnOnline = false;

  /** @param {Blob} file */
  constructor(file) {
    this.file = file;
  }

  get formIsOpen() {
    return this.opened !== null && Date.parse(this.opened.expires_at) > Date.now();
  }
}

/** Takes pictures in, and sends them. */
export class Outbox {
  #api;
  #proof;
  #next = 1;
  #sending = 0;
  /** @type {Promise<unknown>} */
  #converting = Promise.resolve();
  /** @type {Map<number, Parcel>} */
  #parcels = new Map();

  /**
   * @param {import("./api.js").Api} api
   * @param {import("./proof.js").Proof} proof
   * @param {object} hears
   * @param {(sent: Sent) => void} hears.onSending Its request is there; its file is about to be sent.
   * @param {(requestId: string) => void} hears.onCalledOff Its file is not sent after all, as its person wishes.
   * @param {(sent: Sent) => void} hears.onSent
   */
  constructor(api, proof, { onSending, onCalledOff, onSent }) {
    this.#api = api;
    this.#proof = proof;
    this.onSending = onSending;
    this.onCalledOff = onCalledOff;
    this.onSent = onSent;
    /** @type {Store<readonly Picture[]>} */
    this.pictures = new Store(/** @type {readonly Picture[]} */ ([]));
    proof.state.subscribe(({ step }) => step === "proven" && this.#work());
  }

  get busy() {
    return this.#sending > 0;
  }

  /**
   * Take files in. Nothing is sent yet.
   *
   * @param {Iterable<File>} files
   */
  add(files) {
    for (const file of files) {
      const id = this.#next++;
      this.#parcels.set(id, new Parcel(file));
      /** @type {Picture} */
      const picture = { id, name: file.name, preview: "", bytes: file.size, state: "checking", note: "", told: null, share: 0 };
      this.pictures.set([...this.pictures.value, picture]);
      void this.#check(id, file);
    }
  }

  /**
   * @param {number} id
   * @param {File} file
   */
  async #check(id, file) {
    const url = URL.createObjectURL(file);
    /** @type {import("./intake.js").Decision} */
    let decision;
    try {
      const kind = kindOf(new Uint8Array(await file.slice(0, HEAD).arrayBuffer()));
      const side = kind && kind !== "pdf" && kind !== "svg" ? await longestSide(url) : null;
      const morePages = kind === "tiff" && (await hasMorePages(file));
      if (side !== null) this.#change(id, { preview: url });
      decision = decide({ kind, bytes: file.size, longestSide: side, morePages });
      if (decision.to === "convert") {
        this.#change(id, { note: `Making a JPEG of it, because ${decision.because} …` });
        const { jpegName, toJpeg } = await import("./convert.js");
        // One after the other: a phone has memory for a few whole pictures.
        const drawn = this.#converting.catch(() => {}).then(() => toJpeg(file));
        this.#converting = drawn;
        const jpeg = await drawn;
        const name = jpegName(file.name);
        const from = kind ? NAMES[kind] : "";
        this.#ready(id, jpeg, "image/jpeg", {
          name,
          bytes: jpeg.size,
          note: `We made a JPEG of it, because ${decision.because} (${from}, ${size(file.size)}).`,
        });
      }
    } catch {
      decision = { to: "refuse", told: CANNOT_CONVERT };
    }
    if (decision.to === "send") this.#ready(id, file, decision.contentType, {});
    if (decision.to === "refuse") this.#change(id, { state: "refused", told: decision.told, note: "" });
  }

  /**
   * @param {number} id
   * @param {Blob} file
   * @param {string} contentType
   * @param {Partial<Picture>} change
   */
  #ready(id, file, contentType, change) {
    const parcel = this.#parcels.get(id);
    if (!parcel) return;
    Object.assign(parcel, { file, contentType });
    this.#change(id, { ...change, state: "ready" });
  }

  /** Send all that are ready: as soon as the address is proven. */
  sendAll() {
    for (const { id, state } of this.pictures.value) if (state === "ready") this.#change(id, { state: "queued", told: null });
    this.#work();
  }

  /** @param {number} id */
  retry(id) {
    const parcel = this.#parcels.get(id);
    if (!parcel) return;
    parcel.abort = new AbortController();
    parcel.goesOnOnline = false;
    this.#change(id, { state: "queued", told: null, share: 0 });
    this.#work();
  }

  /** The network is back. */
  online() {
    for (const [id, { goesOnOnline }] of this.#parcels) if (goesOnOnline) this.retry(id);
  }

  /**
   * Stop sending one; it stays, to be tried again or removed.
   *
   * @param {number} id
   */
  cancel(id) {
    const cancelled = new UploadError("cancelled");
    const parcel = this.#parcels.get(id);
    parcel?.abort.abort(cancelled);
    if (parcel?.opened) this.onCalledOff(parcel.opened.request_id);
    if (this.#find(id)?.state === "queued") this.#change(id, { state: "stopped", told: tell(cancelled) });
  }

  /** @param {number} id */
  remove(id) {
    const parcel = this.#parcels.get(id);
    const picture = this.#find(id);
    if (picture?.preview) URL.revokeObjectURL(picture.preview);
    this.#drop(id);
    parcel?.abort.abort(new UploadError("cancelled"));
    if (parcel) this.#abandon(parcel);
  }

  /** @param {Parcel} parcel */
  #abandon(parcel) {
    const { opened } = parcel;
    if (!opened) return;
    parcel.opened = null;
    this.onCalledOff(opened.request_id);
    this.#api.remove(opened.request_id, opened.access_token).catch(() => {}); // then its time deletes it
  }

  /** @param {number} id */
  #drop(id) {
    this.#parcels.delete(id);
    this.pictures.set(this.pictures.value.filter((picture) => picture.id !== id));
  }

  /** @param {number} id */
  #find(id) {
    return this.pictures.value.find((picture) => picture.id === id);
  }

  /**
   * @param {number} id
   * @param {Partial<Picture>} change
   */
  #change(id, change) {
    this.pictures.set(this.pictures.value.map((each) => (each.id === id ? { ...each, ...change } : each)));
  }

  #work() {
    const { value: proof } = this.#proof.state;
    if (proof.step !== "proven") return;
    for (const picture of this.pictures.value) {
      const parcel = this.#parcels.get(picture.id);
      if (picture.state !== "queued" || !parcel || this.#sending >= AT_ONCE) continue;
      this.#sending += 1;
      void this.#deliver(picture, parcel, proof).finally(() => {
        this.#sending -= 1;
        this.#work();
      });
    }
  }

  /**
   * @param {Picture} picture
   * @param {Parcel} parcel
   * @param {import("./proof.js").Proven} proof
   */
  async #deliver(picture, parcel, proof) {
    const { id } = picture;
    this.#change(id, { state: "sending", told: null, share: 0 });
    try {
      if (!(await this.#hasArrived(parcel))) await this.#upload(picture, parcel, proof);
      const sent = this.#sent(picture, parcel);
      this.#drop(id);
      this.onSent(sent);
    } catch (error) {
      if (!this.#parcels.has(id)) return this.#abandon(parcel); // removed while its request was opened
      if (error instanceof Problem && UNPROVEN.includes(error.code)) {
        this.#change(id, { state: "queued" }); // first, so that it goes on when the address is proven again
        this.#proof.renew(error, proof.token);
        return;
      }
      parcel.goesOnOnline = error instanceof Unreachable || (error instanceof UploadError && error.why === "interrupted");
      this.#change(id, { state: "stopped", told: tell(error), share: 0 });
    }
  }

  /**
   * Whether a file whose upload broke off had got there all the same: only the answer was lost.
   *
   * @param {Parcel} parcel
   */
  async #hasArrived(parcel) {
    const { opened } = parcel;
    if (!opened) return false;
    try {
      return (await this.#api.status(opened.request_id, opened.access_token)).state !== "OPEN";
    } catch (error) {
      if (!(error instanceof Problem && error.status === 404)) throw error;
      parcel.opened = null; // its time is over: a new one is opened
      return false;
    }
  }

  /**
   * @param {Picture} picture
   * @param {Parcel} parcel
   * @param {import("./proof.js").Proven} proof
   */
  async #upload(picture, parcel, proof) {
    for (let renewed = false; ; renewed = true) {
      if (!parcel.formIsOpen) await this.#open(picture, parcel, proof);
      parcel.abort.signal.throwIfAborted();
      this.onSending(this.#sent(picture, parcel));
      const { upload } = /** @type {import("./api.js").Opened} */ (parcel.opened);
      try {
        return await send(upload, parcel.file, {
          onProgress: (share) => this.#change(picture.id, { share }),
          signal: parcel.abort.signal,
        });
      } catch (error) {
        const expired = error instanceof UploadError && error.why === "expired";
        if (expired) parcel.opened = null;
        if (!expired || renewed) throw error;
      }
    }
  }

  /**
   * @param {Picture} picture
   * @param {Parcel} parcel
   * @param {import("./proof.js").Proven} proof
   */
  async #open(picture, parcel, proof) {
    const wish = {
      email: proof.email,
      filename: picture.name,
      content_type: parcel.contentType,
      size: parcel.file.size,
    };
    const waiting = { what: "Many people are here right now.", remedy: "We try again by ourselves in a moment." };
    parcel.opened = await patiently(() => this.#api.open(wish, proof.token), {
      onWait: () => this.#change(picture.id, { told: waiting }),
      signal: parcel.abort.signal,
    });
    this.#change(picture.id, { told: null });
  }

  /**
   * @param {Picture} picture
   * @param {Parcel} parcel
   * @returns {Sent}
   */
  #sent({ name, id }, { opened }) {
    const { request_id: requestId, access_token: token } = /** @type {import("./api.js").Opened} */ (opened);
    return { requestId, token, name, preview: this.#find(id)?.preview ?? "" };
  }
}
