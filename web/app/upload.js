/** The picture's way into the bucket: a form's fields and the file, with progress, which only XMLHttpRequest tells. */

/** Why a file did not get there. */
export class UploadError extends Error {
  /** @param {"cancelled" | "interrupted" | "expired" | "refused"} why */
  constructor(why) {
    super(why);
    this.name = "UploadError";
    this.why = why;
  }
}

/**
 * @param {import("./api.js").Form} form
 * @param {Blob} file
 * @param {object} how
 * @param {(share: number) => void} how.onProgress From 0 to 1.
 * @param {AbortSignal} how.signal Cancels.
 * @returns {Promise<void>} When the bucket has it. Throws `UploadError`.
 */
export function send(form, file, { onProgress, signal }) {
  const body = new FormData();
  for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
  body.append("file", file); // S3 reads no field that comes after it
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const cancel = () => request.abort();
    request.upload.onprogress = ({ lengthComputable, loaded, total }) => {
      if (lengthComputable && total > 0) onProgress(loaded / total);
    };
    request.onload = () => {
      const why = refusal(request.status, request.responseText);
      if (why) reject(new UploadError(why));
      else resolve();
    };
    request.onerror = () => reject(new UploadError("interrupted"));
    request.onabort = () => reject(new UploadError("cancelled"));
    request.onloadend = () => signal.removeEventListener("abort", cancel);
    if (signal.aborted) return reject(new UploadError("cancelled"));
    signal.addEventListener("abort", cancel, { once: true });
    request.open("POST", form.url);
    request.send(body);
  });
}

/**
 * Why S3 did not take a file.
 *
 * @param {number} status
 * @param {string} answer XML.
 * @returns {"expired" | "interrupted" | "refused" | null} null: it took it.
 */
export function refusal(status, answer) {
  if (status >= 200 && status < 300) return null;
  if (status >= 500 || status === 0) return "interrupted";
  return /Policy expired|<Code>(ExpiredToken|RequestTimeTooSkewed)</.test(answer) ? "expired" : "refused";
}
