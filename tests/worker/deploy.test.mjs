// The examples as `wrangler deploy` would upload them: bundled by Wrangler itself, then run in workerd with
// nothing but what their configuration says.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { newCanary } from "../support/canary.mjs";
import { send } from "../support/http.mjs";
import { shapedKeys } from "../support/keys.mjs";
import { limiter } from "../support/limiter.mjs";
import { setting } from "../support/program.mjs";
import { newSecret } from "../support/tokens.mjs";
import { startWorkerd } from "../support/workerd.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

const EXAMPLES = [];
for (const name of await readdir(join(ROOT, "examples"))) {
  const config = await readFile(join(ROOT, "examples", name, "wrangler.jsonc"), "utf8").catch(
    () => undefined,
  );
  if (config) EXAMPLES.push({ name, config: JSON.parse(config.replace(/^\s*\/\/.*$/gm, "")) });
}
/** Those that Wrangler bundles; the one in Rust has a build of its own, which tests/worker/rust_example.test.mjs runs. */
const BUNDLED = EXAMPLES.filter(({ config }) => !/worker-build/.test(config.build?.command));

const wrangler = createRequire(import.meta.url)
  .resolve("wrangler/package.json")
  .replace("package.json", "bin/wrangler.js");

/** What is a secret by its name, or could be by its value. */
const SECRET_NAME = /KEY|SECRET|TOKEN|PASSWORD|CODE/i;

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "openai-wasm-deploy-"));
  await mkdir(join(folder, "node_modules"));
  await symlink(setting("OPENAI_WASM_PKG"), join(folder, "node_modules/openai-wasm"), "dir");
});
after(() => rm(folder, { recursive: true, force: true }));

/** `wrangler deploy --dry-run` on a copy of an example; `{ out, said }`, `out` being what would be uploaded. */
async function dryRun(name) {
  const copy = await mkdtemp(join(folder, `${name}-`));
  await cp(join(ROOT, "examples", name), copy, {
    recursive: true,
    filter: (path) => !/node_modules|\.wrangler/.test(path.slice(ROOT.length)),
  });
  // What the example's own build would make.
  const { assets } = EXAMPLES.find((example) => example.name === name).config;
  if (assets) await mkdir(join(copy, assets.directory), { recursive: true });
  // Nothing of this machine: no login, no settings, no statistics.
  const env = {
    PATH: process.env.PATH,
    HOME: copy,
    XDG_CONFIG_HOME: copy,
    CI: "1",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_LOG_PATH: copy,
    NO_COLOR: "1",
  };
  const out = join(copy, "out");
  const { stdout, stderr } = await run(
    process.execPath,
    [wrangler, "deploy", "--dry-run", "--outdir", out],
    { cwd: copy, env },
  );
  return { out, said: `${stdout}${stderr}` };
}

/** What was to be uploaded, as modules for workerd. */
async function modulesOf(out) {
  const names = await readdir(out);
  const [script] = names.filter((name) => name.endsWith(".js"));
  const modules = [{ name: script, esModule: await readFile(join(out, script)) }];
  for (const name of names.filter((one) => one.endsWith(".wasm")))
    modules.push({ name: `./${name}`, wasm: await readFile(join(out, name)) });
  return modules;
}

it("there are examples to deploy", () => assert.ok(BUNDLED.length > 0));

for (const { name, config } of EXAMPLES) {
  describe(`the configuration of examples/${name}`, () => {
    it("P4_git_ignores_the_secrets_of_development", async () => {
      const inside = (file) => join(ROOT, "examples", name, file);
      const secret = [".dev.vars", ".dev.vars.production", ".env", ".env.local"];
      const { stdout } = await run(
        "git",
        ["check-ignore", "--no-index", "--verbose", ...secret.map(inside)],
        { cwd: ROOT },
      );
      // By its own .gitignore, which a copy of the example keeps.
      assert.equal(
        stdout.match(new RegExp(`^examples/${name}/\\.gitignore:`, "gm"))?.length,
        secret.length,
        stdout,
      );
      await assert.rejects(
        run(
          "git",
          ["check-ignore", "--no-index", inside("wrangler.jsonc"), inside(".dev.vars.example")],
          { cwd: ROOT },
        ),
      );
      const example = await readFile(inside(".dev.vars.example"), "utf8").catch(() => "");
      for (const line of example.split("\n")) assert.doesNotMatch(line, /^[A-Z_]+=./);
    });

    it("P4_no_preview_is_public", () => assert.equal(config.preview_urls, false));

    it("P4_no_secret_is_a_plain_variable", () => {
      for (const name of Object.keys(config.vars ?? {})) assert.doesNotMatch(name, SECRET_NAME);
    });
  });
}

for (const { name, config } of BUNDLED) {
  describe(`the upload of examples/${name}`, () => {
    let uploaded;
    before(
      async () => {
        uploaded = await dryRun(name);
      },
      { timeout: 120_000 },
    );

    it("P4_wrangler_takes_it_with_the_edge_half_for_workerd", async () => {
      assert.match(uploaded.said, /--dry-run: exiting now/);
      assert.doesNotMatch(uploaded.said, /warning|deprecated|unexpected fields/i);
      const edge = await readFile(join(setting("OPENAI_WASM_PKG"), "edge/edge.wasm"));
      const wasm = (await modulesOf(uploaded.out)).filter((module) => module.wasm);
      assert.equal(wasm.length, 1);
      assert.ok(wasm[0].wasm.equals(edge));
    });

    it("P4_what_is_uploaded_fits_the_free_plan", async () => {
      // https://developers.cloudflare.com/workers/platform/limits/#worker-size
      const [, kibibytes] = /gzip: ([\d.]+) KiB/.exec(uploaded.said);
      assert.ok(Number(kibibytes) < 1024, kibibytes);
    });

    it("P4_no_secret_stands_in_the_configuration_or_the_upload", async () => {
      const scanner = join(setting("OPENAI_WASM_PKG"), "scan/cli.js");
      await run(process.execPath, [
        scanner,
        "scan",
        "--target",
        "server",
        uploaded.out,
        join(ROOT, "examples", name, "wrangler.jsonc"),
      ]);
    });

    it("P4_every_route_is_closed_until_the_secrets_are_set", { timeout: 60_000 }, async () => {
      const worker = {
        modules: await modulesOf(uploaded.out),
        flags: config.compatibility_flags,
        compatibilityDate: config.compatibility_date,
      };
      const bare = await startWorkerd({ ...worker, bindings: config.vars });
      try {
        for (const [method, path] of [
          ["POST", "/v1/chat/completions"],
          ["GET", "/v1/models"],
          ["POST", "/session"],
          ["POST", "/title"],
          ["GET", "/"],
        ]) {
          const { status } = await send(`${bare.url}${path}`, {
            method,
            headers: { "content-type": "application/json" },
            body: method === "POST" ? "{}" : undefined,
          });
          assert.ok([401, 404, 503].includes(status), `${method} ${path}: ${status}`);
          if (path.startsWith("/v1/chat") || path === "/session") assert.equal(status, 503, path);
        }
      } finally {
        await bare.stop();
      }
    });

    it("P4_a_missing_compatibility_flag_is_told_by_503", { timeout: 60_000 }, async () => {
      const limits = (config.ratelimits ?? []).map((binding) => binding.name);
      const services = Object.fromEntries(
        limits.map((limit) => [limit.toLowerCase(), limiter(100)]),
      );
      const bindings = {
        ...config.vars,
        OPENAI_API_KEY: newCanary(),
        SESSION_SECRET: newSecret(),
        TURNSTILE_SECRET: newSecret(),
        ...Object.fromEntries(limits.map((limit) => [limit, { service: limit.toLowerCase() }])),
      };
      const stores = config.durable_objects?.bindings ?? [];
      for (const { name, class_name } of stores) bindings[name] = { object: class_name };
      const worker = {
        modules: await modulesOf(uploaded.out),
        compatibilityDate: config.compatibility_date,
        bindings,
        objects: stores.map(({ class_name }) => class_name),
      };
      for (const [flags, expected] of [
        [[], 503],
        [config.compatibility_flags, 401],
      ]) {
        const started = await startWorkerd({ ...worker, flags }, { services });
        try {
          const { status } = await send(`${started.url}/v1/chat/completions`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: "{}",
          });
          assert.equal(status, expected, flags.join());
        } finally {
          await started.stop();
        }
      }
    });
  });
}

it("control: a key that someone writes into a configuration is found", async () => {
  const [[, key]] = shapedKeys();
  const config = join(folder, "wrangler.jsonc");
  await writeFile(config, `{ "vars": { "OPENAI_API_KEY": "${key}" } }`);
  const failed = await run(process.execPath, [
    join(setting("OPENAI_WASM_PKG"), "scan/cli.js"),
    "scan",
    config,
  ]).catch((error) => error);
  assert.equal(failed.code, 1);
});
