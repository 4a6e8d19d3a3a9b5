// The crate beside async-openai: instructions and allocations, which do not depend on the machine's load.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { sizeName } from "./measure.mjs";
import { clientShapes, reads } from "./shapes.mjs";

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL("rust-clients", import.meta.url));
const OURS = "openai-wasm";
const PEER = "async-openai";

/** What ours may take at most, as a part of the peer's. */
const BOUNDS = { event: 1 / 2, 16384: 1 / 3 };

export async function rustClients({ print, addFailure }) {
  const target = fileURLToPath(new URL("../target/rust-clients", import.meta.url));
  const options = ["build", "--release", "--quiet", "--locked", "--target-dir", target];
  await run("cargo", options, { cwd: FOLDER, maxBuffer: 1 << 26 });
  const program = join(target, "release", "rust-clients");
  const counter = await instructionCounter();
  if (counter === undefined) {
    print("Instructions are counted by valgrind, which is not installed: allocations alone.");
    print();
  }
  print("| stream | reads | of an event | openai-wasm | async-openai | ratio |");
  print("|---|---|---|--:|--:|--:|");
  const folder = await mkdtemp(join(tmpdir(), "openai-wasm-bench-"));
  try {
    for (const shape of clientShapes()) {
      const file = join(folder, "stream");
      await writeFile(file, shape.bytes);
      for (const size of ["event", 16384]) {
        const sizes = reads(shape, size)
          .map(({ length }) => length)
          .join();
        const measure = (engine) => figures({ program, counter, engine, file, sizes, shape });
        const [ours, peer] = [await measure(OURS), await measure(PEER)];
        for (const what of Object.keys(ours)) {
          const ratio = ours[what] / peer[what];
          const cells = [ours[what], peer[what]].map((figure) =>
            figure.toFixed(figure < 100 ? 1 : 0),
          );
          print(
            `| ${shape.name} | ${sizeName(size)} | ${what} | ${cells.join(" | ")} | ${ratio.toFixed(2)} |`,
          );
          if (ratio > BOUNDS[size] && what !== "bytes allocated") {
            addFailure(
              `the crate, ${shape.name}, ${sizeName(size)}: ${ratio.toFixed(2)} of async-openai's ${what}, ${BOUNDS[size].toFixed(2)} wanted`,
            );
          }
        }
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Instructions, allocations and bytes of one event. */
async function figures({ program, counter, engine, file, sizes, shape }) {
  const counted = async (times) => {
    const command = [program, engine, file, sizes, String(times)];
    const [text, allocations, bytes] = (await run(command[0], command.slice(1))).stdout
      .split(" ")
      .map(Number);
    if (text !== shape.length) throw new Error(`${engine} read ${text} of ${shape.length} bytes`);
    return { instructions: await counter?.(command), allocations, bytes };
  };
  const [once, thrice] = [await counted(1), await counted(3)];
  const events = shape.events.length;
  return {
    ...(counter && { instructions: (thrice.instructions - once.instructions) / 2 / events }),
    allocations: thrice.allocations / events,
    "bytes allocated": thrice.bytes / events,
  };
}

/** Counts a command's instructions; undefined without valgrind. */
async function instructionCounter() {
  const options = ["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"];
  const count = async (command) => {
    const { stderr } = await run("valgrind", [...options, ...command], { maxBuffer: 1 << 26 });
    return Number(/I\s+refs:\s+([\d,]+)/.exec(stderr)?.[1].replaceAll(",", ""));
  };
  try {
    await count(["true"]);
    return count;
  } catch {
    return undefined;
  }
}
