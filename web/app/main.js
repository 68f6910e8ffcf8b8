/** The page: its parts, made and introduced to each other. */

import { announce } from "./announcer.js";
import { Api } from "./api.js";
import { byId, el, notice, refill } from "./dom.js";
import { read, withShown, without } from "./history.js";
import { parse, toRequest } from "./links.js";
import { Memory } from "./memory.js";
import { Outbox } from "./outbox.js";
import { isSettled } from "./progress.js";
import { Proof, REMEMBERED } from "./proof.js";
import { Results } from "./results.js";
import { isFinal } from "./retry.js";
import { tell, tellUnstopped } from "./say.js";
import { Store } from "./store.js";
import { addressView } from "./view/address.js";
import { picturesView } from "./view/pictures.js";

const HISTORY = "ocr-wordcount.history";
const SHOWN = "ocr-wordcount.shown";

const api = new Api();
const browser = new Memory(() => localStorage);
const tab = new Memory(() => sessionStorage);
const proof = new Proof(api, browser);
const results = new Results(api);
/** @type {Store<readonly import("./history.js").Entry[]>} */
const entries = new Store(/** @type {readonly import("./history.js").Entry[]} */ (read(browser.read(HISTORY))));
/** @type {Set<string>} Requests that another tab has taken from the list, though they may be shown here. */
const forgotten = new Set();
let started = false;

/** @type {Map<string, {requestId: string, token: string, name: string, sent: boolean}>} */
const shown = new Map((tab.read(SHOWN) ?? []).map((/** @type {any} */ each) => [each.requestId, each]));

const outbox = new Outbox(api, proof, {
  onSending: ({ requestId, token, name }) => keepShown({ requestId, token, name, sent: false }),
  onCalledOff: forgetShown,
  onSent: (sent) => {
    keepShown({ requestId: sent.requestId, token: sent.token, name: sent.name, sent: true });
    results.show(sent);
    history.replaceState(null, "", toRequest(sent.requestId, sent.token));
  },
});

/** @param {{requestId: string, token: string, name: string, sent: boolean}} request */
function keepShown(request) {
  shown.set(request.requestId, request);
  tab.write(SHOWN, [...shown.values()]);
}

/** @param {string} requestId */
function forgetShown(requestId) {
  shown.delete(requestId);
  tab.write(SHOWN, [...shown.values()]);
}

/**
 * It may be shown here until the page is left, and not again.
 *
 * @param {string} requestId
 */
function forgottenElsewhere(requestId) {
  forgotten.add(requestId);
  forgetShown(requestId);
  const link = parse(location.hash);
  if (link?.to === "request" && link.requestId === requestId) history.replaceState(null, "", location.pathname);
}

/** @param {readonly import("./history.js").Entry[]} list */
function remember(list) {
  if (JSON.stringify(list) === JSON.stringify(entries.value)) return;
  browser.write(HISTORY, list);
  entries.set([...list]);
}

/** What is shown is remembered; what is shown no longer is not shown again after a reload. */
results.list.subscribe((list) => {
  remember(withShown(read(browser.read(HISTORY)), list, forgotten, Date.now()));
  for (const requestId of [...shown.keys()]) {
    const result = list.find((each) => each.requestId === requestId);
    if (!started || outbox.busy || (result && !result.deleted && !result.gone)) continue;
    forgetShown(requestId);
  }
  const link = parse(location.hash);
  if (started && link?.to === "request" && !list.some((each) => each.requestId === link.requestId && !each.deleted)) {
    history.replaceState(null, "", location.pathname);
  }
});

/** Follow the address that the page was opened with, or was sent to. */
async function follow() {
  const link = parse(location.hash);
  if (!link) return;
  if (link.to === "request") {
    forgotten.delete(link.requestId);
    results.show(link);
    byId("heading-result", HTMLElement).focus();
    return;
  }
  history.replaceState(null, "", location.pathname); // a token is no place to come back to
  if (link.to === "confirm") await confirm(link.token);
  else if (link.to === "not-me") notMe(link.token);
  else top(notice("bad", { what: "This link is not whole.", remedy: "Open it from its mail once more, or copy all of it." }));
}

/** @param {string} token The page's address has it no longer. */
async function confirm(token) {
  try {
    await proof.confirm(token);
    refill(byId("top-notice", HTMLElement), [], byId("heading-address", HTMLElement));
  } catch (error) {
    const again = el("button", { class: "secondary", click: () => confirm(token) }, "Try again");
    top(notice("bad", tell(error), ...(isFinal(error) ? [] : [again])));
  }
}

/** @param {string} token */
function notMe(token) {
  const stop = el("button", { class: "primary" }, "Stop these mails");
  stop.addEventListener("click", async () => {
    try {
      await api.stop(token);
      top(notice("good", { what: "Done.", remedy: "For 30 days nobody can have such a mail sent to you, and nobody can use your address here." }));
    } catch (error) {
      top(notice("bad", tellUnstopped(error), ...(isFinal(error) ? [] : [stop])));
    }
  });
  top(notice("plain", { what: "A mail of ours reached you, and it was not you who asked for it?", remedy: "We are sorry. You can stop them here." }, stop));
}

/** @param {HTMLElement} element */
function top(element) {
  element.tabIndex = -1;
  refill(byId("top-notice", HTMLElement), [element], element);
  element.scrollIntoView({ block: "nearest" }); // a link can be followed from further down
}

function connection() {
  const offline = byId("offline", HTMLElement);
  const told = offline.hidden === navigator.onLine;
  offline.hidden = navigator.onLine;
  if (!navigator.onLine || told) return;
  announce("You are back online.");
  outbox.online();
  results.lookAgain();
}

function erase() {
  browser.forget(HISTORY);
  tab.forget(SHOWN);
  shown.clear();
  for (const { requestId, status, gone } of results.list.value) if (gone || (status && isSettled(status))) results.hide(requestId);
  remember([]);
}

/**
 * What a first visit needs not is fetched when there is something to show, once.
 *
 * @param {() => Promise<void>} load
 */
function whenNeeded(load) {
  /** @type {Promise<void> | undefined} */
  let loading;
  return () => (loading ??= load().catch(() => {
    loading = undefined;
    top(notice("bad", { what: "A part of this page could not be loaded.", remedy: "Reload the page to see your results." },
      el("button", { class: "secondary", click: () => location.reload() }, "Reload")));
  }));
}

const showResults = whenNeeded(async () => (await import("./view/results.js")).resultsView(results, api));
const showHistory = whenNeeded(async () => (await import("./view/history.js")).historyView(entries, results, {
  forget: (requestId) => remember(without(entries.value, requestId)),
  erase,
}));

addressView(proof);
picturesView(outbox, proof);
results.list.subscribe((list) => list.length > 0 && void showResults());
entries.subscribe((list) => list.length > 0 && void showHistory());
// Who comes back sees all at once, and nothing moves.
if (shown.size > 0 || parse(location.hash)?.to === "request") await showResults();
if (entries.value.length > 0) await showHistory();
addEventListener("hashchange", () => {
  refill(byId("top-notice", HTMLElement), [], byId("heading-result", HTMLElement)); // it was about another link
  void follow();
});
addEventListener("online", connection);
addEventListener("offline", connection);
addEventListener("storage", ({ key }) => {
  if (key === REMEMBERED || key === null) proof.lookAgain();
  if (key === HISTORY || key === null) {
    const there = read(browser.read(HISTORY));
    for (const { requestId } of entries.value) if (!there.some((each) => each.requestId === requestId)) forgottenElsewhere(requestId);
    entries.set(there);
  }
});
addEventListener("beforeunload", (event) => outbox.busy && event.preventDefault());
for (const request of shown.values()) results.show(request);
started = true;
proof.resume();
connection();
void follow();
document.documentElement.classList.toggle("touch", navigator.maxTouchPoints > 0);
document.documentElement.classList.add("ready");
