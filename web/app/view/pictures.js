/**
 * Step 2: the pictures.
 *
 * @typedef {import("../outbox.js").Picture} Picture
 */

import { announce } from "../announcer.js";
import { byId, el, icon, notice, refill, setText } from "../dom.js";
import { fileName, size } from "../format.js";

/** What nobody needs before there is a picture: fetched with the first, so that it is there in time. */
const fetchAhead = () => Promise.all([import("../convert.js"), import("./results.js"), import("./words.js")]);

/**
 * @param {import("../outbox.js").Outbox} outbox
 * @param {import("../proof.js").Proof} proof
 */
export function picturesView(outbox, proof) {
  const list = byId("pictures", HTMLElement);
  const send = byId("send", HTMLButtonElement);
  const sendRow = byId("send-row", HTMLElement);
  const why = byId("send-why", HTMLElement);
  const heading = byId("heading-pictures", HTMLElement);
  const together = el("div", { class: "notices" });
  let toldTogether = "";
  /** @type {Map<number, ReturnType<typeof pictureRow>>} */
  const rows = new Map();

  list.before(together);
  takeIn(outbox);

  send.addEventListener("click", () => {
    outbox.sendAll();
    if (proof.state.value.step === "none") byId("email", HTMLInputElement).focus();
    else heading.focus();
  });

  /** @param {readonly Picture[]} pictures */
  function update(pictures) {
    const shared = stoppedAlike(pictures);
    tellTogether(shared);
    for (const picture of pictures) {
      let row = rows.get(picture.id);
      if (!row) {
        row = pictureRow(picture, outbox, proof);
        rows.set(picture.id, row);
        list.append(row.element);
      }
      row.update(picture, shared.some((alike) => alike.includes(picture)));
    }
    const ids = new Set(pictures.map(({ id }) => id));
    for (const [id, { element }] of rows) {
      if (ids.has(id)) continue;
      if (element.contains(document.activeElement)) heading.focus();
      element.remove();
      rows.delete(id);
    }
    const ready = pictures.filter(({ state }) => state === "ready").length;
    sendRow.hidden = ready === 0;
    setText(send, ready === 1 ? "Count the words" : `Count the words in ${ready} pictures`);
  }

  /** @param {Picture[][]} shared */
  function tellTogether(shared) {
    const key = JSON.stringify(shared.map((alike) => alike.map(({ id, told }) => [id, told])));
    if (key === toldTogether) return;
    toldTogether = key;
    refill(together, shared.map((alike) => notice("bad", alike[0]?.told ?? { what: "", remedy: "" },
      el("button", { class: "secondary", click: () => alike.forEach(({ id }) => outbox.retry(id)) }, "Try all again"))), heading);
  }

  outbox.pictures.subscribe(update);
  proof.state.subscribe(({ step }) => {
    setText(why, step === "proven" ? "" : step === "waiting" ? "They go as soon as your address is proven." : "Your address first, in step 1; your pictures wait here.");
    update(outbox.pictures.value);
  });
}

/**
 * Those that stopped for the very same reason, where they are more than one: it is told once for all of them.
 *
 * @param {readonly Picture[]} pictures
 */
function stoppedAlike(pictures) {
  /** @type {Map<string, Picture[]>} */
  const by = new Map();
  for (const picture of pictures) {
    const reason = JSON.stringify(picture.told);
    if (picture.state === "stopped") by.set(reason, [...(by.get(reason) ?? []), picture]);
  }
  return [...by.values()].filter((alike) => alike.length > 1);
}

/**
 * Every way in: drop anywhere on the page, paste, choose, photograph.
 *
 * @param {import("../outbox.js").Outbox} outbox
 */
function takeIn(outbox) {
  /** @param {readonly File[]} files */
  const add = (files) => {
    if (files.length > 0) void fetchAhead().catch(() => {}); // then it is fetched when it is needed
    outbox.add(files);
  };
  for (const [button, input] of [["choose", "files"], ["photograph", "camera"]]) {
    const field = byId(input ?? "", HTMLInputElement);
    byId(button ?? "", HTMLButtonElement).addEventListener("click", () => field.click());
    field.addEventListener("change", () => {
      add([...(field.files ?? [])]);
      field.value = ""; // the same file can be chosen again
    });
  }
  const drop = byId("drop", HTMLElement);
  let inside = 0;
  addEventListener("dragenter", () => drop.classList.toggle("over", (inside += 1) > 0));
  addEventListener("dragleave", () => drop.classList.toggle("over", (inside -= 1) > 0));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault(); // the browser would leave the page and show the file
    inside = 0;
    drop.classList.remove("over");
    add([...(event.dataTransfer?.files ?? [])]);
  });
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) event.preventDefault();
    add(files.map((file) => (file.name === "image.png" ? new File([file], "pasted.png", { type: file.type }) : file)));
  });
}

/**
 * @param {Picture} first
 * @param {import("../outbox.js").Outbox} outbox
 * @param {import("../proof.js").Proof} proof
 */
function pictureRow({ id, name }, outbox, proof) {
  const title = el("p", { class: "name", id: `picture-${id}` });
  const about = el("p", { class: "small" });
  const note = el("p", { class: "small note", hidden: true });
  const told = el("p", { class: "told", hidden: true });
  const bar = el("progress", { max: 100, value: 0, "aria-labelledby": `picture-${id}` });
  const meter = el("div", { class: "meter", hidden: true }, bar);
  const share = el("span", { class: "small share", "aria-hidden": "true" });
  meter.append(share);
  const cancel = el("button", { class: "quiet", click: () => outbox.cancel(id) }, "Cancel");
  const retry = el("button", { class: "secondary", click: () => outbox.retry(id) }, "Try again");
  const remove = el("button", { class: "quiet", click: () => outbox.remove(id) }, "Remove");
  for (const button of [cancel, retry, remove]) button.setAttribute("aria-describedby", `picture-${id}`);
  const thumbnail = el("div", { class: "thumbnail" }, icon("page"));
  const element = el("li", { class: "picture" }, thumbnail,
    el("div", { class: "about" }, title, about, note, told, meter),
    el("div", { class: "actions" }, cancel, retry, remove));
  const first = { preview: "", state: "", told: "" };

  /**
   * @param {Picture} picture
   * @param {boolean} shared Whether why it stopped is told for several at once.
   */
  function update(picture, shared) {
    const { state } = picture;
    if (picture.preview !== first.preview) {
      first.preview = picture.preview;
      thumbnail.replaceChildren(el("img", { src: picture.preview, alt: "", decoding: "async" }));
    }
    const shown = fileName(picture.name);
    setText(title, shown);
    setText(about, `${size(picture.bytes)}${shared ? " · stopped" : standing(picture, proof)}`);
    show(note, picture.note);
    show(told, picture.told && state !== "queued" && !shared ? `${picture.told.what} ${picture.told.remedy}` : "");
    element.className = `picture ${state}`;
    meter.hidden = state !== "sending";
    const percent = Math.floor(picture.share * 100);
    bar.value = percent;
    setText(share, `${percent} %`);
    const focused = document.activeElement;
    cancel.hidden = state !== "sending" && state !== "queued";
    retry.hidden = state !== "stopped";
    remove.hidden = state === "sending" || state === "queued";
    if (focused === cancel && cancel.hidden && !retry.hidden) retry.focus();
    if (focused === retry && retry.hidden && !cancel.hidden) cancel.focus();
    const words = picture.told?.what ?? "";
    if (state !== first.state || words !== first.told) {
      const sentence = shared ? `${shown}: stopped, too.` : spoken(picture, shown);
      if (sentence) announce(sentence, `picture-${id}`);
      Object.assign(first, { state, told: words });
    }
  }
  setText(title, fileName(name));
  return { element, update };
}

/**
 * @param {HTMLElement} element
 * @param {string} text Empty: hidden.
 */
function show(element, text) {
  setText(element, text);
  element.hidden = text === "";
}

/**
 * @param {Picture} picture
 * @param {import("../proof.js").Proof} proof
 */
function standing({ state }, proof) {
  if (state === "checking") return " · looking at it …";
  if (state === "queued") return proof.state.value.step === "proven" ? " · waits for its turn" : " · waits for your address";
  if (state === "sending") return " · on its way";
  return "";
}

/**
 * @param {Picture} picture
 * @param {string} name
 */
function spoken({ state, told, note, bytes }, name) {
  if (state === "ready") return `${name} is ready, ${size(bytes)}. ${note}`.trim();
  if (state === "sending") return told ? `${name}: ${told.what} ${told.remedy}` : `Uploading ${name}.`;
  if (told && (state === "refused" || state === "stopped")) return `${name}: ${told.what} ${told.remedy}`;
  return "";
}

