// The proxy's types, as TypeScript resolves them for a Worker.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";

import ts from "typescript";

import { setting } from "../support/program.mjs";

const WORKER = `
import { createProxy, InvalidOptionError, signSessionToken, verifySessionToken } from "openai-wasm/proxy";

interface Env { OPENAI_API_KEY: string; SESSION_SECRET: string; UPSTREAM: { fetch(url: string, init: RequestInit): Promise<Response> } }

const proxy = createProxy({
  upstream: "https://api.fireworks.ai/inference/v1",
  allowedOrigins: ["https://app.example.com"],
  fetch: (url, init, env: Env) => env.UPSTREAM.fetch(url, init),
  timeout: 1000,
});
export default {
  async fetch(request: Request, env: Env, ctx: { waitUntil(promise: Promise<unknown>): void }): Promise<Response> {
    const token: string = await signSessionToken({ secret: env.SESSION_SECRET, sub: "s", ttlSeconds: 60 });
    const session = await verifySessionToken({ secret: env.SESSION_SECRET, authorization: request.headers.get("authorization") });
    if (!session) return new Response(token.slice(0, 0), { status: 401 });
    const until: number = session.expiresAt;
    return until > 0 ? proxy.fetch(request, env, ctx) : proxy.fetch(request, env);
  },
};
export const isOurs = (error: unknown): string | undefined => (error instanceof InvalidOptionError ? error.option : undefined);

// @ts-expect-error a key is no option: it comes from the environment
createProxy({ apiKey: "sk-proj-x" });
// @ts-expect-error a list
createProxy({ allowedOrigins: "*" });
// @ts-expect-error a subject is required
signSessionToken({ secret: "s" });
`;

it("createProxy, signSessionToken and verifySessionToken are typed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "openai-wasm-types-"));
  try {
    await mkdir(join(folder, "node_modules"));
    await symlink(setting("OPENAI_WASM_PKG"), join(folder, "node_modules", "openai-wasm"), "dir");
    const file = join(folder, "worker.ts");
    await writeFile(file, WORKER);
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    const program = ts.createProgram([file], {
      strict: true,
      noEmit: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      customConditions: ["workerd"],
      lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
      types: [],
    });
    const faults = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    assert.deepEqual(faults, []);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
