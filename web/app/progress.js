/**
 * How far a request is, as a person sees it.
 *
 * @typedef {import("./api.js").Status} Status
 * @typedef {"done" | "skipped" | "now" | "later" | "failed"} StageState
 * @typedef {{name: "Uploaded" | "Read" | "Counted" | "Mailed", state: StageState}} Stage
 */

const STAGES = /** @type {const} */ ([
  ["uploaded", "Uploaded"],
  ["read", "Read"],
  ["counted", "Counted"],
  ["sent", "Mailed"],
]);

const SETTLED = new Set(["SENT", "UNDELIVERABLE", "FAILED"]);

/**
 * Whether nothing more is to come.
 *
 * @param {Status} status
 */
export function isSettled(status) {
  return SETTLED.has(status.state);
}

/**
 * The four stages in order. What was done before, for somebody else or another day, was skipped for this request.
 *
 * @param {Status} status
 * @returns {Stage[]}
 */
export function stages(status) {
  const done = STAGES.map(([stage]) => isDone(status, stage));
  const last = done.lastIndexOf(true);
  return STAGES.map(([stage, name], at) => {
    const isHere = status.times[stage] || at === 0 || (isSettled(status) && !status.result);
    if (done[at] || at < last) return { name, state: isHere ? "done" : "skipped" };
    if (at > last + 1) return { name, state: "later" };
    if (!isSettled(status)) return { name, state: "now" };
    return { name, state: "failed" };
  });
}

/**
 * @param {Status} status
 * @param {string} stage
 */
function isDone(status, stage) {
  if (stage === "sent") return status.state === "SENT";
  if (stage === "uploaded") return status.state !== "OPEN";
  return stage in status.times || status.result !== null;
}

/**
 * How long it took until the last thing that happened, by the service's clock, in seconds; null if nothing did yet.
 *
 * @param {Status} status
 */
export function elapsed({ times }) {
  const start = Date.parse(times["uploaded"] ?? "");
  const ends = ["read", "counted", "published", "sent"].map((stage) => Date.parse(times[stage] ?? ""));
  const end = Math.max(...ends.filter((time) => time >= start));
  return Number.isFinite(end) ? (end - start) / 1000 : null;
}

/**
 * How long to wait before asking again, in seconds: often at first, as long as a person watches the bar.
 *
 * @param {number} waited Seconds since the picture was uploaded.
 */
export function interval(waited) {
  if (waited < 10) return 0.5;
  if (waited < 30) return 1;
  return waited < 120 ? 3 : 10;
}
