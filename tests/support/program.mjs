// Programs that a test starts, and what they said.

import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:net";

const running = new Set();
process.on("exit", () => {
  for (const child of running) end(child);
});
// A test file that runs out of time is ended by a signal, which by itself skips the handler above.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

/** Ends a program, and first all that it has started and what these have. */
function end({ pid }) {
  for (const child of startedBy(pid)) end({ pid: child });
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Process ids, where the system tells them in /proc. */
function startedBy(pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")
        .split(" ")
        .filter(Boolean)
        .map(Number),
    );
  } catch {
    return [];
  }
}

/** The value of a variable that `cargo xtask test` sets. */
export function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests by \`cargo xtask test\``);
  return value;
}

/**
 * Starts a program. `ready(text)` is called with all that its pipe `from` (a descriptor's number, or
 * `"either"` for output and errors) has said so far, and gives the value to resolve with once it finds it; or `probe(ended)` resolves with it, where
 * a program says nothing; `ended()` tells that the program has ended. `limitMs` is the
 * longest wait. With `input` its input stays open: some servers end with it.
 */
export async function start(
  file,
  args,
  { from = 1, ready = () => undefined, probe, limitMs, input = false, env = process.env, cwd } = {},
) {
  const stdio = [input ? "pipe" : "ignore", "pipe", "pipe"];
  while (from !== "either" && stdio.length <= from) stdio.push("pipe");
  const child = spawn(file, args, { stdio, env, cwd });
  running.add(child);
  const said = { output: "" };
  const waiting = new Set();
  const closed = new Promise((resolve) => child.once("close", resolve));
  closed.then(() => running.delete(child));

  const found = await new Promise((resolve, reject) => {
    let waitingFor = "";
    child.once("error", reject);
    closed.then(() => reject(new Error(`${file} ended early:\n${said.output}`)));
    if (limitMs)
      setTimeout(
        () =>
          reject(new Error(`${file} was not ready within ${limitMs / 1000} s:\n${said.output}`)),
        limitMs,
      ).unref();
    probe?.(() => !running.has(child)).then(resolve, reject);
    for (const [number, pipe] of child.stdio.entries()) {
      if (number === 0) continue;
      pipe?.setEncoding("utf8").on("data", (text) => {
        if (number === 1 || number === 2) {
          said.output += text;
          for (const look of waiting) look();
        }
        if (number !== from && from !== "either") return;
        waitingFor += text;
        const value = ready(waitingFor);
        if (value !== undefined) resolve(value);
      });
    }
  });

  return {
    found,
    pid: child.pid,
    /** All that it wrote to its standard output and error. */
    get output() {
      return said.output;
    },
    /** Resolves once `found(output)` gives something, with that. */
    until: (found) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const value = found(said.output);
          if (!value) return;
          waiting.delete(look);
          resolve(value);
        };
        waiting.add(look);
        closed.then(() => reject(new Error(`${file} ended before it said so:\n${said.output}`)));
        look();
      }),
    async stop() {
      end(child);
      await closed;
    },
  };
}

/** A port that nobody listens on, for programs that do not choose one themselves. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
