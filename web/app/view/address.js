/** Step 1: the address. */

import { announce } from "../announcer.js";
import { byId, el, icon, setText } from "../dom.js";

const FROM = {
  link: "It is from us.",
  ses: "It is from Amazon Web Services, who send our mail, or from us.",
};

/** @param {import("../proof.js").Proof} proof */
export function addressView(proof) {
  const step = byId("step-address", HTMLElement);
  const form = byId("address-form", HTMLFormElement);
  const field = byId("email", HTMLInputElement);
  const send = byId("address-send", HTMLButtonElement);
  const told = byId("address-told", HTMLElement);
  const waiting = byId("address-waiting", HTMLElement);
  const proven = byId("address-proven", HTMLElement);
  const heading = byId("heading-address", HTMLElement);
  let before = "";

  const other = () => {
    proof.forget();
    field.value = "";
    field.focus();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const email = field.value.trim();
    const wrong = email === "" ? "Enter your address." : field.validity.valid ? "" : "This is not an address yet; check it for typing errors.";
    complain(wrong);
    if (wrong) field.focus();
    else start(email);
  });
  field.addEventListener("input", () => complain(""));

  /**
   * Pressed twice, it is asked once.
   *
   * @param {string} email
   */
  function start(email) {
    if (proof.state.value.step !== "asking") void proof.start(email);
  }

  /** @param {string} sentence */
  function complain(sentence) {
    setText(told, sentence);
    if (sentence) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  proof.state.subscribe((state) => {
    const hadFocus = step.contains(document.activeElement);
    const { step: now } = state;
    step.classList.toggle("done", now === "proven");
    const again = now === "asking" && !waiting.hidden; // what was pressed stays where it is
    form.hidden = again || now === "waiting" || now === "proven";
    waiting.hidden = !again && now !== "waiting";
    proven.hidden = now !== "proven";
    send.setAttribute("aria-disabled", String(now === "asking"));
    setText(send, now === "asking" ? "One moment …" : "Send me a link");
    if (now === "none") {
      if (state.email && !field.value) field.value = state.email; // never over what was typed meanwhile
      complain(state.told ? `${state.told.what} ${state.told.remedy}` : "");
      if (hadFocus && before !== "" && before !== "none") field.focus();
    }
    if (now === "waiting") {
      waiting.replaceChildren(...waitingFor(state, { again: () => start(state.email), other }));
      announce(`Now look into your inbox: we have sent a mail to ${state.email}.`);
      if (hadFocus) heading.focus();
    }
    if (now === "proven") {
      proven.replaceChildren(
        el("p", { class: "proven" }, icon("check"), el("span", {}, el("strong", {}, state.email), " is yours.")),
        el("button", { class: "quiet", click: other }, "Use another address"),
      );
      if (before !== "" && before !== "proven") announce(`Your address is proven: ${state.email}.`);
      if (hadFocus) heading.focus();
    }
    before = now;
  });
}

/**
 * @param {import("../proof.js").Waiting} state
 * @param {{again: () => void, other: () => void}} press
 */
function waitingFor({ email, verification, again: sentAgain }, press) {
  return [
    el("p", { class: "waiting" }, el("span", { class: "pulse", "aria-hidden": "true" }),
      el("span", {}, el("strong", {}, "Now look into your inbox."), " Press the link in the mail to ", el("strong", {}, email),
        ". This page notices by itself.")),
    el("p", { class: "small" }, `${FROM[verification] ?? FROM.link} Open the link in this browser. No mail after two minutes? Check the address, look into your spam folder`,
      sentAgain ? "; we send only a few mails to an address each day, and none to one that has refused them." : ", or have it sent again."),
    el("p", { class: "actions" }, el("button", { class: "secondary", click: press.again }, "Send it again"),
      el("button", { class: "quiet", click: press.other }, "Use another address")),
  ];
}
