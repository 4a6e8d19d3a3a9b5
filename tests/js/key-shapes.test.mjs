// What the page's client refuses as a key: tests/fixtures/key-shapes.json, which the Rust client is held to as
// well (tests/native/key_shapes.rs), and every shape that the scanner knows.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";

import { generator, shapedKeys } from "../support/keys.mjs";
import { failure, keyless } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";

const { default: OpenAI } = await keyless();
const { SHAPES, HOSTS } = await import(
  pathToFileURL(join(setting("OPENAI_WASM_PKG"), "scan/provider-table.js")).href
);
const fixture = JSON.parse(
  await readFile(new URL("../fixtures/key-shapes.json", import.meta.url), "utf8"),
);

/** A client of which nothing is sent, and the option at fault of a call, or null for one that would be sent. */
const client = (options) =>
  new OpenAI({
    proxyUrl: "/v1",
    maxRetries: 0,
    fetch: async () => Response.json({ data: [] }),
    ...options,
  });
const refused = async (call) => {
  try {
    await call();
    return null;
  } catch (error) {
    assert.equal(error.code, "key_not_accepted", inspect(error));
    assert.ok(!`${error.message}${error.stack}`.includes("CANARY"), error.stack);
    return error.option;
  }
};
const tokenRefused = async (token) => {
  const fixed = await refused(() => client({ token }).models.list());
  const asked = await failure(async () => {
    await client({ token: () => token }).models.list();
    throw new Error("sent");
  });
  assert.equal(
    /looks like a model provider's key/.test(asked.message),
    fixed !== null,
    asked.message,
  );
  return fixed;
};
const headerRefused = async (name, value) => {
  const error = await failure(async () => {
    await client({ defaultHeaders: { [name]: value } }).models.list();
    throw new Error("sent");
  });
  if (error.message === "sent") return false;
  assert.match(error.message, /carries (?:credentials|a model provider's key)/);
  return true;
};

test("what is shaped like a key is neither a token nor a header's value", async () => {
  for (const [list, key] of [
    [fixture.texts.key, true],
    [fixture.texts.none, false],
  ]) {
    for (const text of list.filter((one) => /^[\x21-\x7e]+$/.test(one))) {
      assert.equal(await tokenRefused(text), key ? "token" : null, text);
      assert.equal(await headerRefused("x-trace", text), key, text);
    }
  }
});

test("a header that is named like a credential is refused by its ending", async () => {
  for (const name of fixture.headers.key) assert.equal(await headerRefused(name, "1"), true, name);
  for (const name of fixture.headers.none)
    assert.equal(await headerRefused(name, "1"), false, name);
});

test("a key in a query, a path, a body or a form is refused by the name of its member", async () => {
  for (const [name, value, option] of fixture.queries) {
    assert.equal(
      await refused(() => client().get("/any", { query: { [name]: value } })),
      option,
      `${name}=${value}`,
    );
  }
  for (const [path, option] of fixture.paths)
    assert.equal(await refused(() => client().get(path)), option, path);
  // Rust's methods take any JSON, these an object.
  for (const [body, option] of fixture.bodies.filter(
    ([one]) => typeof one === "object" && !Array.isArray(one),
  )) {
    assert.equal(
      await refused(() => client().post("/any", { body })),
      option,
      JSON.stringify(body),
    );
  }
  for (const [name, text, key] of fixture.forms) {
    for (const body of [
      new URLSearchParams([[name, text]]),
      Object.entries({ [name]: text }).reduce(
        (form, field) => (form.append(...field), form),
        new FormData(),
      ),
    ]) {
      assert.equal(
        (await refused(() => client().post("/any", { body }))) !== null,
        key,
        `${name}=${text}`,
      );
    }
  }
});

test("a provider's host is no proxy's", async () => {
  const answer = async (host) => {
    const error = await failure(async () => {
      await client({ proxyUrl: `https://${host}/v1` }).models.list();
      throw new Error("sent");
    });
    return error.message;
  };
  for (const host of fixture.hosts.key)
    assert.match(await answer(host), /not a model provider's host/, host);
  for (const host of fixture.hosts.none) assert.equal(await answer(host), "sent", host);
  for (const [, host] of HOSTS) {
    assert.match(
      await answer(`eu${host.startsWith("-") ? "" : "."}${host.replace("*", "eu-central-1")}`),
      /not a model provider's host/,
      host,
    );
  }
});

test("every shape that stands by itself in the scanner is refused by the client, wherever it stands", async () => {
  const keys = [7, 8, 9].flatMap((seed) => shapedKeys(generator(seed)));
  for (const [provider, prefixes] of SHAPES) {
    for (const prefix of prefixes.split("|")) {
      assert.ok(
        keys.some(([whose, key]) => whose === provider && new RegExp(`^${prefix}`).test(key)),
        `tests/support/keys.mjs has no key of ${provider} with ${prefix}`,
      );
    }
  }
  for (const [provider, key] of keys) {
    assert.equal(await tokenRefused(key), "token", `${provider}: ${key}`);
    assert.equal(await headerRefused("x-trace", key), true, provider);
    assert.equal(
      await refused(() => client().post("/any", { body: { user: key } })),
      "user",
      provider,
    );
    assert.equal(await refused(() => client().get("/any", { query: { x: key } })), "x", provider);
    assert.equal(
      await refused(() => client().get(`/any/${encodeURIComponent(key)}`)),
      "path",
      provider,
    );
  }
});

test("no random session token is taken for a key", async () => {
  const random = generator(71);
  const tokens = () => [
    `eyJ${random("url", 33)}.eyJ${random("url", 90)}.${random("url", 43)}`,
    random("url", 43),
    random("hex", 64),
    `sess_${random("alnum", 32)}`,
  ];
  for (let round = 0; round < 5000; round++) {
    // One in 260,000 begins with a prefix of three characters by chance; this seed has none.
    for (const token of tokens()) client({ token });
  }
});
