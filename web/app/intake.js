/**
 * What is done with a file: sent as it is, converted first, or refused, and what a person is told of it.
 *
 * @typedef {import("./kinds.js").Kind} Kind
 *
 * @typedef {object} Facts What is known of a file before anything is sent.
 * @property {Kind | null} kind
 * @property {number} bytes
 * @property {number | null} longestSide In pixels; null if this browser cannot show it.
 * @property {boolean} morePages
 *
 * @typedef {{what: string, remedy: string}} Told What happened, and what to do about it.
 * @typedef {{to: "send", contentType: string} | {to: "convert", because: string} | {to: "refuse", told: Told}} Decision
 */

/** The largest file, in bytes: Textract's limit for one page, and ours. */
export const MAX_BYTES = 10_485_760;

/** The longest side of a picture, in pixels: Textract's limit. */
export const MAX_SIDE = 10_000;

const TAKEN = { png: "image/png", jpeg: "image/jpeg", tiff: "image/tiff" };

/** @type {Readonly<Record<Kind, string>>} */
export const NAMES = {
  png: "PNG",
  jpeg: "JPEG",
  tiff: "TIFF",
  gif: "GIF",
  webp: "WebP",
  bmp: "BMP",
  avif: "AVIF",
  heic: "HEIC",
  pdf: "PDF",
  svg: "SVG",
  "other-picture": "this kind of picture",
};

/** @type {Readonly<Record<string, Told>>} */
const REFUSALS = {
  empty: {
    what: "The file is empty.",
    remedy: "Choose it again; if it opens on your device, save a copy of it and choose that.",
  },
  notAPicture: { what: "This is not a picture.", remedy: "Choose a photo or a scan, as PNG, JPEG or TIFF." },
  pdf: {
    what: "We read pictures, and cannot read PDF yet.",
    remedy: "Save the page as PNG or JPEG, or take a screenshot of it, and choose that.",
  },
  otherPicture: {
    what: "We cannot read pictures of this kind.",
    remedy: "Save it as PNG or JPEG and choose that.",
  },
  heic: {
    what: "This is a HEIC photo, which your browser cannot open and we cannot read.",
    remedy: "Share or export it as JPEG and choose that, or open this page on the phone that took it.",
  },
  damaged: {
    what: "Your browser cannot open this picture; it may be damaged or incomplete.",
    remedy: "Take or export it again and choose the new file.",
  },
  morePages: {
    what: "This file has more than one page, and we read one page at a time.",
    remedy: "Save each page as a file of its own and choose those.",
  },
  tooLarge: {
    what: "The file is larger than 10 MB, and your browser cannot make it smaller.",
    remedy: "Save it as JPEG, or with a smaller size, and choose that.",
  },
};

/**
 * @param {Facts} facts
 * @returns {Decision}
 */
export function decide({ kind, bytes, longestSide, morePages }) {
  if (bytes === 0) return refuse("empty");
  if (kind === null) return refuse("notAPicture");
  if (kind === "pdf") return refuse("pdf");
  if (kind === "svg" || kind === "other-picture") return refuse("otherPicture");
  if (morePages) return refuse("morePages");
  const large = bytes > MAX_BYTES;
  if (kind === "tiff" && !large) return { to: "send", contentType: TAKEN.tiff };
  if (longestSide === null) return refuse(kind === "heic" ? "heic" : kind === "tiff" ? "tooLarge" : "damaged");
  if (kind !== "png" && kind !== "jpeg" && kind !== "tiff") {
    return { to: "convert", because: `${NAMES[kind]} cannot be read as it is` };
  }
  if (large) return { to: "convert", because: "it was larger than 10 MB" };
  if (longestSide > MAX_SIDE) return { to: "convert", because: "it was more than 10,000 pixels wide or high" };
  return { to: "send", contentType: TAKEN[kind] };
}

/**
 * @param {keyof typeof REFUSALS} why
 * @returns {Decision}
 */
function refuse(why) {
  const told = REFUSALS[why];
  if (!told) throw new Error(`no words for ${why}`);
  return { to: "refuse", told };
}

/** What a person is told when a conversion fails: the browser could show the picture, but not draw it. */
export const CANNOT_CONVERT = /** @type {Told} */ (REFUSALS["damaged"]);
