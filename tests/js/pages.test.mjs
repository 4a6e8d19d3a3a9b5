// The scripts and commands of README.md and docs/, tried out. A block is found by its language and name, and
// runs as it stands, except for the model's name, since the stand-in server has its own.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { failure, keyless, MODEL } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";
import { startUpstream } from "../support/upstream.mjs";
import { block, blocksOf, nameOf, page, PAGES, runPage, tableAfter } from "./pages.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

describe("the scripts of the pages", () => {
  const messages = [{ role: "user", content: "Say this is a test" }];
  let OpenAI;
  let upstream;
  let client;
  before(async () => {
    upstream = await startUpstream();
    ({ default: OpenAI } = await keyless());
    client = new OpenAI({ proxyUrl: upstream.baseUrl, maxRetries: 0 });
  });
  beforeEach(() => upstream.reset());
  after(() => upstream?.stop());

  const AsyncFunction = (async () => {}).constructor;
  /** Runs a block with the names that the text around it introduces. */
  async function script(source, more = {}) {
    const scope = {
      OpenAI,
      client,
      model: MODEL,
      messages,
      answer: { textContent: "" },
      notice: {},
      stopButton: {},
      ...more,
    };
    await new AsyncFunction(...Object.keys(scope), source)(...Object.values(scope));
    return scope;
  }

  it("`textStream` gives the text", async () => {
    const { answer } = await script(block("js text", "docs/page.md"));
    assert.equal(answer.textContent, "This is a test!");
    await assert.rejects(
      script(block("js text", "docs/page.md").replace("textStream", "textStreams")),
      TypeError,
    );
  });

  it("`decodeEventStream` gives the events", async () => {
    const body = "event: greeting\ndata: hello\n\ndata: again\n\n";
    const server = createServer((request, response) => {
      response
        .writeHead(request.url === "/updates" ? 200 : 404, { "content-type": "text/event-stream" })
        .end(body);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const origin = `http://127.0.0.1:${server.address().port}`;
    try {
      assert.equal(
        await runPage(block("js events", "docs/page.md"), origin),
        "greeting: hello\nmessage: again\n",
      );
      assert.ok(
        (await failure(
          runPage(block("js events", "docs/page.md").replace(".body", ".bodies"), origin),
        )) instanceof Error,
      );
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it("the client answers in place of the network, by the pages' own words", async () => {
    const said = async (name) => {
      const source = block(name, "docs/testing.md").replace(
        "https://proxy.example",
        "https://localhost",
      );
      return runPage(source, "https://localhost");
    };
    assert.equal(await said("js mock"), "Yes.");
    assert.equal(await said("js mock-stream"), "Yes.Ye StreamTruncatedError: Ye");
    assert.equal(await said("js mock-proxy"), "200");
  });

  it("the stop button closes the connection and is no failure", async () => {
    await upstream.arm("interval=100", { times: 2 });
    const stopButton = {};
    // Someone presses it as soon as the first words are there.
    const answer = {
      set textContent(_) {
        stopButton.onclick();
      },
      get textContent() {
        return "";
      },
    };
    const scope = {
      stopButton,
      answer,
      messages: [{ role: "user", content: `repeat:${"word ".repeat(300)}` }],
    };
    await script(block("js stop", "docs/page.md"), scope);
    await upstream.wait({ closed: 1 });
    const careless = block("js stop", "docs/page.md").replace(
      "APIUserAbortError",
      "RateLimitError",
    );
    assert.ok((await failure(script(careless, scope))) instanceof OpenAI.APIUserAbortError);
  });

  it("each failure is told apart", async () => {
    for (const [fault, expected] of [
      ["end-events=3", /^The answer broke off after [1-9]\d* characters\.$/],
      ["cut-events=3", /^The answer broke off after [1-9]\d* characters\.$/],
      ["error=openai,error-after=3", /^The answer broke off after [1-9]\d* characters\.$/],
      ["html", /HTML page/],
      ["status=429", /^Too many questions/],
      ["status=500", /^500 /],
    ]) {
      await upstream.arm(fault);
      const { notice } = await script(block("js errors", "docs/page.md"));
      assert.match(notice.textContent, expected, fault);
    }
    const messages = [];
    messages.push(messages);
    assert.ok(
      (await failure(script(block("js errors", "docs/page.md"), { messages }))) instanceof
        OpenAI.InvalidOptionError,
    );
  });

  it("a stream ends in the ways of the table, each with its error", async () => {
    const ends = [
      ["[DONE]", "", undefined],
      ["[DONE]", "no-done", undefined],
      ["left the loop", "interval=50", undefined, { leave: () => true }],
      [
        "you aborted",
        "interval=50",
        "APIUserAbortError",
        { leave: (stream) => void stream.controller.abort() },
      ],
      ["connection was lost", "cut-events=3", "APIConnectionError"],
      ["without `[DONE]`", "end-events=3", "StreamTruncatedError"],
      [
        "within `idleTimeout`",
        "stall=3",
        "StreamIdleTimeoutError",
        { options: { idleTimeout: 100 } },
      ],
      [
        "larger than `maxEventBytes`",
        "giant=20000",
        "StreamLimitError",
        { options: { maxEventBytes: 10_000 } },
      ],
      ["not JSON", "bad-json", "StreamDecodeError"],
      ["reported an error", "error=openai", "APIError"],
      ["no stream at all", "html", "ResponseError"],
    ];
    const rows = tableAfter(page("docs/streams.md"), "## How a stream can end");
    assert.deepEqual(
      rows.map(([what]) => ends.filter(([words]) => what.includes(words)).length > 0),
      rows.map(() => true),
      "every row is tried",
    );
    for (const [words, fault, expected, { leave, options } = {}] of ends) {
      const [, does] = rows.find(([what]) => what.includes(words));
      assert.equal(/`(\w+Error)`/.exec(does)?.[1], expected, words);
      await upstream.reset();
      if (fault) await upstream.arm(fault);
      const consume = async () => {
        const stream = await client.chat.completions.create(
          { model: MODEL, messages, stream: true },
          options,
        );
        for await (const chunk of stream) if (leave?.(stream, chunk)) break;
      };
      if (expected === undefined) {
        await consume();
        continue;
      }
      const error = await failure(consume);
      assert.equal(error.constructor, OpenAI[expected], `${words}: ${error}`);
      assert.equal(typeof error.text, "string", `${words}: text`);
      assert.equal(typeof error.eventIndex, "number", `${words}: eventIndex`);
    }
  });
});

describe("the other blocks of the pages", () => {
  it("what is taken from an example is a part of it, and a test runs the example", async () => {
    for (const [name, at, file] of [
      ["rs worker", "docs/rust.md", "worker-rust/src/lib.rs"],
      ["rs proxy", "docs/rust.md", "worker-rust/src/proxy.rs"],
      ["js use-answer", "docs/start.md", "react/src/useAnswer.js"],
    ]) {
      const example = await readFile(join(ROOT, "examples", file), "utf8");
      const excerpts = blocksOf(page(at)).filter((one) => nameOf(one) === name);
      assert.equal(excerpts.length, 1, name);
      assert.ok(example.includes(excerpts[0].code), name);
    }
  });

  for (const version of ["typescript-5", "typescript", "typescript-7"]) {
    it(`the code compiles under \`strict\` and \`exactOptionalPropertyTypes\`, and not when a name is wrong: ${version}`, {
      timeout: 120_000,
    }, async () => {
      const folder = await mkdtemp(join(tmpdir(), "openai-wasm-types-"));
      try {
        await mkdir(join(folder, "node_modules"));
        await symlink(setting("OPENAI_WASM_PKG"), join(folder, "node_modules/openai-wasm"), "dir");
        const tsc = join(ROOT, "tests/node_modules", version, "bin/tsc");
        // Without `skipLibCheck`, so that the package's own declarations are checked too.
        const lib = "es2022,dom,dom.iterable,dom.asynciterable";
        const options = [
          "--noEmit",
          "--strict",
          "--exactOptionalPropertyTypes",
          "--target",
          "es2022",
          "--module",
          "nodenext",
          "--lib",
          lib,
          "--preserveSymlinks",
        ];
        const compile = (...files) =>
          run(process.execPath, [tsc, ...options, ...files], { cwd: folder });
        // The scripts are TypeScript as well, once the names around them are declared.
        const names = `declare const answer: { textContent: string }, notice: { textContent: string };
declare const stopButton: { onclick: (() => void) | null };
declare const client: import("openai-wasm").OpenAI;
declare const model: string;
declare const messages: import("openai-wasm").ChatCompletionMessageParam[];
`;
        const handler = (name, file, env) =>
          block(name, file)
            .replace(/fetch\(request, env(, ctx)?\)/, `fetch(request: Request, env: ${env}$1)`)
            .replace(", ctx)", ", ctx: { waitUntil(promise: Promise<unknown>): void })");
        const script = (name, file = "docs/page.md") =>
          `import OpenAI from "openai-wasm";\n${block(name, file)}`;
        const sources = {
          "names.d.ts": names,
          "login.d.ts":
            "export const userOf: (request: Request, env: unknown) => Promise<{ id: string } | undefined>;\n",
          "types.mts": block("ts types", "docs/page.md"),
          "page.mts": block("js page", "docs/page.md"),
          "events.mts": block("js events", "docs/page.md"),
          "text.mts": script("js text"),
          "stop.mts": script("js stop"),
          "errors.mts": script("js errors"),
          "classes.mts": script("js errors", "docs/errors.md"),
          "edge.mts": handler(
            "js edge",
            "docs/proxy.md",
            "{ SESSION_SECRET: string; OPENAI_API_KEY: string; OPENAI_BASE_URL?: string }",
          ),
          "proxy.mts": handler("js proxy", "docs/proxy.md", "{ SESSION_SECRET: string }"),
          "readme-page.mts": block("js page", "README.md"),
          "readme-worker.mts": handler("js worker", "README.md", "{ SESSION_SECRET: string }"),
          "own-server.mts": block("js own-server", "docs/servers.md"),
        };
        for (const [name, source] of Object.entries(sources))
          await writeFile(join(folder, name), source);
        await compile(...Object.keys(sources)).catch(({ stdout }) => assert.fail(stdout));
        await writeFile(
          join(folder, "wrong.mts"),
          sources["types.mts"].replace("max_completion_tokens", "max_completion_token"),
        );
        assert.match((await failure(compile("wrong.mts"))).stdout, /max_completion_token/);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  }

  it("the commands exist, with the flags that they are given", async () => {
    const lines = [...PAGES.values()]
      .flatMap(blocksOf)
      .filter((one) => nameOf(one) === "sh")
      .flatMap((one) => one.code.split("\n"));
    const inProject = { cwd: join(ROOT, "tests") };
    const help = async (...args) =>
      (await run(process.execPath, [...args, "--help"], inProject)).stdout;
    for (const line of lines) {
      const command = line
        .replace(/^([A-Z_]+=\S+ )+/, "")
        .replace(/^openssl rand -base64 32 \| /, "");
      const [program, name, ...rest] = command.replace(/^(?:cargo|npx) /, "").split(" ");
      const flags = rest.filter((word) => word.startsWith("--"));
      if (program === "xtask") {
        const { stdout } = await run(setting("CARGO_XTASK"), [name, "--help"]);
        for (const flag of flags) assert.ok(stdout.includes(flag), `${line}: ${flag}`);
      } else if (program === "wrangler") {
        const words = rest[0] === "put" ? [name, "put"] : [name];
        assert.match(
          await help("node_modules/wrangler/bin/wrangler.js", ...words),
          new RegExp(`wrangler ${words.join(" ")}\\b`),
          line,
        );
      } else if (program === "openai-wasm" && name === "init") {
        // Run whole, from the tarball, by the test of examples/start.
        assert.deepEqual(rest, ["my-app"]);
      } else if (program === "openai-wasm") {
        assert.match(
          await help(join(setting("OPENAI_WASM_PKG"), "scan/cli.js")),
          new RegExp(`openai-wasm ${name} `),
          line,
        );
      } else if (program === "cd") {
        if (name !== "my-app") await access(join(ROOT, name));
      } else {
        assert.ok(
          [
            "npm install",
            "npm install openai-wasm",
            "npm run deploy",
            "npm run dev",
            "npm install ../openai-wasm/pkg",
            "curl -i -X POST https://openai-wasm-public-proxy.example.workers.dev/v1/chat/completions",
          ].includes(command),
          line,
        );
      }
    }
    await assert.rejects(run(setting("CARGO_XTASK"), ["packk", "--help"]));
  });

  it("the packed folder installs into a project, and gives its entries to Node", {
    timeout: 120_000,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "openai-wasm-install-"));
    try {
      await writeFile(
        join(folder, "package.json"),
        '{"name":"user","private":true,"type":"module"}',
      );
      const npm = process.platform === "win32" ? "npm.cmd" : "npm";
      await run(
        npm,
        ["install", setting("OPENAI_WASM_PKG"), "--offline", "--no-audit", "--no-fund"],
        { cwd: folder },
      );
      const program = `for (const entry of ["openai-wasm", "openai-wasm/edge", "openai-wasm/proxy"]) console.log(Object.keys(await import(entry)).length > 1);`;
      const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program], {
        cwd: folder,
      });
      assert.equal(stdout, "true\ntrue\ntrue\n");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
