// The tables, names and links of the documents, held against what they speak of.

import assert from "node:assert/strict";
import { access, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { anchorOf, pageListOf, pagesIn, REPOSITORY } from "../../docs/.vitepress/pages.mjs";
import { EXAMPLE_MODEL } from "../support/model.mjs";
import { keyless } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";
import { code, page, PAGES, tableAfter } from "./pages.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** The codes that the package's JavaScript gives its errors: in a call that makes one, or as a member. */
const codesIn = (source) =>
  [
    ...source.matchAll(/(?:new \w+Error|\bsuper)\((?:"[^"]*",)?([^;]*);|\bcode = ("[a-z_]+")/g),
  ].flatMap(([, call, member]) =>
    [...(call ?? member).matchAll(/(?:^|,\s*)"([a-z]+(?:_[a-z]+)+)"/g)].map(([, name]) => name),
  );
const document = (file) => readFile(join(ROOT, file), "utf8");

describe("the tables of the pages", () => {
  const packed = (file) => join(setting("OPENAI_WASM_PKG"), file);
  /** What the first cells name; a row may be of Rust alone. */
  const names = (file, heading) =>
    tableAfter(page(file), heading)
      .map(([cell]) => code(cell))
      .filter(Boolean);

  it("name every error class, and no other", async () => {
    const { ERRORS } = await import(pathToFileURL(packed("lib/errors.js")).href);
    assert.deepEqual(names("docs/errors.md", "## Classes").sort(), Object.keys(ERRORS).sort());
    const { default: OpenAI } = await keyless();
    for (const name of names("docs/errors.md", "## Classes"))
      assert.equal(OpenAI[name], ERRORS[name], name);
  });

  it("name every option of the clients, and no other", async () => {
    const { CLIENT, CALL } = await import(pathToFileURL(packed("lib/options.js")).href);
    const rows = tableAfter(page("docs/options.md"), "## Clients and calls");
    const named = (only) =>
      rows
        .filter(([, , what]) => only(what))
        .map(([cell]) => code(cell))
        .sort();
    const shared = (what) => !what.includes(" only:");
    assert.deepEqual(
      named((what) => shared(what) || what.startsWith("constructor only:")),
      Object.keys(CLIENT).sort(),
    );
    assert.deepEqual(
      named((what) => shared(what) || what.startsWith("call only:")),
      Object.keys(CALL).sort(),
    );
    for (const [marker, file] of [
      ["`openai-wasm` only:", "index.d.ts"],
      ["`openai-wasm/edge` only:", "edge/index.d.ts"],
    ]) {
      const options = named((what) => what.startsWith(marker));
      assert.ok(options.length > 1);
      const own = /interface ClientOptions [^{]*\{([^}]*)\}/.exec(
        await readFile(packed(file), "utf8"),
      )[1];
      for (const name of own.matchAll(/^ {2}(\w+)\?:/gm))
        assert.ok(options.includes(name[1]), name[1]);
    }
  });

  it("give the clients' defaults", async () => {
    const { default: OpenAI } = await keyless();
    const client = new OpenAI({ proxyUrl: "/v1" });
    const number = (option) =>
      Number.parseInt(
        tableAfter(page("docs/options.md"), "## Clients and calls")
          .find(([cell]) => code(cell) === option)[1]
          .replaceAll(" ", ""),
        10,
      );
    assert.equal(number("timeout"), client.timeout);
    assert.equal(number("maxRetries"), client.maxRetries);
    assert.equal(number("maxEventBytes"), 64 * 1024 * 1024);
  });

  it("name methods that exist", async () => {
    const { default: OpenAI } = await keyless();
    const client = new OpenAI({ proxyUrl: "/v1" });
    for (const [, javaScript] of tableAfter(page("docs/routes.md"), "# Endpoints and routes")) {
      const names = [...javaScript.matchAll(/`([\w.]+)`/g)].map(([, name]) => name.split("."));
      assert.ok(names.length > 0, javaScript);
      for (const path of names) {
        assert.equal(
          typeof path.reduce((object, name) => object[name], client),
          "function",
          javaScript,
        );
      }
    }
  });

  it("name every feature of the crate, and no other", async () => {
    const manifest = await readFile(join(ROOT, "Cargo.toml"), "utf8");
    const declared = /\[features\]\n([\s\S]*?)\n\n/.exec(manifest)[1];
    const features = [...declared.matchAll(/^([a-z][a-z-]*) = /gm)]
      .map(([, name]) => name)
      .filter((name) => name !== "default");
    const named = names("docs/rust.md", "## Features");
    assert.deepEqual(named.sort(), features.sort());
    for (const [file, text] of PAGES) {
      for (const [, list] of text.matchAll(/features = \[([^\]]*)\]/g)) {
        for (const [, name] of list.matchAll(/"([^"]+)"/g))
          assert.ok(features.includes(name), `${file}: ${name}`);
      }
    }
  });
});

describe("the site names", () => {
  const packed = (file) => readFile(join(setting("OPENAI_WASM_PKG"), file), "utf8");
  const missing = (names, file) => names.filter((name) => !page(file).includes(name));

  it("every entry point of the package, and no other", async () => {
    const { exports } = JSON.parse(await packed("package.json"));
    const entries = Object.keys(exports).map((entry) => entry.replace(/^\./, "openai-wasm"));
    const named = tableAfter(page("docs/entries.md"), "| import |").map(([cell]) => code(cell));
    assert.deepEqual(named.sort(), entries.sort());
  });

  it("every route of the proxy", async () => {
    const types = await packed("edge/proxy-option-types.d.ts");
    const routes = [...types.matchAll(/^ {2}\| ("[\w.]+")/gm)].map(([, route]) => route);
    assert.ok(routes.length > 8);
    assert.deepEqual(missing(routes, "docs/routes.md"), []);
    assert.deepEqual(missing(['"files"'], "docs/routes.md"), ['"files"']);
  });

  for (const [what, types, file, heading] of [
    ["SessionTokenOptions", "edge/proxy.d.ts", "docs/callers.md", "## People you know"],
    [
      "VerifySessionTokenOptions",
      "edge/proxy.d.ts",
      "docs/callers.md",
      "## Check a token yourself",
    ],
    ["JwksOptions", "edge/jwks.d.ts", "docs/callers.md", "## An identity provider"],
    ["AnonymousSessions", "edge/proxy.d.ts", "docs/callers.md", "## Visitors without an account"],
    ["UsageEvent", "edge/proxy.d.ts", "docs/watching.md", "## What an answer cost"],
    ["BudgetOptions", "edge/proxy.d.ts", "docs/budgets.md", "| member | what |"],
    ["FitReport", "tokens/conversations.d.ts", "docs/tokens.md", "## Fitting"],
  ]) {
    it(`every member of ${what}`, async () => {
      const source = await packed(types);
      const [, members] = new RegExp(`interface ${what} \\{([\\s\\S]*?)\\n\\}`).exec(source);
      const options = [...members.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name);
      assert.ok(options.length > 2);
      const told = tableAfter(page(file), heading).flatMap(([cell]) =>
        [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name),
      );
      assert.deepEqual(
        options.filter((name) => !told.includes(name)),
        [],
      );
    });
  }

  it("every variable that the proxy reads by itself", async () => {
    const types = await packed("edge/proxy.d.ts");
    const [text] = /\/\*\*[^/]*\*\/\nexport type ProxyEnv/.exec(types);
    const variables = [...text.matchAll(/`([A-Z]+_[A-Z_]+)`/g)].map(([, name]) => name);
    assert.ok(variables.length > 3);
    assert.deepEqual(missing(variables, "docs/secrets.md"), []);
  });

  it("every code of the client, under a heading of its own", async () => {
    const folder = setting("OPENAI_WASM_PKG");
    const files = (await readdir(folder, { recursive: true })).filter((file) =>
      /^(?:lib|tokens|ai-sdk|helpers)\/[\w-]+\.js$/.test(file),
    );
    const codes = new Set();
    for (const file of files) {
      const source = await packed(file);
      for (const name of codesIn(source)) codes.add(name);
    }
    assert.ok(codes.size > 5, [...codes].join());
    const headings = [...page("docs/errors.md").matchAll(/^### `(\w+)`$/gm)].map(
      ([, name]) => name,
    );
    assert.deepEqual(
      [...codes].filter((name) => !headings.includes(name)),
      [],
    );
  });

  it("a heading for each error, to which its `docs` leads", async () => {
    const load = (file) => import(pathToFileURL(join(setting("OPENAI_WASM_PKG"), file)).href);
    const { DOCS, ERRORS } = await load("lib/errors.js");
    const { CODES } = await load("lib/error-codes.js");
    const { homepage } = JSON.parse(await document("pkg-template/package.json"));
    assert.equal(DOCS, `${homepage.replace("/tree/", "/blob/")}/`);
    assert.ok(DOCS.startsWith(`${REPOSITORY}/`));
    assert.ok((await document("Cargo.toml")).includes(`repository = "${REPOSITORY}"`));

    const anchors = [...page("docs/errors.md").matchAll(/^#+ (.+)$/gm)].map(([, text]) =>
      anchorOf(text),
    );
    const lost = (errors) =>
      errors
        .map(({ docs }) => docs)
        .filter((docs) => {
          const [file, anchor] = docs.split("#");
          return file !== `${DOCS}errors.md` || !anchors.includes(anchor);
        });
    const { InvalidOptionError, OpenAIError } = ERRORS;
    const parsing = Object.values(await load("lib/parse-errors.js")).filter(
      ({ prototype }) => prototype instanceof OpenAIError,
    );
    assert.equal(parsing.length, 4);
    const { UnknownModelError, ContextWindowError, NoPriceError } = await load("tokens/errors.js");
    const { statusError } = await load("lib/response-error.js");
    const withCode = (code) =>
      statusError(404, new Headers(), JSON.stringify({ error: { message: "m", code } }));
    const errors = [
      ...Object.values(ERRORS).map((Class) => new Class(undefined, {})),
      ...parsing.map((Class) => new Class("", "tool_failed", "")),
      ...[UnknownModelError, ContextWindowError, NoPriceError].map((Class) => new Class("m")),
      ...CODES.trim().split(" ").map(withCode),
      withCode("of_a_model_server"),
      withCode(404),
    ];
    assert.ok(errors.length > 80);
    assert.deepEqual(lost(errors), []);
    assert.equal(withCode("not_found").docs, `${DOCS}errors.md#not_found`);
    assert.equal(withCode("of_a_model_server").docs, `${DOCS}errors.md#notfounderror`);
    // The control.
    assert.equal(lost([new InvalidOptionError("a", "b", "not_there")]).length, 1);
  });

  it("every page in llms.txt, each with its first sentence", async () => {
    const file = join(ROOT, "pkg-template/llms.txt");
    const text = await readFile(file, "utf8");
    const [head] = text.split("## ");
    const docs = join(ROOT, "docs");
    const list = pageListOf(pagesIn(docs), (name) => page(`docs/${name}.md`));
    const expected = `${head}${list}`;
    if (process.env.UPDATE_LLMS) await writeFile(file, expected);
    assert.equal(
      process.env.UPDATE_LLMS ? expected : text,
      expected,
      "rewrite it by UPDATE_LLMS=1",
    );
  });

  it("no number in its benchmarks that stands in no record", async () => {
    const folder = join(ROOT, "benches/record");
    const records = await Promise.all(
      (await readdir(folder)).map((file) => document(`benches/record/${file}`)),
    );
    const lines = new Set(records.flatMap((text) => text.split("\n")));
    const rows = page("docs/benchmarks.md")
      .split("\n")
      .filter((line) => /^(?:\||- proxy)/.test(line));
    assert.ok(rows.length > 50);
    const made = (all) => all.filter((row) => !lines.has(row));
    assert.deepEqual(made(rows), []);
    assert.equal(made([rows[3].replace(/\d/, "77")]).length, 1);
  });
});

it("names one model in README.md and in the examples, which is that of the tests", async () => {
  const files = [
    "README.md",
    "examples/ask/ask.mjs",
    "examples/public-proxy/src/index.js",
    "examples/worker-js/README.md",
  ];
  files.push(
    "examples/worker-js/wrangler.jsonc",
    "examples/worker-rust/src/lib.rs",
    "examples/worker-rust/wrangler.jsonc",
    "www/src/models.js",
  );
  for (const file of files) {
    const named = new Set(
      [...(await document(file)).matchAll(/"model": ?"(gpt-[\w.-]+)"|"(gpt-[\w.-]+)"/g)].map(
        (match) => match[1] ?? match[2],
      ),
    );
    assert.deepEqual([...named], [EXAMPLE_MODEL], file);
  }
});

it("names one compatibility date in docs/ and in the examples, that of the start, and a later one for kept streams", async () => {
  const datesIn = (text) =>
    [...text.matchAll(/"compatibility_date": "([\d-]+)"/g)].map(([, date]) => date);
  const [date] = datesIn(await document("examples/start/wrangler.jsonc"));
  const wrong = (text) => datesIn(text).filter((one) => one !== date);
  for (const [file, text] of PAGES) {
    if (file !== "docs/resumable-streams.md") assert.deepEqual(wrong(text), [], file);
  }
  for (const name of ["public-proxy", "use-chat", "worker-js"]) {
    const text = await document(`examples/${name}/wrangler.jsonc`);
    assert.deepEqual([datesIn(text).length, wrong(text)], [1, []], name);
  }
  assert.deepEqual(wrong(page("docs/resumable-streams.md")), ["2026-10-01"]);
});

/** What a text says about the repository and is not so. */
async function untruths(file, text) {
  const found = [];
  const exists = (path) =>
    access(path).then(
      () => true,
      () => false,
    );
  for (const [, target] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
    if (!/^[a-z]+:/.test(target) && !(await exists(join(ROOT, dirname(file), target))))
      found.push(`link ${target}`);
  }
  for (const [, path] of text.matchAll(
    /`((?:src|tests|xtask|pkg-template|www|examples)\/[^`\s*]*)`/g,
  )) {
    const places = [join(ROOT, path), join(ROOT, dirname(file), path)];
    if (!(await Promise.all(places.map(exists))).includes(true)) found.push(`path ${path}`);
  }
  return found;
}

describe("the documents", () => {
  for (const file of [
    ...PAGES.keys(),
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "examples/worker-rust/README.md",
    "examples/worker-js/README.md",
    "examples/public-proxy/README.md",
  ]) {
    it(`${file} names files that exist`, async () =>
      assert.deepEqual(await untruths(file, await document(file)), []));
  }

  it("control: a broken link and a missing file are found", async () => {
    const text = "[a](nowhere.md) [b](README.md#top) `tests/js/nowhere.test.mjs` `src/lib.rs`";
    assert.deepEqual(await untruths("README.md", text), [
      "link nowhere.md",
      "path tests/js/nowhere.test.mjs",
    ]);
  });

  it("the threat model has a test of its own name for each row", async () => {
    const text = page("docs/threat-model.md");
    const rows = [...text.matchAll(/^\| ([AOVL]\d+) \| .* \| (.*) \|$/gm)];
    const ids = rows.map(([, id]) => id);
    assert.ok(["A1", "A15", "O7", "V15", "L13"].every((id) => ids.includes(id)));
    assert.deepEqual([...new Set(ids)], ids, "each row once");
    for (const [, id, tests] of rows) {
      const named = [...tests.matchAll(/`([^`]+)`: ((?:"[^"]+"(?:, )?)+)/g)];
      assert.ok(
        named.some(([, , names]) => new RegExp(`\\b(?:[A-Z]\\d+_)*${id}_`).test(names)),
        id,
      );
      for (const [, file, names] of named) {
        // Tests of both proxies have a tag in their names, which is empty for the package's.
        const source = (await document(file)).replaceAll("${tag}", "").replaceAll("`", '"');
        for (const [, name] of names.matchAll(/"([^"]+)"/g))
          assert.ok(source.includes(`"${name}"`), `${id}: ${name}`);
      }
    }
  });

  it("SECURITY.md names tests that exist in the files beside them", async () => {
    const rows = tableAfter(await document("SECURITY.md"), "| promise |");
    assert.ok(rows.length > 8);
    for (const [promise, tests] of rows) {
      const files = [...tests.matchAll(/`([^`]+\.(?:rs|mjs))`/g)].map(([, file]) => file);
      assert.ok(files.length > 0, promise);
      const text = (await Promise.all(files.map(document))).join("\n");
      const named = [
        ...[...tests.matchAll(/"([^"]+)"/g)].map(([, name]) => `"${name}"`),
        ...[...tests.matchAll(/`(\w+)`/g)].map(([, name]) => ` ${name}`),
        ...[...tests.matchAll(/\b([A-Z]\d)\b/g)].map(([, id]) => `${id}_`),
      ];
      for (const name of named) assert.ok(text.includes(name), `${promise}: ${name}`);
    }
  });
});
