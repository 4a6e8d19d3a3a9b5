// The plugin in real builds: an app that would publish a secret is not built, a sound one is.

import assert from "node:assert/strict";
import { access, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";

import { BUNDLERS, serveByVite, workshop } from "../support/app.mjs";
import { shapedKeys } from "../support/keys.mjs";
import { failure } from "../support/packed.mjs";

const [[, KEY]] = shapedKeys();
const SECRET = "hunter2-of-the-shop-3";
const SOUND = 'document.title = "sound";\nexport const answer = 42;\n';

let shop;
let plugin;
before(async () => {
  shop = await workshop();
  ({ default: plugin } = await shop.module("scan/plugin.js"));
  process.env.SHOP_TOKEN = SECRET;
});
after(async () => {
  delete process.env.SHOP_TOKEN;
  await shop.remove();
});

/** The plugin of one build, made when the bundler asks for its own. */
const scanning = (options) => ({
  get vite() {
    return plugin.vite(options);
  },
  get webpack() {
    return plugin.webpack(options);
  },
  get rollup() {
    return plugin.rollup(options);
  },
  get esbuild() {
    return plugin.esbuild(options);
  },
});

const LEAKS = {
  "a key in the code": {
    files: { "src/main.js": `document.title = "${KEY}";` },
    says: /\.js:\d+:\d+: a key of OpenAI: sk-proj-…/,
  },
  "a key in base64": {
    files: { "src/main.js": `document.title = atob("${btoa(KEY)}");` },
    says: /a key of OpenAI: sk-proj-… \(\d+ characters\) \(base64\)/,
  },
  "a secret variable that the bundler puts in": {
    files: { "src/main.js": "document.title = SHOP_TOKEN_HERE;" },
    define: { SHOP_TOKEN_HERE: JSON.stringify(SECRET) },
    says: /the value of SHOP_TOKEN/,
  },
  "a key that only the source map still holds": {
    files: { "src/main.js": `document.title = "used";\nfunction unused() { return "${KEY}"; }\n` },
    says: /\.map:\d+:\d+: a key of OpenAI.* from .*main\.js:2/,
    hidden: true,
  },
};

for (const [name, build] of Object.entries(BUNDLERS)) {
  describe(`${name}, with the plugin,`, () => {
    it("builds a sound app", { timeout: 120_000 }, async () => {
      const app = await shop.app(`sound-${name}`, { "src/main.js": SOUND });
      await build(app, { plugin: scanning() });
      const built = await readdir(join(app, "dist"), { recursive: true });
      assert.ok(
        built.some((file) => file.endsWith(".js")),
        built.join(),
      );
      assert.ok(
        built.some((file) => file.endsWith(".map")),
        built.join(),
      );
    });

    for (const [leak, { files, define, says, hidden }] of Object.entries(LEAKS)) {
      it(`does not build an app with ${leak}`, { timeout: 120_000 }, async () => {
        const app = await shop.app(`${Object.keys(LEAKS).indexOf(leak)}-${name}`, files);
        const error = await failure(build(app, { plugin: scanning(), define }));
        assert.match(error.message, says);
        assert.ok(
          !error.message.includes(KEY.slice(8, 20)) && !error.message.includes(SECRET),
          error.message,
        );
        // The control: without the plugin the app is built, with the secret where the case says.
        await build(app, { define });
        const written = await readdir(join(app, "dist"), { recursive: true, withFileTypes: true });
        const scripts = written.filter((entry) => entry.isFile() && /\.[cm]?js$/.test(entry.name));
        const text = (
          await Promise.all(
            scripts.map((entry) => readFile(join(entry.parentPath, entry.name), "utf8")),
          )
        ).join();
        assert.equal(
          [KEY, SECRET, btoa(KEY)].some((secret) => text.includes(secret)),
          !hidden,
        );
      });
    }

    if (name !== "esbuild") {
      it("writes nothing when it refuses", { timeout: 120_000 }, async () => {
        const app = await shop.app(`unwritten-${name}`, LEAKS["a key in the code"].files);
        await failure(build(app, { plugin: scanning() }));
        const written = await readdir(join(app, "dist"), { recursive: true }).catch(() => []);
        assert.deepEqual(
          written.filter((file) => file.endsWith(".js")),
          [],
        );
      });
    }

    it("refuses a bundle that holds the key-holding entry by its path", {
      timeout: 120_000,
    }, async () => {
      const entry = shop.installed("edge/index.workerd.js");
      const script = name === "esbuild" || name === "Rollup" ? entry : undefined;
      if (!script) return;
      const app = await shop.app(`edge-${name}`, {
        "src/main.js": `import OpenAI from ${JSON.stringify(script)};\nglobalThis.ask = () => new OpenAI({ apiKey: prompt() });`,
      });
      const error = await failure(build(app, { plugin: scanning() }));
      assert.match(error.message, /openai-wasm\/edge or openai-wasm\/proxy, which can hold a key/);
      await build(app, { plugin: scanning({ target: "server" }) });
    });

    it("refuses a bundle that imports the key-holding entry from outside", {
      timeout: 120_000,
    }, async () => {
      const external = "openai-wasm/edge";
      const files = {
        "src/main.js": `import OpenAI from "${external}";\nglobalThis.ask = () => new OpenAI({ apiKey: prompt() });`,
      };
      const app = await shop.app(`outside-${name}`, files);
      assert.match(
        (await failure(build(app, { plugin: scanning(), external }))).message,
        /openai-wasm\/edge, which can hold a key, in a bundle for browsers/,
      );
      await build(app, { plugin: scanning({ target: "server" }), external });
      await build(await shop.app(`lazy-${name}`, { "src/main.js": "globalThis.a = 1;" }), {
        plugin: scanning(),
        external,
      });
      const lazy = await shop.app(`lazily-${name}`, {
        "src/main.js": `globalThis.load = () => import("${external}");`,
      });
      assert.match(
        (await failure(build(lazy, { plugin: scanning(), external }))).message,
        /openai-wasm\/edge, which can hold a key/,
      );
    });

    it("leaves out files and texts that are named", { timeout: 120_000 }, async () => {
      const app = await shop.app(`named-${name}`, LEAKS["a key in the code"].files);
      await build(app, { plugin: scanning({ exclude: ["**/*.js", "**/*.map"] }) });
      await build(app, { plugin: scanning({ ignoreValues: [KEY] }) });
      assert.match(
        (
          await failure(
            build(app, {
              plugin: scanning({ exclude: ["**/*.css"], ignoreValues: [KEY.slice(1)] }),
            }),
          )
        ).message,
        /a key of OpenAI/,
      );
    });

    it("refuses an option that it does not know", async () => {
      const app = await shop.app(`option-${name}`, { "src/main.js": SOUND });
      const error = await failure(async () =>
        build(app, { plugin: scanning({ ignore: ["google"] }) }),
      );
      assert.deepEqual([error.name, error.option], ["InvalidOptionError", "ignore"]);
    });
  });
}

describe("by what a build is for", () => {
  const files = () => ({
    "src/main.js": 'export const mark = "openai-wasm key-holding build";\nglobalThis.mark = mark;',
  });
  for (const [name, server] of [
    ["Vite", { ssr: true }],
    ["webpack", { target: "node" }],
    ["esbuild", { platform: "node" }],
  ]) {
    it(`${name} lets a server's build hold a key, and no browser's`, {
      timeout: 120_000,
    }, async () => {
      const app = await shop.app(`server-${name}`, files());
      await BUNDLERS[name](app, { plugin: scanning(), ...server });
      assert.match(
        (await failure(BUNDLERS[name](app, { plugin: scanning() }))).message,
        /which can hold a key/,
      );
    });
  }
});

it("what a bundler compressed is opened before it is written", async () => {
  const { scanContents } = await shop.module("scan/files.js");
  const { Scanner } = await shop.module("scan/scanner.js");
  for (const [name, content] of [
    ["a.js.gz", gzipSync(KEY)],
    ["a.js.br", brotliCompressSync(KEY)],
  ]) {
    const { findings } = await scanContents(new Scanner(), [[name, content]]);
    assert.deepEqual(
      findings.map(({ file, provider }) => [file, provider]),
      [[`${name} (unpacked)`, "OpenAI"]],
    );
  }
});

describe("Vite, with the plugin,", () => {
  it("refuses a key in its folder `public`, which no bundle knows, unless it is left out", {
    timeout: 120_000,
  }, async () => {
    const app = await shop.app("public", {
      "src/main.js": SOUND,
      "public/config.json": JSON.stringify({ key: KEY }),
    });
    const error = await failure(BUNDLERS.Vite(app, { plugin: scanning() }));
    assert.match(error.message, /dist\/config\.json:1:9: a key of OpenAI/);
    await BUNDLERS.Vite(app, { plugin: scanning({ exclude: ["config.json"] }) });
  });

  it("leaves out the .dev.vars that a server's build writes beside its code, and no page's", {
    timeout: 240_000,
  }, async () => {
    const files = { "src/main.js": SOUND, ".dev.vars": `SHOP_SECRET=${SECRET}\n` };
    // As @cloudflare/vite-plugin does for `vite preview`.
    const emitting = (options) => ({
      vite: [
        plugin.vite(options),
        {
          name: "emits",
          generateBundle() {
            this.emitFile({ type: "asset", fileName: ".dev.vars", source: files[".dev.vars"] });
          },
        },
      ],
    });
    await BUNDLERS.Vite(await shop.app("vars-server", files), { plugin: emitting(), ssr: true });
    assert.match(
      (await failure(BUNDLERS.Vite(await shop.app("vars-page", files), { plugin: emitting() })))
        .message,
      /\.dev\.vars:\d+:\d+: the value of/,
    );
    const code = {
      ...files,
      "src/main.js": `export const secret = ${JSON.stringify(SECRET)};\nglobalThis.secret = secret;`,
    };
    assert.match(
      (
        await failure(
          BUNDLERS.Vite(await shop.app("vars-code", code), { plugin: emitting(), ssr: true }),
        )
      ).message,
      /main\.m?js:\d+:\d+: the value of/,
    );
  });

  it("looks for the secrets of its mode's .env files", { timeout: 120_000 }, async () => {
    const app = await shop.app("mode", {
      ".env.staging": "VITE_SHOP_KEY=correct-horse-battery-2\n",
      "src/main.js": "document.title = import.meta.env.VITE_SHOP_KEY;",
    });
    assert.match(
      (await failure(BUNDLERS.Vite(app, { plugin: scanning(), mode: "staging" }))).message,
      /the value of VITE_SHOP_KEY/,
    );
    await BUNDLERS.Vite(app, { plugin: scanning() });
  });

  it("serves the app while it is written, whatever is in it", {
    timeout: 120_000,
  }, async () => {
    const app = await shop.app("served", LEAKS["a key in the code"].files);
    const server = await serveByVite(app, { plugin: scanning() });
    try {
      assert.match(
        await (await fetch(new URL("src/main.js", server.url))).text(),
        /document\.title/,
      );
    } finally {
      await server.close();
    }
  });

  it("looks for the secrets of the app's .env files", { timeout: 120_000 }, async () => {
    const app = await shop.app("env", {
      ".env": "VITE_SHOP_KEY=correct-horse-battery-1\n",
      "src/main.js": "document.title = import.meta.env.VITE_SHOP_KEY;",
    });
    assert.match(
      (await failure(BUNDLERS.Vite(app, { plugin: scanning() }))).message,
      /the value of VITE_SHOP_KEY/,
    );
    await BUNDLERS.Vite(app, { plugin: scanning({ ignoreEnv: ["VITE_SHOP_KEY"] }) });
    const missing = await failure(
      BUNDLERS.Vite(app, { plugin: scanning({ varsFiles: [".env.missing"] }) }),
    );
    assert.match(missing.message, /\.env\.missing cannot be read: ENOENT/);
  });
});

describe("C15_the_edge_half_cannot_be_imported_into_a_page", () => {
  for (const name of ["Vite", "esbuild", "webpack"]) {
    for (const entry of ["openai-wasm/edge", "openai-wasm/proxy"]) {
      it(`${name} does not build a page that imports ${entry}`, { timeout: 120_000 }, async () => {
        const app = await shop.app(`${entry.replaceAll("/", "-")}-${name}`, {
          "src/main.js": `import * as all from "${entry}";\nglobalThis.all = all;`,
        });
        const error = await failure(BUNDLERS[name](app, {}));
        assert.match(String(error.message), new RegExp(`${entry}|\\./${entry.split("/")[1]}`));
        await assert.rejects(access(join(app, "dist/main.js")));
      });
    }

    it(`control: ${name} builds a page that imports openai-wasm, and the plugin lets it`, {
      timeout: 120_000,
    }, async () => {
      const app = await shop.app(`page-${name}`, {
        "src/main.js":
          'import OpenAI from "openai-wasm";\nglobalThis.client = new OpenAI({ proxyUrl: "/v1" });',
      });
      await BUNDLERS[name](app, { plugin: scanning() });
    });
  }
});
