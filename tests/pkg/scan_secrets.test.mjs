// The scanner finds the secrets of the environment, in every form that a build writes.

import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";

import { setting } from "../support/program.mjs";
import { generator, shapedKeys } from "../support/keys.mjs";

const packed = (file) => import(pathToFileURL(join(setting("OPENAI_WASM_PKG"), "scan", file)).href);
const { Scanner } = await packed("scanner.js");
const { isSecretName, secretsOf, tooCommon } = await packed("environment.js");

const scan = (content, options) => new Scanner(options).scan([Buffer.from(content)]);
const around = (content) =>
  Buffer.concat([Buffer.from('let a = "'), Buffer.from(content), Buffer.from('";\n')]);

/** No eight characters in a row of a key, but for what all keys of the provider share. */
function _assertRedacted(finding, key) {
  const said = JSON.stringify(finding);
  const shared = Math.max(8, finding.excerpt.indexOf("…"));
  for (let at = shared; at + 8 <= key.length; at++)
    assert.ok(!said.includes(key.slice(at, at + 8)), said);
}

const ascii = (text, escape, width) =>
  text.replace(
    /[^\0-\x7f]/g,
    (character) => escape + character.charCodeAt(0).toString(16).padStart(width, "0"),
  );
const latin1 = (text) =>
  ascii(
    text.replace(/[\x80-\xff]/g, (character) => ascii(character, "\\x", 2)),
    "\\u",
    4,
  );

describe("a secret of the environment is found", () => {
  // With every character that some coding changes.
  const VALUES = [
    "hunter2+hunter3/x",
    "p\\a\"s's`w<o>r&d é€ %2B",
    "a long secret\nof two lines, with some = in it",
  ];
  for (const value of VALUES) {
    it(`${JSON.stringify(value)} in every coding, and is not shown`, async () => {
      const utf8 = Buffer.from(value);
      const hex = utf8.toString("hex");
      const json = JSON.stringify(value).slice(1, -1);
      const html = value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
      const codings = {
        raw: [value],
        escaped: [
          ...[
            json,
            ascii(json, "\\u", 4),
            latin1(json),
            latin1(json).replace(
              /\\x\w\w|\\u\w{4}/g,
              (escape) => escape.slice(0, 2) + escape.slice(2).toUpperCase(),
            ),
          ],
          ...[/['`]/g, /'/g, /`/g].map((quotes) =>
            json.replaceAll('\\"', '"').replace(quotes, "\\$&"),
          ),
          JSON.stringify(json).slice(1, -1),
        ],
        HTML: [
          html,
          html.replaceAll('"', "&quot;"),
          html.replaceAll('"', "&quot;").replaceAll("'", "&#39;"),
        ],
        "character codes": [utf8.join(","), utf8.join(", ")],
        joined: /["\s]/.test(value) ? [] : [`${value.slice(0, 6)}" + "${value.slice(6)}`],
        "URL-encoded": [
          encodeURIComponent(value),
          hex.replace(/../g, "%$&"),
          hex.toUpperCase().replace(/../g, "%$&"),
          String(new URLSearchParams({ a: value })).slice(2),
        ],
        hex: [hex, hex.toUpperCase()],
        reversed: [Buffer.from(utf8).reverse()],
        "UTF-16": [Buffer.from(value, "utf16le"), Buffer.from(value, "utf16le").swap16()],
        base64: [0, 1, 2].map((before) =>
          Buffer.concat([Buffer.alloc(before), utf8, Buffer.alloc(3)]).toString("base64"),
        ),
        base64url: [0, 1, 2].map((before) =>
          Buffer.concat([Buffer.alloc(before), utf8, Buffer.alloc(3)]).toString("base64url"),
        ),
      };
      for (const [coding, texts] of Object.entries(codings)) {
        for (const text of texts) {
          const { findings } = await scan(around(text), { secrets: [{ name: "A_TOKEN", value }] });
          assert.equal(findings.length, 1, `${coding}: ${JSON.stringify(findings)}`);
          assert.deepEqual(
            [findings[0].kind, findings[0].name, findings[0].excerpt],
            ["environment", "A_TOKEN", "the value of A_TOKEN"],
            coding,
          );
        }
      }
      assert.deepEqual(
        (await scan(around(value.slice(1)), { secrets: [{ name: "A_TOKEN", value }] })).findings,
        [],
      );
    });
  }

  it("beside many others, each by its name", async () => {
    const random = generator(31);
    const secrets = Array.from({ length: 200 }, (_, index) => ({
      name: `SECRET_${index}`,
      value: random("url", 8 + (index % 50)),
    }));
    const { findings } = await scan(secrets.map(({ value }) => `"${value}"`).join(",\n"), {
      secrets: secrets.slice(0, 90),
    });
    assert.deepEqual(
      findings.map(({ name }) => name),
      secrets.slice(0, 90).map(({ name }) => name),
    );
  });

  it("rather than as a key, whatever a comment says", async () => {
    const [, key] = shapedKeys()[0];
    const { findings } = await scan(`"${key}" // openai-wasm-scan-ignore`, {
      secrets: [{ name: "OPENAI_API_KEY", value: key }],
    });
    assert.deepEqual(
      findings.map(({ kind }) => kind),
      ["environment"],
    );
  });

  it("if its name is a secret's", () => {
    const SECRET = [
      "OPENAI_API_KEY",
      "VITE_OPENAI_API_KEY",
      "NEXT_PUBLIC_OPENAI_API_KEY",
      "SESSION_SECRET",
      "SECRET_KEY_BASE",
      "GITHUB_TOKEN",
      "npm_config__authToken",
      "DB_PASSWORD",
      "PGPASSWORD",
      "AWS_SECRET_ACCESS_KEY",
      "SSH_PRIVATE_KEY",
      "API_KEY_2",
      "STRIPE_KEY",
      "apiKey",
      "SOME_CREDENTIALS",
      "GH_PAT",
      "DB_PWD",
      "SIGNING_KEY_B64",
      "DB_PASS",
      "SMTP_PASS",
      "LOCK_PASSCODE",
      "npm_config__auth",
      "BASIC_AUTH",
      "SLACK_WEBHOOK",
      "SLACK_WEBHOOK_URL",
      "PASSWORD_SALT",
      "HASH_SALT",
      "WEBHOOK_SIGNING",
      "SIGNING_SECRET",
    ];
    const OTHER = [
      "PATH",
      "HOME",
      "NODE_ENV",
      "AWS_SECRET_NAME",
      "SECRET_ARN",
      "TOKEN_URL",
      "KEY_FILE",
      "AWS_ACCESS_KEY_ID",
      "VITE_CLERK_PUBLISHABLE_KEY",
      "TURNSTILE_SITE_KEY",
      "SUPABASE_ANON_KEY",
      "VAPID_PUBLIC_KEY",
      "TOKEN_TTL",
      "KEYBOARD",
      "MONKEY_BUSINESS",
      "TERM",
      "PWD",
      "OLDPWD",
      "GIT_ASKPASS",
      "SSH_AUTH_SOCK",
      "MAX_TOKENS",
      "BYPASS",
      "WEBHOOK_PATH",
      "SALTED",
      "DATABASE_URL",
      "ASSIGNING",
    ];
    assert.deepEqual(
      SECRET.filter((name) => !isSecretName(name)),
      [],
    );
    assert.deepEqual(OTHER.filter(isSecretName), []);
  });

  it("if its value is an address with a password, whatever its name, and the password alone", async () => {
    const address = (password) => `postgres://shop:${password}@db.example.com:5432/shop`;
    const env = {
      DATABASE_URL: address("Tr0ub4dor-1"),
      REDIS_URL: "rediss://:Tr0ub4dor-2@cache.example.com:6379",
      MONGODB_URI: "mongodb+srv://shop:Tr0ub4dor-3@db.example.com/shop?w=majority",
      SHOP_DSN: "mysql://shop:Tr0ub4dor-4@db.example.com/shop",
      PLAIN_URL: "https://example.com:8443/a:b@c",
      SENTRY_DSN: "https://0123456789abcdef@o0.ingest.example.com/0",
      COMMON_URL: address("password"),
    };
    const { secrets } = await secretsOf({ env, folder: tmpdir(), files: [] });
    const values = (name) =>
      secrets.filter((secret) => secret.name === name).map(({ value }) => value);
    for (const [index, name] of [
      "DATABASE_URL",
      "REDIS_URL",
      "MONGODB_URI",
      "SHOP_DSN",
    ].entries()) {
      assert.deepEqual(values(name), [env[name], `Tr0ub4dor-${index + 1}`]);
    }
    assert.deepEqual(
      [values("PLAIN_URL"), values("SENTRY_DSN"), values("COMMON_URL")],
      [[], [], [env.COMMON_URL]],
    );
  });

  it("unless half of all files would hold its value", () => {
    const COMMON = [
      "",
      "1234567",
      "true",
      "development",
      "password",
      "Password",
      "00000000",
      "abababab",
      "20240101",
    ];
    const RARE = [
      "hunter2hunter3",
      "correct horse battery",
      "Tr0ub4dor&3",
      "correcthorsebatterystaple",
      "123456789012",
    ];
    assert.deepEqual(
      COMMON.filter((value) => !tooCommon(value)),
      [],
    );
    assert.deepEqual(RARE.filter(tooCommon), []);
  });
});
