/**
 * Step 3: one request, from its first stage to its words.
 *
 * @typedef {import("../results.js").Result} Result
 * @typedef {import("../results.js").Results} Results
 */

import { announce } from "../announcer.js";
import { el, icon, notice, refill, setText } from "../dom.js";
import { day, duration, fileName, number, percent, plural } from "../format.js";
import { toRequest } from "../links.js";
import { elapsed, isSettled, stages } from "../progress.js";
import { tell, tellFailure, tellUnmailed } from "../say.js";

const DOWNLOADS = /** @type {const} */ ([
  ["word-count.csv", "CSV", "for a spreadsheet"],
  ["word-count.json", "JSON", "for programs"],
  ["text.txt", "TXT", "the text as it was read"],
]);

/** The reasons that say why there was no mail: any other says why there is no result. */
const OF_MAILS = new Set(["bounced", "mailbox_gone", "recipient_not_verified"]);

const ON_ITS_WAY = "The mail is on its way again.";

const TICK = 100;

/**
 * @param {Result} first
 * @param {object} may
 * @param {Results} may.results
 * @param {import("../api.js").Api} may.api
 * @param {() => void} may.retake Let the person choose another picture.
 */
export function resultCard(first, { results, api, retake }) {
  let result = first;
  const id = `result-${first.requestId}`;
  const name = el("h3", { id, tabindex: -1 });
  const clock = el("p", { class: "clock", "aria-hidden": "true" });
  const track = el("ol", { class: "stages", "aria-label": "How far it is" });
  const notices = el("div", { class: "notices" });
  const figures = el("div", { class: "figures" });
  const resent = el("p", { class: "small doing-told", role: "status" }); // how it goes on with the mail
  const words = el("div", { class: "words" });
  const doings = el("div", { class: "doings", hidden: true });
  const done = el("p", { class: "small doing-told", role: "status" });
  const kept = el("p", { class: "small" });
  const thumbnail = el("div", { class: "thumbnail" },
    first.preview ? el("img", { src: first.preview, alt: "", decoding: "async" }) : icon("page"));
  const element = el("article", { class: "result", "aria-labelledby": id },
    el("header", {}, thumbnail, el("div", { class: "about" }, name, clock),
      el("button", { class: "quiet close", click: () => results.hide(result.requestId), "aria-describedby": id }, icon("cross"), el("span", { class: "aside" }, "Close"))),
    track, figures, notices, resent, words, doings, done, kept);
  const confirm = confirmation(() => remove());
  element.append(confirm);

  const ticking = setInterval(tick, TICK);
  const spoken = new Set();
  /** @type {number | null} Seconds that it has taken by now, where that was seen. */
  let taken = null;
  /** @type {number | null | undefined} Seconds until it first ended: a mail that comes back takes its time along. */
  let took;
  let noticed = "";
  /** @type {string[]} */
  let noticesTold = [];
  let shownWords = false;

  function tick() {
    if (!element.isConnected && spoken.size > 0) return clearInterval(ticking);
    const { status, gone, interrupted, trouble } = result;
    if (gone || interrupted || (status && isSettled(status))) {
      clearInterval(ticking);
      if (status && took === undefined) took = elapsed(status) ?? taken;
      return setText(clock, took == null || gone || interrupted ? "" : `${status?.state === "SENT" ? "Done in" : "Ended after"} ${duration(took)}`);
    }
    if (took !== undefined) return; // the mail alone is sent again: how long a person waited to ask for it, is not told
    const uploaded = Date.parse(status?.times["uploaded"] ?? "");
    const here = (performance.now() - first.since) / 1000;
    const seconds = Number.isFinite(uploaded) && !first.preview ? Math.max(here, (Date.now() - uploaded) / 1000) : here;
    if (status || first.preview) taken = seconds;
    return setText(clock, trouble ? "" : duration(seconds));
  }

  /** @param {string} sentence */
  function say(sentence) {
    if (!spoken.has(sentence)) announce(`${fileName(result.name)}: ${sentence}`, id);
    spoken.add(sentence);
  }

  /** @param {Result} now */
  function update(now) {
    result = now;
    const { status, deleted, gone, interrupted } = now;
    setText(name, now.name ? fileName(now.name) : "Your picture");
    tick();
    if (deleted) return showDeleted();
    track.hidden = gone || interrupted;
    if (!gone && !interrupted) showStages();
    const count = status?.result;
    figures.hidden = gone || interrupted || (status !== null && isSettled(status) && !count);
    if (count && !shownWords) {
      shownWords = true;
      showFigures();
      if (count.total_words > 0) void showWords(count);
      showDoings();
      say(count.total_words ? `${plural(count.total_words, "word")}, ${number(count.unique_words)} different.` : "There are no words in this picture.");
    } else if (!figures.hasChildNodes()) {
      figures.append(figure("–", "words"), figure("–", "different words"), figure("–", "sure of each word"));
      figures.classList.add("to-come");
      figures.setAttribute("aria-hidden", "true"); // they only keep the place
    }
    showNotices();
    if (status && isSettled(status) && resent.textContent === ON_ITS_WAY) setText(resent, "");
    if (status && isSettled(status) && !count) showDoings();
    setText(kept, status?.kept_until ? `The picture itself is deleted. Text and counts are kept until ${readable(status.kept_until)}, so that the same picture is answered at once; your address, the file’s name and this link until ${readable(status.expires_at)}.` : "");
  }

  /** @param {import("../api.js").WordCount} count */
  async function showWords(count) {
    try {
      const { wordsView } = await import("./words.js");
      words.append(wordsView(count, () => api.file(first.requestId, first.token, "text.txt"), id));
    } catch {
      words.append(notice("bad", { what: "A part of this page could not be loaded.", remedy: "Reload the page to see the words." },
        el("button", { class: "secondary", click: () => location.reload() }, "Reload")));
    }
  }

  function showStages() {
    const { status } = result;
    const all = status ? stages(status) : [];
    const key = JSON.stringify(all);
    if (track.dataset["shown"] === key) return;
    track.dataset["shown"] = key;
    const shown = all.length > 0 ? all : ["Uploaded", "Read", "Counted", "Mailed"].map((each) => ({ name: each, state: "later" }));
    track.replaceChildren(...shown.map(({ name: stage, state }) => el("li", { class: state, "aria-current": state === "now" ? "step" : null },
      el("span", { class: "dot" }, state === "done" ? icon("check") : state === "skipped" ? icon("skip") : state === "failed" ? icon("cross") : null),
      el("span", {}, stage), el("span", { class: "aside" }, SPOKEN[state] ?? ""))));
    const done = all.filter(({ state }) => state === "done").map(({ name: stage }) => `${stage.toLowerCase()}.`);
    const over = status && isSettled(status) && spoken.size === 0; // before it was seen here: no news, now or later
    for (const sentence of done) over ? spoken.add(sentence) : say(sentence);
  }

  function showFigures() {
    const { result: count } = /** @type {import("../api.js").Status} */ (result.status);
    if (!count) return;
    figures.classList.remove("to-come");
    figures.removeAttribute("aria-hidden");
    figures.replaceChildren(
      figure(number(count.total_words), count.total_words === 1 ? "word" : "words"),
      figure(number(count.unique_words), count.unique_words === 1 ? "different word" : "different words"),
      figure(count.mean_confidence === null ? "–" : percent(count.mean_confidence), "sure of each word"),
    );
  }

  function showNotices() {
    const { status, trouble, gone, interrupted } = result;
    /** @type {Parameters<typeof notice>[]} */
    const all = [];
    const again = el("button", { class: "secondary", click: retake }, "Choose the picture again");
    if (interrupted) all.push(["bad", { what: "This picture did not arrive.", remedy: "The page was left while it was on its way." }, again]);
    else if (trouble && gone) all.push(["bad", trouble, again]);
    else if (trouble) all.push(["bad", { what: trouble.what, remedy: "We ask again by ourselves; the result also comes by mail." }, el("button", { class: "secondary", click: () => results.lookAgain() }, "Ask again now")]);
    if (status && !gone && !interrupted) all.push(...ofStatus(status, again));
    const key = JSON.stringify(all.map(([tone, told]) => [tone, told]));
    if (key === noticed) return;
    noticed = key;
    refill(notices, all.map((each) => notice(...each)), name);
    const sentences = all.map(([, { what, remedy }]) => `${what} ${remedy}`);
    for (const sentence of noticesTold) if (!sentences.includes(sentence)) spoken.delete(sentence); // said again if it comes again
    noticesTold = sentences;
    sentences.forEach(say);
  }

  /**
   * @param {import("../api.js").Status} status
   * @param {HTMLButtonElement} again
   * @returns {Parameters<typeof notice>[]}
   */
  function ofStatus(status, again) {
    /** @type {Parameters<typeof notice>[]} */
    const all = [];
    const { state, result: count } = status;
    if (status.cached) all.push(["good", { what: "Seen before, no need to read it again.", remedy: "We knew this very picture." }]);
    else if (status.joined && !count && !isSettled(status)) all.push(["plain", { what: "This very picture is being read already.", remedy: "You get the same result." }]);
    const mailAgain = el("button", { class: "secondary", click: resend }, "Mail it again");
    const unmailed = state === "UNDELIVERABLE";
    const failed = state === "FAILED" || (unmailed && !count && status.reason !== null && !OF_MAILS.has(status.reason));
    if (failed) all.push(["bad", tellFailure(status.message), again]);
    if (failed && unmailed) all.push(["bad", { what: "The mail about it could not be delivered.", remedy: "Have it sent again once your address can be reached." }, mailAgain]);
    else if (unmailed) {
      const { what, remedy } = status.reason ? tellFailure(status.message) : { what: "The mail could not be delivered.", remedy: "" };
      const besides = count ? "Your words are here all the same." : "Have it sent again once your address can be reached.";
      all.push(["bad", { what, remedy: `${remedy} ${besides}`.trim() }, ...(status.reason === "mailbox_gone" ? [again, mailAgain] : [mailAgain])]);
    }
    if (status.late && !isSettled(status)) all.push(["plain", { what: "This takes longer than it should.", remedy: "You need not wait: the result comes here and by mail. You can also send the picture again in a few minutes." }]);
    if (state === "SENT" && !count) all.push(["plain", { what: "The words are not kept here any more.", remedy: "The mail that we sent has them all. For a new count, choose the picture again." }, again]);
    if (count?.total_words === 0) all.push(["plain", { what: "There are no words in this picture.", remedy: "If it shows text, take it again: sharp, straight, evenly lit, and filled by the text." }, el("button", { class: "secondary", click: retake }, "Retake this one")]);
    else if (status.low_confidence) all.push(["bad", { what: "This picture was hard to read, so some words will be wrong.", remedy: "A photo that is sharp, straight and evenly lit does better. Retake this one?" }, el("button", { class: "secondary", click: retake }, "Retake this one")]);
    return all;
  }

  function showDoings() {
    if (!doings.hidden) return;
    doings.hidden = false;
    const link = `${location.origin}${location.pathname}${toRequest(first.requestId, first.token)}`;
    const has = Boolean(result.status?.result);
    if (has) {
      doings.append(el("div", { class: "actions", role: "group", "aria-label": "Download" }, el("span", { class: "small" }, "Download"),
        ...DOWNLOADS.map(([file, label, use]) => el("button", { class: "secondary", click: () => download(file), title: use }, label))));
    }
    doings.append(el("div", { class: "actions" },
      has && el("button", { class: "quiet", click: () => copy(link) }, "Copy the link"),
      el("button", { class: "quiet danger", click: () => confirm.showModal() }, "Delete")));
  }

  /** @param {(typeof DOWNLOADS)[number][0]} file */
  async function download(file) {
    try {
      const url = URL.createObjectURL(await api.file(first.requestId, first.token, file));
      el("a", { href: url, download: `${result.name.replace(/\.[^.]*$/, "") || "picture"}.${file}` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch (error) {
      told(error);
    }
  }

  async function resend() {
    setText(resent, "");
    try {
      await results.resend(result);
      setText(resent, ON_ITS_WAY);
    } catch (error) {
      told(error, resent, tellUnmailed);
    }
  }

  /** @param {string} link */
  async function copy(link) {
    try {
      await navigator.clipboard.writeText(link);
      setText(done, "The link is copied. Whoever has it can see this result.");
    } catch {
      setText(done, `Your browser does not let us copy. This is the link: ${link}`);
    }
  }

  async function remove() {
    setText(done, "");
    try {
      await results.remove(result);
      name.focus();
    } catch (error) {
      told(error);
    }
  }

  /**
   * @param {unknown} error
   * @param {HTMLElement} place
   * @param {(error: unknown) => import("../intake.js").Told} words
   */
  function told(error, place = done, words = tell) {
    const { what, remedy } = words(error);
    setText(place, `${what} ${remedy}`);
  }

  function showDeleted() {
    const { deleted } = result;
    if (!deleted || element.classList.contains("deleted")) return;
    element.classList.add("deleted");
    clearInterval(ticking);
    setText(clock, "Deleted");
    for (const part of [track, figures, notices, resent, words, doings, done, kept]) part.remove();
    element.append(el("div", { class: "after" },
      el("p", {}, el("strong", {}, "Deleted: "), deleted.deleted.map((each) => DELETED[each] ?? each).join(", "), "."),
      deleted.kept.length > 0 && el("p", {}, el("strong", {}, "What remains: ")),
      deleted.kept.length > 0 && el("ul", {}, ...deleted.kept.map(({ what, why, until }) => el("li", {}, `${KEPT[what] ?? what}, until ${readable(until)}. ${why}`)))));
    announce(`${fileName(result.name)}: deleted.`, id);
  }

  update(first);
  return { element, update };
}

/** @type {Readonly<Record<string, string>>} */
const SPOKEN = { done: ": done", skipped: ": not needed, seen before", now: ": under way", later: ": to come", failed: ": not done" };

/** @type {Readonly<Record<string, string>>} */
const DELETED = { email: "your address", filename: "the file’s name", request: "the link to this result" };

/** @type {Readonly<Record<string, string>>} */
const KEPT = { result: "The text and the word count" };

/**
 * @param {string} value
 * @param {string} label
 */
function figure(value, label) {
  return el("p", { class: "figure" }, el("strong", {}, value), " ", el("span", {}, label));
}

/** @param {string} until */
function readable(until) {
  const date = new Date(until);
  return Number.isNaN(date.getTime()) ? until : day(date);
}

/** @param {() => void} go */
function confirmation(go) {
  const dialog = el("dialog", { "aria-label": "Delete this result?" });
  dialog.append(
    el("p", {}, el("strong", {}, "Delete this result?"), " The request with your address and the file’s name is deleted at once. The mail that you have stays yours."),
    el("p", { class: "actions" },
      el("button", { class: "primary danger", click: () => (dialog.close(), go()) }, "Delete it"),
      el("button", { class: "secondary", autofocus: true, click: () => dialog.close() }, "Keep it")),
  );
  return dialog;
}
