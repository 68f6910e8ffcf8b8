/** Requests are watched until nothing more is to come, by a clock that the tests set. `node --test tests/web/unit/` */

import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";

import { Problem } from "../../../web/app/api.js";
import { Results } from "../../../web/app/results.js";

const REQUEST = { requestId: "0123456789abcdef0123456789abcdef", token: "t" };

/** Time stands still but when it is told to pass. */
function setClock() {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  mock.method(performance, "now", () => Date.now());
  const pass = async (seconds) => {
    mock.timers.tick(seconds * 1000);
    await new Promise(setImmediate); // until all that waits for it has gone on
  };
  return { pass };
}

/** Watches a request whose state is told by turns, and by the last of them for good; an error is thrown. */
async function watched(...told) {
  const clock = setClock();
  const asked = [];
  const status = async () => {
    asked.push(Date.now() / 1000);
    const now = told[Math.min(asked.length, told.length) - 1];
    if (now instanceof Error) throw now;
    return { state: now, filename: "a.jpg", times: {}, result: null };
  };
  const results = new Results({ status, remove: async () => ({ deleted: [], kept: [] }) });
  results.show(REQUEST);
  await clock.pass(0);
  return { clock, asked, results, shown: () => results.list.value[0] };
}

afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

for (const settled of ["SENT", "FAILED"]) {
  test(`after a mail is sent it is looked four times, ever later, whether it came back: ${settled}`, async () => {
    const { clock, asked, shown } = await watched(settled);
    for (const seconds of [2.9, 0.1, 7, 50, 540, 10_000]) await clock.pass(seconds);
    assert.deepEqual(asked, [0, 3, 10, 60, 600]);
    assert.equal(shown().status.state, settled);
  });
}

test("a mail that came back is told, and looked for no more", async () => {
  const { clock, asked, shown } = await watched("SENT", "SENT", "UNDELIVERABLE");
  await clock.pass(3);
  assert.equal(shown().status.state, "SENT");
  await clock.pass(7);
  assert.equal(shown().status.state, "UNDELIVERABLE");
  await clock.pass(10_000);
  assert.equal(asked.length, 3);
});

test("what is undeliverable already is not looked after", async () => {
  const { clock, asked } = await watched("UNDELIVERABLE");
  await clock.pass(10_000);
  assert.equal(asked.length, 1);
});

for (const goes of ["hidden", "deleted"]) {
  test(`nobody looks after what was ${goes}`, async () => {
    const { clock, asked, results, shown } = await watched("SENT", "SENT", "UNDELIVERABLE");
    await clock.pass(3);
    if (goes === "hidden") results.hide(REQUEST.requestId);
    else await results.remove(shown());
    await clock.pass(10_000);
    assert.equal(asked.length, 2);
  });
}

test("that it could not be looked whether a mail came back is no trouble, and the next look is", async () => {
  const { clock, shown } = await watched("SENT", new Problem(503, "try_again", ""), "UNDELIVERABLE");
  await clock.pass(3);
  assert.equal(shown().trouble, null);
  assert.equal(shown().status.state, "SENT");
  await clock.pass(7);
  assert.equal(shown().status.state, "UNDELIVERABLE");
});
