/**
 * What a person is told when something did not work: what happened, and what to do. No error reaches them otherwise.
 *
 * @typedef {import("./intake.js").Told} Told
 */

import { Problem, Unreachable } from "./api.js";
import { when } from "./format.js";
import { UploadError } from "./upload.js";

/** @type {Readonly<Record<string, Told>>} */
const PROBLEMS = {
  invalid_email: { what: "Mail cannot be sent to this address.", remedy: "Check it for typing errors." },
  throttled: { what: "Many people are here right now.", remedy: "Please try again in a minute." },
  try_again: { what: "The service is busy.", remedy: "Please try again in a minute." },
  address_not_proven: {
    what: "We have to check your address once more.",
    remedy: "Have a link sent to you and press it; your pictures wait, and go on by themselves.",
  },
  recipient_not_verified: {
    what: "We may not send mail to your address yet.",
    remedy: "Have a link sent to you and press it; your pictures wait, and go on by themselves.",
  },
  link_expired: { what: "This link has expired.", remedy: "Have a new one sent in step 1." },
  link_unknown: {
    what: "We do not know this link.",
    remedy: "Check that it was copied in full, or have a new one sent in step 1.",
  },
  no_such_request: {
    what: "There is no such result any more.",
    remedy: "It was deleted, its time is over, or its link was not copied in full. Choose the picture again.",
  },
  nothing_to_resend: {
    what: "There is nothing left to mail.",
    remedy: "The mail was sent meanwhile, or is on its way. For another one, choose the picture again.",
  },
};

/** @type {Readonly<Record<UploadError["why"], Told>>} */
const UPLOADS = {
  cancelled: { what: "You cancelled this upload.", remedy: "Unless it had arrived already, nothing of it was kept." },
  interrupted: {
    what: "The connection broke before the picture had arrived.",
    remedy: "It goes on by itself once you are back online, or press Try again.",
  },
  expired: {
    what: "This picture waited too long, so its permission to upload has expired.",
    remedy: "Press Try again to get a new one.",
  },
  refused: {
    what: "The picture was not let in.",
    remedy: "It may have changed on your device since you chose it. Remove it, choose it again and send it.",
  },
};

/** @type {Told} */
const OURS = { what: "Something went wrong on our side.", remedy: "Nothing that you did was wrong. Please try again." };

/**
 * @param {unknown} error
 * @param {Date} now
 * @returns {Told}
 */
export function tell(error, now = new Date()) {
  if (error instanceof Unreachable) {
    return { what: "We cannot be reached.", remedy: "Check your connection, then try again." };
  }
  if (error instanceof UploadError) return UPLOADS[error.why];
  if (!(error instanceof Problem)) return OURS;
  if (error.code === "limit_reached") return limit(error, now);
  const told = PROBLEMS[error.code];
  if (told) return told;
  return error.status < 500 && error.message ? { what: error.message, remedy: "" } : OURS;
}

/**
 * @param {Problem} problem
 * @param {Date} now
 * @returns {Told}
 */
function limit({ retryAt, retryAfter }, now) {
  const end = retryAt ?? (retryAfter === null ? null : new Date(now.getTime() + retryAfter * 1000));
  return {
    what: "That was as much as we can do today.",
    remedy: end
      ? `You can go on at ${when(end, now)}. Pictures that you have sent already are not affected.`
      : "Please come back tomorrow. Pictures that you have sent already are not affected.",
  };
}

/**
 * Why a mail is not sent again. The address may be another than the one that this browser uses.
 *
 * @param {unknown} error
 * @returns {Told}
 */
export function tellUnmailed(error) {
  if (!(error instanceof Problem) || error.code !== "recipient_not_verified") return tell(error);
  return {
    what: "We may not send mail to this address.",
    remedy: "Prove it once more: in step 1 choose “Use another address”, enter the same one, press the link in the mail. Then mail it again here.",
  };
}

/**
 * Why mails are not stopped. Who wishes it did not ask for any, and is not told how to have another sent.
 *
 * @param {unknown} error
 * @returns {Told}
 */
export function tellUnstopped(error) {
  const { what, remedy } = tell(error);
  const ofLink = error instanceof Problem && (error.code === "link_unknown" || error.code === "link_expired");
  return { what, remedy: ofLink ? "Open it from its mail once more, or take the one in the latest mail that reached you." : remedy };
}

/**
 * Of a request that did not end as it should: the service's own words, whose first sentence is what happened.
 *
 * @param {string | null} message
 * @returns {Told}
 */
export function tellFailure(message) {
  if (!message) return OURS;
  const [, what = message, remedy = ""] = /^(.+?\.)\s+(.+)$/.exec(message) ?? [];
  return { what, remedy };
}
