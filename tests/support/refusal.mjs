// The shape that every refusal of the proxy has.

import assert from "node:assert/strict";

/** Checks it and gives the error inside. */
export function refused(answer, status, code, note = "") {
  assert.equal(answer.status, status, `${note} ${answer.text()}`);
  assert.equal(answer.headers["content-type"], "application/json", note);
  assert.equal(answer.headers["x-content-type-options"], "nosniff", note);
  assert.match(answer.headers["cache-control"], /no-store/, note);
  const { error } = answer.json();
  assert.deepEqual(Object.keys(error), ["message", "type", "code", "param"], note);
  assert.equal(error.code, code, note);
  // The official clients repeat 408, 409, 429 and 5xx unless they are told not to.
  const final =
    (status < 500 && status !== 429 && code !== "token_expired") ||
    code === "budget_exceeded" ||
    code === "misconfigured" ||
    code === "proxy_disabled";
  assert.equal(answer.headers["x-should-retry"], final ? "false" : undefined, note);
  return error;
}
