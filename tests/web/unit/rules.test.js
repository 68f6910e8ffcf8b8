/** The rules that need no page. `node --test tests/web/unit/` */

import assert from "node:assert/strict";
import { test } from "node:test";

import { thin } from "../../../web/app/announcer.js";
import { Api, Problem, Unreachable } from "../../../web/app/api.js";
import { guess, isCommon } from "../../../web/app/common-words.js";
import { jpegName, scaleFor } from "../../../web/app/convert.js";
import { duration, fileName, percent, plural, size, when } from "../../../web/app/format.js";
import { MOST, put, read, without, withShown } from "../../../web/app/history.js";
import { decide, MAX_BYTES, MAX_SIDE } from "../../../web/app/intake.js";
import { hasMorePages, kindOf } from "../../../web/app/kinds.js";
import { parse, toRequest } from "../../../web/app/links.js";
import { Memory } from "../../../web/app/memory.js";
import { elapsed, interval, stages } from "../../../web/app/progress.js";
import { Proof, read as readProof } from "../../../web/app/proof.js";
import { passes, patiently, pause } from "../../../web/app/retry.js";
import { tell } from "../../../web/app/say.js";
import { matching, sorted, uncommon } from "../../../web/app/selection.js";
import { refusal, UploadError } from "../../../web/app/upload.js";

const ID = "0123456789abcdef0123456789abcdef";
const bytes = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

test("a request's link leads to it, and nothing else is taken for one", () => {
  assert.deepEqual(parse(toRequest(ID, "to-k_en")), { to: "request", requestId: ID, token: "to-k_en" });
  assert.deepEqual(parse("#confirm=a.b-c"), { to: "confirm", token: "a.b-c" });
  assert.deepEqual(parse("#not-me=x"), { to: "not-me", token: "x" });
  for (const end of [")", ".", ">", "%3E", "),", "%22", "”"]) {
    assert.deepEqual(parse(`${toRequest(ID, "to-k_en")}${end}`), { to: "request", requestId: ID, token: "to-k_en" }, end);
    assert.deepEqual(parse(`#confirm=a.b-${end}`), { to: "confirm", token: "a.b-" }, end);
  }
  for (const broken of ["#request=", `#request=${ID}`, "#request=../x.t", "#confirm=<b>", "#not-me=."]) {
    assert.deepEqual(parse(broken), { to: "nowhere" }, broken);
  }
  for (const other of ["", "#", "#else=1", "#email"]) assert.equal(parse(other), null, other);
});

test("a file is what its first bytes say", () => {
  const kinds = {
    "\x89PNG\r\n\x1a\n": "png",
    "\xff\xd8\xff\xe0": "jpeg",
    "II*\0": "tiff",
    "MM\0*": "tiff",
    GIF89a: "gif",
    "RIFF\x01\x02\n\x04WEBPVP8 ": "webp",
    "\0\0\0\x1cftypheic": "heic",
    "\0\0\0\x1cftypavif": "avif",
    "%PDF-1.7": "pdf",
    "<?xml version='1.0'?>\n<svg xmlns='x'>": "svg",
    "8BPS\0\x01": "other-picture",
  };
  for (const [start, kind] of Object.entries(kinds)) assert.equal(kindOf(bytes(start)), kind);
  assert.equal(kindOf(bytes(`BM${"\n".repeat(12)}(\0\0\0`)), "bmp");
  for (const other of ["", "hello", "\0\0\0\x1cftypisom", "BMW is a car maker"]) assert.equal(kindOf(bytes(other)), null);
});

test("a TIFF with a second directory has a second page", async () => {
  const tiff = (next) => new Blob([bytes(`II*\0\x08\0\0\0\0\0${next}`)]);
  assert.equal(await hasMorePages(tiff("\0\0\0\0")), false);
  assert.equal(await hasMorePages(tiff("\x20\0\0\0")), true);
  assert.equal(await hasMorePages(new Blob([bytes("II*\0")])), false);
});

test("what can be read is sent, what can be drawn is converted, and the rest is refused with words", () => {
  const facts = { kind: "jpeg", bytes: 1000, longestSide: 100, morePages: false };
  assert.deepEqual(decide(facts), { to: "send", contentType: "image/jpeg" });
  assert.deepEqual(decide({ ...facts, kind: "tiff", longestSide: null }), { to: "send", contentType: "image/tiff" });
  assert.equal(decide({ ...facts, bytes: MAX_BYTES }).to, "send");
  assert.equal(decide({ ...facts, bytes: MAX_BYTES + 1 }).to, "convert");
  assert.equal(decide({ ...facts, longestSide: MAX_SIDE + 1 }).to, "convert");
  for (const kind of ["webp", "avif", "bmp", "gif", "heic"]) {
    assert.equal(decide({ ...facts, kind }).to, "convert");
    assert.equal(decide({ ...facts, kind, longestSide: null }).to, "refuse");
  }
  const refused = [
    { bytes: 0 }, { kind: null }, { kind: "pdf" }, { kind: "svg" }, { longestSide: null },
    { kind: "tiff", morePages: true }, { kind: "tiff", bytes: MAX_BYTES + 1, longestSide: null },
  ];
  const told = refused.map((each) => decide({ ...facts, ...each }));
  for (const decision of told) assert.match(decision.told.what + decision.told.remedy, /\.$/);
  assert.equal(new Set(told.map((decision) => decision.told.what)).size, told.length);
});

test("what is drawn fits into what can be read", () => {
  assert.equal(scaleFor(3000, 4000), 1);
  assert.ok(20_000 * scaleFor(20_000, 100) <= MAX_SIDE);
  assert.ok(9000 * 9000 * scaleFor(9000, 9000) ** 2 <= 16_000_001);
  assert.equal(jpegName("page.heic"), "page.jpg");
  assert.equal(jpegName(".webp"), ".webp.jpg");
});

test("the stages are told from times and state; what was done before is skipped", () => {
  const status = { state: "WAITING", times: { uploaded: "2026-01-01T00:00:00Z" }, result: null };
  const states = (more) => stages({ ...status, ...more }).map(({ state }) => state).join(" ");
  assert.equal(states({ state: "OPEN", times: {} }), "now later later later");
  assert.equal(states({}), "done now later later");
  assert.equal(states({ times: { ...status.times, read: "x" } }), "done done now later");
  assert.equal(states({ state: "SENT", times: { ...status.times, read: "x", counted: "x", sent: "x" } }), "done done done done");
  assert.equal(states({ state: "SENT", times: { ...status.times, sent: "x" }, result: {} }), "done skipped skipped done");
  assert.equal(states({ state: "FAILED" }), "done failed later later");
  assert.equal(states({ state: "UNDELIVERABLE", times: { ...status.times, read: "x", counted: "x" }, result: {} }), "done done done failed");
});

test("the time it took is the service's own", () => {
  const times = { uploaded: "2026-01-01T00:00:00Z", read: "2026-01-01T00:00:02Z", sent: "2026-01-01T00:00:03.5Z" };
  assert.equal(elapsed({ times }), 3.5);
  assert.equal(elapsed({ times: { uploaded: times.uploaded } }), null);
  assert.equal(elapsed({ times: { ...times, read: "2025-01-01T00:00:00Z", sent: "2026-01-01T00:00:01Z" } }), 1);
  assert.ok(interval(0) < interval(60) && interval(60) < interval(600));
});

test("words sort by count or word, filter without accents and case, and lose the commonest", () => {
  const words = [{ word: "the", count: 9 }, { word: "été", count: 2 }, { word: "apple", count: 2 }, { word: "pear", count: 1 }];
  const order = (by, descending) => sorted(words, { by, descending }).map(({ word }) => word).join(" ");
  assert.equal(order("count", true), "the apple été pear");
  assert.equal(order("count", false), "pear apple été the");
  assert.equal(order("word", false), "apple été pear the");
  assert.equal(order("word", true), "the pear été apple");
  assert.deepEqual(matching(words, " ETE ").map(({ word }) => word), ["été"]);
  assert.equal(matching(words, "").length, 4);
  assert.deepEqual(uncommon(words, "en").map(({ word }) => word), ["été", "apple", "pear"]);
  assert.equal(uncommon(words, null), words);
});

test("the language is guessed from the commonest words, or not at all", () => {
  const texts = {
    en: "it was the best of times and the worst of times",
    de: "der mond ist aufgegangen die goldnen sternlein prangen am himmel hell und klar",
    fr: "la chair est triste hélas et j'ai lu tous les livres dans la nuit",
    it: "nel mezzo del cammin di nostra vita mi ritrovai per una selva oscura",
    es: "en un lugar de la mancha de cuyo nombre no quiero acordarme",
    pt: "as armas e os barões assinalados que da ocidental praia não se foram",
  };
  const counted = (text) => text.split(" ").map((word) => ({ word, count: 1 }));
  for (const [language, text] of Object.entries(texts)) assert.equal(guess(counted(text)), language);
  assert.equal(guess(counted("xyzzy plugh foo bar baz")), null);
  assert.equal(guess([]), null);
  assert.ok(isCommon("und", "de") && !isCommon("und", "en"));
});

test("history keeps what is whole, the newest first, and each once", () => {
  const entry = (requestId, at = 1) => ({ requestId, token: "t", name: "n", at, words: null });
  assert.deepEqual(read("nonsense"), []);
  assert.deepEqual(read([null, { requestId: 1 }, entry("a")]), [entry("a")]);
  assert.deepEqual(put([entry("a")], entry("b")).map(({ requestId }) => requestId), ["b", "a"]);
  assert.deepEqual(put([entry("b"), entry("a", 1)], { ...entry("a", 5), words: 3 })[1], { ...entry("a", 1), words: 3 });
  assert.equal(put(Array.from({ length: MOST }, (_, at) => entry(String(at))), entry("new")).length, MOST);
  assert.deepEqual(without([entry("a")], "a"), []);
  const result = (requestId, more) => ({ requestId, token: "t", name: "n", status: null, ...more });
  const shown = [result("a"), result("b", { status: { result: { total_words: 3 } } }), result("c", { gone: true }), result("d", { name: "" })];
  assert.deepEqual(withShown([entry("c")], shown, new Set(["a"]), 1), [{ ...entry("b"), words: 3 }]);
});

test("of what is to be said aloud, the latest about each is never left out, and nothing while little waits", () => {
  const of = (about, count) => Array.from({ length: count }, (_, at) => ({ sentence: `${about} ${at}`, about }));
  const few = [...of("a", 4), ...of("b", 4)];
  thin(few);
  assert.equal(few.length, 8);
  const many = [...of("a", 6), ...of("b", 6)];
  thin(many);
  assert.deepEqual(many.map(({ sentence }) => sentence), ["a 4", "a 5", ...of("b", 6).map(({ sentence }) => sentence)]);
  const different = Array.from({ length: 30 }, (_, at) => of(String(at), 2)).flat();
  thin(different);
  assert.deepEqual(different.map(({ sentence }) => sentence), Array.from({ length: 30 }, (_, at) => `${at} 1`));
});

test("a link that could not be tried is not lost, and one that is refused is told in the form", async () => {
  const memory = () => new Memory(() => { throw new Error("refused"); });
  const failing = (error) => new Proof({ confirm: async () => Promise.reject(error) }, memory());
  for (const error of [new Unreachable(), new Problem(503, "try_again", ""), new Problem(429, "throttled", "")]) {
    const proof = failing(error);
    await assert.rejects(proof.confirm("t"), error);
    assert.deepEqual(proof.state.value, { step: "none", email: "", told: null });
  }
  const refused = failing(new Problem(410, "link_expired", ""));
  await refused.confirm("t");
  assert.equal(refused.state.value.told.what, "This link has expired.");
});

test("memory works without storage, and whatever is in it", () => {
  const refused = new Memory(() => {
    throw new Error("refused");
  });
  refused.write("a", 1);
  assert.equal(refused.read("a"), 1);
  refused.forget("a");
  assert.equal(refused.read("a"), null);
  const broken = new Memory(() => ({ getItem: () => "{not json", setItem: () => { throw new Error("full"); }, removeItem: () => {} }));
  assert.equal(broken.read("a"), null);
  broken.write("a", [2]);
  assert.deepEqual(broken.read("a"), [2]);
  const full = new Memory(() => ({ getItem: () => "[1]", setItem: () => { throw new Error("full"); }, removeItem: () => {} }));
  assert.deepEqual(full.read("a"), [1]);
  full.write("a", [1, 2]);
  assert.deepEqual(full.read("a"), [1, 2]);
  assert.equal(readProof({ step: "proven", email: "a@b.c" }).step, "none");
  assert.equal(readProof({ step: "proven", email: "a@b.c", token: "t" }).step, "proven");
});

test("an answer about an address that was overtaken by another counts no more, nor a refusal of a token that was", async () => {
  const answers = [];
  const prove = () => new Promise((resolve) => answers.push(() => resolve({ proof_id: "p", proof_token: "t", expires_at: "2999-01-01T00:00:00Z", verification: "link" })));
  const proof = new Proof({ prove }, new Memory(() => { throw new Error("refused"); }));
  const started = [proof.start("first@b.c"), proof.start("second@b.c")];
  answers[1]();
  await started[1];
  answers[0]();
  await started[0];
  assert.deepEqual([proof.state.value.step, proof.state.value.email], ["waiting", "second@b.c"]);
  proof.forget();
  const newer = new Proof({}, new Memory(() => ({ getItem: () => '{"step":"proven","email":"a@b.c","token":"newer"}', setItem() {}, removeItem() {} })));
  newer.renew(new Problem(403, "address_not_proven", ""), "older");
  assert.equal(newer.state.value.step, "proven");
  newer.renew(new Problem(403, "address_not_proven", ""), "newer");
  assert.equal(newer.state.value.step, "none");
});

test("what passes by itself is waited for; a limit, a refusal and a lost network are not", async () => {
  const throttled = new Problem(429, "throttled", "");
  assert.ok(passes(throttled) && passes(new Problem(503, "try_again", "")));
  for (const error of [new Problem(429, "limit_reached", ""), new Problem(403, "x", ""), new Unreachable(), null]) assert.ok(!passes(error));
  assert.ok(pause(1, null, () => 0) >= 0.5 && pause(99, null) <= 20 && pause(1, 7, () => 0) === 7);
  let calls = 0;
  const slept = [];
  const sleep = async (seconds) => void slept.push(seconds);
  assert.equal(await patiently(async () => (++calls < 3 ? Promise.reject(throttled) : "done"), { sleep }), "done");
  assert.equal(slept.length, 2);
  await assert.rejects(patiently(async () => Promise.reject(throttled), { sleep, attempts: 2 }), throttled);
  const calledOff = new AbortController();
  const cancelled = new Error("cancelled");
  const refused = patiently(async () => Promise.reject(throttled), { signal: calledOff.signal, onWait: () => calledOff.abort(cancelled) });
  await assert.rejects(refused, cancelled);
});

test("every refusal of the API is told with its code, and the address never stands in a URL", async () => {
  const seen = [];
  const answering = (status, body, headers = {}) => new Api(async (url, init) => {
    seen.push([url, init]);
    return new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });
  });
  await answering(202, { proof_id: "p" }).prove("a@b.c");
  assert.ok(!seen[0][0].includes("@") && seen[0][1].body.includes("a@b.c"));
  await answering(200, {}).status(ID, "secret");
  assert.equal(seen[1][1].headers.authorization, "Bearer secret");
  const limit = answering(429, { code: "limit_reached", detail: "No more.", retry_at: "2026-01-02T00:00:00Z" }).open({}, "t");
  await assert.rejects(limit, { code: "limit_reached", retryAt: new Date("2026-01-02T00:00:00Z") });
  await assert.rejects(answering(429, { message: "Too Many Requests" }, { "retry-after": "3" }).open({}, "t"), { code: "throttled", retryAfter: 3 });
  await assert.rejects(answering(502, "<html>").open({}, "t"), { code: "unknown", status: 502 });
  await assert.rejects(answering(200, "<html>").status(ID, "t"), { code: "unknown" });
  await assert.rejects(new Api(async () => Promise.reject(new TypeError())).status(ID, "t"), Unreachable);
});

test("every trouble has its words and a way on", () => {
  const now = new Date("2026-01-01T12:00:00Z");
  const limit = tell(new Problem(429, "limit_reached", "", { retryAt: new Date("2026-01-02T00:00:00Z") }), now);
  assert.match(limit.remedy, /You can go on at \d\d:\d\d/);
  assert.match(tell(new Problem(429, "limit_reached", ""), now).remedy, /tomorrow/);
  assert.equal(tell(new Problem(400, "unheard_of", "A sentence of the service.")).what, "A sentence of the service.");
  assert.match(tell(new Problem(500, "internal", "Stack trace")).what, /our side/);
  assert.match(tell(new Error("bug")).what, /our side/);
  for (const why of ["cancelled", "interrupted", "expired", "refused"]) assert.ok(tell(new UploadError(why)).remedy);
  for (const code of ["address_not_proven", "link_expired", "no_such_request"]) assert.ok(tell(new Problem(400, code, "")).remedy);
  for (const code of ["address_not_proven", "recipient_not_verified"]) {
    assert.doesNotMatch(tell(new Problem(403, code, "")).remedy, /step 1/, "it is told in there");
  }
});

test("what the bucket answers is told apart", () => {
  assert.equal(refusal(204, ""), null);
  assert.equal(refusal(403, "<Message>Invalid according to Policy: Policy expired.</Message>"), "expired");
  assert.equal(refusal(403, "<Code>AccessDenied</Code>"), "refused");
  assert.equal(refusal(400, "<Code>EntityTooLarge</Code>"), "refused");
  assert.equal(refusal(503, ""), "interrupted");
});

test("numbers, sizes, times and names are shown as people read them", () => {
  assert.equal(size(1), "1 byte");
  assert.equal(size(446_742), "447 kB");
  assert.equal(size(10_485_760), "10.5 MB");
  assert.equal(plural(1, "word"), "1 word");
  assert.equal(plural(1200, "word"), "1,200 words");
  assert.equal(duration(2.04), "2.0 s");
  assert.equal(duration(75), "1 min 15 s");
  assert.equal(percent(99.99), "99.9 %");
  assert.equal(percent(100), "100.0 %");
  assert.match(when(new Date(2026, 0, 2, 9), new Date(2026, 0, 1)), /^09:00 on 2 January 2026$/);
  assert.equal(fileName("a\u202egpj.exe"), "a\ufffdgpj.exe");
  assert.equal(fileName("  "), "a picture without a name");
  assert.equal([...fileName(`${"x".repeat(200)}.jpeg`)].length, 60);
  assert.match(fileName(`${"x".repeat(200)}.jpeg`), /….*\.jpeg$/);
});
