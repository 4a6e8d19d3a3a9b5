// The login of examples/start, as it stands, in workerd: who gets a session, and on whose budget.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, it } from "node:test";

import { bundleWorker } from "../support/bundle.mjs";
import { newCanary } from "../support/canary.mjs";
import { send } from "../support/http.mjs";
import { limiter } from "../support/limiter.mjs";
import { newSecret } from "../support/tokens.mjs";
import { startWorkerd } from "../support/workerd.mjs";

const SOURCE = new URL("../../examples/start/src/", import.meta.url);
const CODE = "an access code of the test";
const ATTEMPTS = 4;

/** The Worker's own import of its login, found where it is. */
const login = {
  name: "login",
  setup(bundler) {
    const path = new URL("login.js", SOURCE).pathname;
    bundler.onResolve({ filter: /^\.\/login\.js$/ }, () => ({ path }));
  },
};

let modules;
before(async () => {
  const source = await readFile(new URL("worker.js", SOURCE), "utf8");
  modules = await bundleWorker(source, { plugins: [login] });
});

const workers = [];
after(() => Promise.all(workers.map((worker) => worker.stop())));

/** The Worker with these variables in place of those that `npm run deploy` uploads. */
async function deployed(vars = { ACCESS_CODE: CODE }) {
  const service = { service: "limiter" };
  const bindings = {
    OPENAI_API_KEY: newCanary(),
    SESSION_SECRET: newSecret(),
    SESSION_LIMIT: service,
    SUBJECT_LIMIT: service,
    BUDGET: { object: "BudgetLedger" },
    ...vars,
  };
  const services = { limiter: limiter(ATTEMPTS) };
  const worker = await startWorkerd({ modules, bindings, objects: ["BudgetLedger"] }, { services });
  workers.push(worker);
  const session = (code, { address = "192.0.2.1", ...headers } = {}, body) =>
    send(`${worker.url}/session`, {
      method: "POST",
      headers: { "cf-connecting-ip": address, ...headers },
      body: body ?? JSON.stringify({ code }),
    });
  return { url: worker.url, session };
}

/** Whose session it is. */
const subjectOf = (answer) => {
  assert.equal(answer.status, 200, answer.text());
  const [, claims] = answer.json().token.split(".");
  return JSON.parse(Buffer.from(claims, "base64url")).sub;
};

it("a deployed start gives a session for the access code alone", async () => {
  const { session, url } = await deployed();
  for (const [index, code] of ["", `${CODE}x`, [CODE], undefined].entries())
    assert.equal((await session(code, { address: `198.51.100.${index}` })).status, 401);
  for (const body of ["null", "5", "{"])
    assert.equal((await session(CODE, { address: `203.0.113.${body}` }, body)).status, 401);
  assert.equal(subjectOf(await session(CODE)), "address:192.0.2.1");
  assert.equal((await send(`${url}/v1/chat/completions`, { method: "POST" })).status, 401);
});

it("LOGIN=none opens this machine and no other address", async () => {
  const { session } = await deployed({ LOGIN: "none", ACCESS_CODE: CODE });
  assert.equal((await session("", { host: "app.example.com" })).status, 401);
  assert.equal((await session("", { host: "localhost.example.com" })).status, 401);
  assert.equal(subjectOf(await session("", { host: "localhost:8787" })), "local");
});

it("without a usable access code there is no session, and the log says why", async () => {
  for (const vars of [{}, { ACCESS_CODE: "too short" }, { LOGIN: "none" }]) {
    const { session } = await deployed(vars);
    assert.equal((await session("too short", { host: "app.example.com" })).status, 503);
  }
  await workers.at(-1).until((said) => said.includes("ACCESS_CODE is missing or shorter"));
});

it("all addresses of one IPv6 network have one budget and one count of attempts", async () => {
  const { session } = await deployed();
  for (const [address, subject] of [
    ["2001:db8:1:2:3:4:5:6", "address:2001:db8:1:2::/64"],
    ["2001:db8:1:2::ffff", "address:2001:db8:1:2::/64"],
    ["2001:db8:1:3::ffff", "address:2001:db8:1:3::/64"],
    ["2001:db8::1", "address:2001:db8:0:0::/64"],
    ["2001::3:4:5:6:7:8", "address:2001:0:3:4::/64"],
    ["::1", "address:0:0:0:0::/64"],
  ])
    assert.equal(subjectOf(await session(CODE, { address })), subject);
  for (let attempt = 2; attempt < ATTEMPTS; attempt += 1)
    assert.equal((await session("wrong", { address: `2001:db8:1:2::${attempt}` })).status, 401);
  assert.equal((await session(CODE, { address: "2001:db8:1:2::9" })).status, 429);
});

it("a body that is longer than a code needs, or has no length, is refused unread", async () => {
  const { session } = await deployed();
  const long = JSON.stringify({ code: CODE, more: "x".repeat(2000) });
  assert.equal((await session(CODE, {}, long)).status, 400);
  assert.equal((await session(CODE, {}, "")).status, 400);
  const pieces = (request) => request.end(JSON.stringify({ code: CODE }));
  assert.equal((await session(CODE, { "transfer-encoding": "chunked" }, pieces)).status, 400);
});
