/**
 * What a file is, told from its bytes and never from its name. The same signatures as `runtime/core/pictures`.
 *
 * @typedef {"png" | "jpeg" | "tiff" | "gif" | "webp" | "bmp" | "avif" | "heic" | "pdf" | "svg" | "other-picture"} Kind
 */

/** How many bytes of a file's start `kindOf` wants to see. */
export const HEAD = 4096;

/** @type {readonly (readonly [RegExp, Kind])[]} */
const SIGNATURES = [
  [/^\x89PNG\r\n\x1a\n/, "png"],
  [/^\xff\xd8\xff/, "jpeg"],
  [/^(II\*\0|MM\0\*)/, "tiff"],
  [/^GIF8[79]a/, "gif"],
  [/^RIFF[^]{4}WEBP/, "webp"],
  [/^BM[^]{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0{3}/, "bmp"],
  [/^[^]{4}ftyp(avif|avis)/, "avif"],
  [/^[^]{4}ftyp(hei[cxms]|hev[cxms]|heif|mif[123]|msf1|miaf)/, "heic"],
  [/^[^]{0,1019}%PDF-[0-9]/, "pdf"],
  [/^(\0\0\0\x0c(jP  |JXL )|\xff\x4f\xff\x51|\xff\x0a|8BPS\0[\x01\x02]|\0\0[\x01\x02]\0[^\0]\0|II\+\0\x08\0{3}|MM\0\+\0\x08\0\0)/, "other-picture"],
  [/^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s/>]/, "svg"],
];

/**
 * @param {Uint8Array} head The first `HEAD` bytes, or all there are.
 * @returns {Kind | null} null: no picture that we know.
 */
export function kindOf(head) {
  const text = Array.from(head, (byte) => String.fromCharCode(byte)).join("");
  return SIGNATURES.find(([signature]) => signature.test(text))?.[1] ?? null;
}

/**
 * Whether a TIFF has a second page: whether its first directory names another one (TIFF 6.0, section 2).
 *
 * @param {Blob} file
 */
export async function hasMorePages(file) {
  const header = await view(file, 0, 8);
  if (header.byteLength < 8) return false;
  const little = header.getUint8(0) === 0x49;
  const at = header.getUint32(4, little);
  const entries = await view(file, at, at + 2);
  if (entries.byteLength < 2) return false;
  const after = at + 2 + 12 * entries.getUint16(0, little);
  const next = await view(file, after, after + 4);
  return next.byteLength === 4 && next.getUint32(0, little) !== 0;
}

/**
 * @param {Blob} file
 * @param {number} from
 * @param {number} to
 */
async function view(file, from, to) {
  return new DataView(await file.slice(from, to).arrayBuffer());
}

/**
 * The longest side of a picture in pixels; null if this browser cannot show it.
 *
 * @param {string} url Of the picture's blob.
 * @returns {Promise<number | null>}
 */
export function longestSide(url) {
  return new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve(Math.max(image.naturalWidth, image.naturalHeight) || null);
    image.onerror = () => resolve(null);
    image.src = url;
  });
}
