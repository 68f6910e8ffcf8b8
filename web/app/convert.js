/** Pictures as JPEG that can be read: at most 10 MB and 10,000 pixels a side, drawn on white. */

import { MAX_BYTES, MAX_SIDE } from "./intake.js";

/** Pixels that every browser can draw at once (Safari on a phone draws the fewest); plenty for a page of text. */
const MOST_PIXELS = 16_000_000;

/** What is tried, in order, until the file is small enough: JPEG quality and scale. */
const ATTEMPTS = /** @type {const} */ ([[0.92, 1], [0.85, 1], [0.75, 1], [0.8, 0.7], [0.7, 0.5]]);

/**
 * How much a picture must shrink before it is drawn.
 *
 * @param {number} width In pixels.
 * @param {number} height In pixels.
 * @returns {number} A factor of at most 1.
 */
export function scaleFor(width, height) {
  return Math.min(1, MAX_SIDE / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)));
}

/**
 * @param {Blob} file A picture that the browser can show.
 * @returns {Promise<Blob>} A JPEG.
 */
export async function toJpeg(file) {
  const picture = await createImageBitmap(file);
  try {
    const first = scaleFor(picture.width, picture.height);
    for (const [quality, scale] of ATTEMPTS) {
      const jpeg = await drawn(picture, first * scale, quality);
      if (jpeg.size <= MAX_BYTES) return jpeg;
    }
  } finally {
    picture.close();
  }
  throw new Error("too large however it is drawn");
}

/**
 * @param {ImageBitmap} picture
 * @param {number} scale
 * @param {number} quality
 * @returns {Promise<Blob>}
 */
function drawn(picture, scale, quality) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) throw new Error("no canvas");
  context.fillStyle = "#fff"; // under what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      canvas.width = canvas.height = 0; // its memory goes at once, not when it is collected
      if (blob) resolve(blob);
      else reject(new Error("not drawn"));
    }, "image/jpeg", quality);
  });
}

/**
 * The name of the JPEG that was made of a file.
 *
 * @param {string} name
 */
export function jpegName(name) {
  return `${name.replace(/\.[A-Za-z0-9]{1,5}$/, "") || name}.jpg`;
}
