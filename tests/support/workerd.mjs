// Real workerd, started on a configuration that stands in a folder of its own.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import workerd from "workerd";
import june from "workerd-june";

import { start } from "./program.mjs";
import { printedBy, secretsOf } from "./silence.mjs";

/** What leaving and breaking connections is tested on: runtimes differ in what they tell, and when. */
export const BINARIES = { workerd: workerd.default, "workerd of June 2026": june.default };

export const COMPATIBILITY_DATE = "2026-06-01";
export const COMPATIBILITY_FLAGS = ["enable_request_signal"];

/** Those that no test has stopped are searched when its process ends. */
const running = new Set();
process.on("exit", () => {
  for (const search of running) {
    try {
      search();
    } catch (error) {
      console.error(error);
      process.exitCode = 1;
    }
  }
});

/**
 * Starts workerd with one Worker on a free port. `stop` rejects if anything was printed that no Worker may
 * print (silence.mjs), which fails the test or the file.
 *
 * @param worker `{ modules, bindings, flags, compatibilityDate, tails }`: `modules` as `bundleWorker` gives
 *   them, the first one is the entry; a binding is a text, a number, a flag, `{ service: name }`, or
 *   `{ object: class }` of a Durable Object; `objects` are the classes that the Worker exports, whose SQLite storage is in the folder
 *   `storage`; `tails` are names of services that get its trace, as `wrangler tail` would
 * @param services more Workers by name, for service bindings
 * @param binary another workerd; the variable WORKERD_BIN names one for a whole run
 */
export async function startWorkerd(
  worker,
  { services = {}, binary = process.env.WORKERD_BIN ?? workerd.default } = {},
) {
  const secrets = [worker, ...Object.values(services)].flatMap(({ bindings }) =>
    secretsOf(bindings),
  );
  const folder = await mkdtemp(join(tmpdir(), "openai-wasm-workerd-"));
  const definitions = [];
  const declarations = [];
  for (const [index, [name, service]] of Object.entries({ main: worker, ...services }).entries()) {
    declarations.push(`    (name = ${quoted(name)}, worker = .worker${index}),`);
    definitions.push(await definition(`worker${index}`, service, folder));
    if (service.objects?.length > 0) {
      const path = service.storage ?? (await mkdtemp(join(folder, "storage-")));
      declarations.push(
        `    (name = ${quoted(`worker${index}-disk`)}, disk = (path = ${quoted(path)}, writable = true)),`,
      );
    }
  }
  const text = `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
${declarations.join("\n")}
    (name = "network", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

${definitions.join("\n")}`;
  const config = join(folder, "config.capnp");
  await writeFile(config, text);

  const program = await start(binary, ["serve", "--control-fd=3", config], {
    from: 3,
    ready: (said) => {
      for (const line of said.split("\n").slice(0, -1)) {
        const event = JSON.parse(line);
        if (event.event === "listen" && event.socket === "http") return event.port;
      }
      return undefined;
    },
  });
  const search = () => {
    running.delete(search);
    const found = printedBy(program.output, secrets);
    if (found.length > 0)
      throw new Error(`a Worker has printed ${found.join(", ")}:\n${program.output}`);
  };
  running.add(search);
  return {
    port: program.found,
    pid: program.pid,
    url: `http://127.0.0.1:${program.found}`,
    /** The console of all Workers, and workerd's own messages. */
    get output() {
      return program.output;
    },
    /** Resolves once `found(output)` gives something, with that. */
    until: program.until,
    async stop() {
      await program.stop();
      await rm(folder, { recursive: true, force: true });
      search();
    },
  };
}

async function definition(id, worker, folder) {
  const {
    modules,
    bindings = {},
    flags = COMPATIBILITY_FLAGS,
    compatibilityDate = COMPATIBILITY_DATE,
    tails = [],
    objects = [],
  } = worker;
  const lines = [];
  for (const [index, { name, esModule, wasm }] of modules.entries()) {
    const file = `${id}-${index}`;
    await writeFile(join(folder, file), wasm ?? esModule);
    lines.push(
      `    (name = ${quoted(name)}, ${wasm ? "wasm" : "esModule"} = embed ${quoted(file)}),`,
    );
  }
  const bound = Object.entries(bindings).map(([name, value]) => {
    return `    (name = ${quoted(name)}, ${bindingOf(value)}),`;
  });
  return `const ${id} :Workerd.Worker = (
  compatibilityDate = ${quoted(compatibilityDate)},
  compatibilityFlags = [${flags.map(quoted).join(", ")}],
  globalOutbound = "network",
  tails = [${tails.map(quoted).join(", ")}],
${objects.length > 0 ? namespaces(objects, `${id}-disk`) : ""}  modules = [
${lines.join("\n")}
  ],
  bindings = [
${bound.join("\n")}
  ],
);
`;
}

function bindingOf(value) {
  if (typeof value === "string") return `text = ${quoted(value)}`;
  if (typeof value !== "object") return `json = ${quoted(JSON.stringify(value))}`;
  if (value.object) return `durableObjectNamespace = ${quoted(value.object)}`;
  return `service = ${quoted(value.service)}`;
}

/** Durable Objects with SQLite storage on disk. */
function namespaces(classes, disk) {
  const each = classes.map(
    (name) =>
      `(className = ${quoted(name)}, uniqueKey = ${quoted(`key-of-${name}`)}, enableSql = true)`,
  );
  return `  durableObjectNamespaces = [${each.join(", ")}],
  durableObjectStorage = (localDisk = ${quoted(disk)}),
`;
}

/** A Cap'n Proto text literal. */
function quoted(text) {
  const escaped = text
    .replace(/["\\]/g, "\\$&")
    .replace(/[\0-\x1f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return `"${escaped}"`;
}
