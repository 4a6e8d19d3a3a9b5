// `npx openai-wasm scan dist`

import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import { OpenAIError } from "../lib/errors.js";
import { scanPaths } from "./files.js";
import { readOptions, scannerFor } from "./options.js";
import { count, printable, printableJson, reportOf, tally } from "./report.js";

const HELP = `Usage: openai-wasm init FOLDER
       openai-wasm scan [options] <path…>

init makes a folder with a page, its proxy and its session endpoint, ready for \`npm install\`.

scan fails if a model provider's key, a secret of the environment, or a build that can hold a key stands in
the files of an app's build, as it is or encoded.

Options:
  --json                   print one JSON object
  --target browser|server  "server": the files are not for browsers and may hold openai-wasm/edge
                           and openai-wasm/proxy (default: browser)
  --exclude GLOB           files to leave out, below the path that was named; may be repeated
  --ignore-provider NAME   a provider whose keys are meant to be public here; may be repeated
  --ignore-value TEXT      what looks like a key but is not; may be repeated
  --env NAME               a variable that is a secret whatever its name; may be repeated
  --ignore-env NAME        a variable that is not a secret; may be repeated
  --vars-file FILE         a file of variables in the place of .env, .env.local, .env.production,
                           .env.production.local and .dev.vars; may be repeated
  --help, --version

Exit code: 0 nothing found, 1 something found, 2 the scan could not be done.
`;

const many = { type: "string", multiple: true };
const ARGUMENTS = {
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
  target: { type: "string" },
  exclude: many,
  "ignore-provider": many,
  "ignore-value": many,
  env: many,
  "ignore-env": many,
  "vars-file": many,
};

async function run(args) {
  const { values, positionals } = parseArgs({ args, options: ARGUMENTS, allowPositionals: true });
  if (values.help) return print(HELP);
  if (values.version) return print(`${await version()}\n`);
  const [command, ...paths] = positionals;
  if (command !== "scan" || paths.length === 0) {
    process.stderr.write(
      command === undefined || command === "scan"
        ? HELP
        : `openai-wasm: there is no command ${printable(JSON.stringify(command))}\n${HELP}`,
    );
    return 2;
  }
  const options = readOptions({
    target: values.target,
    exclude: values.exclude,
    ignoreProviders: values["ignore-provider"],
    ignoreValues: values["ignore-value"],
    env: values.env,
    ignoreEnv: values["ignore-env"],
    varsFiles: values["vars-file"],
  });
  const { scanner, skipped } = await scannerFor(options, process.cwd());
  const result = await scanPaths(scanner, paths, options);
  if (values.json)
    return print(
      `${printableJson(JSON.stringify({ ...result, skipped }, undefined, 2))}\n`,
      result.findings.length > 0 ? 1 : 0,
    );

  for (const { name, why } of skipped)
    process.stderr.write(`openai-wasm: ${name} is not looked for: its value ${why}\n`);
  const found = result.findings.length > 0;
  if (found) process.stderr.write(`${reportOf(result)}\n`);
  const ignored = result.ignored > 0 ? `, ${result.ignored} ignored by a comment` : "";
  const { secrets, closed } = tally(result.findings);
  const unopened = closed > 0 ? `, ${closed} not scanned` : "";
  return print(
    `${count(result.files, "file")} scanned, ${count(secrets, "secret")} found${unopened}${ignored}\n`,
    found ? 1 : 0,
  );
}

const print = (text, code = 0) => {
  process.stdout.write(text);
  return code;
};

const version = async () =>
  JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8")).version;

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const expected = error.code?.startsWith("ERR_PARSE_ARGS_") || error instanceof OpenAIError;
  process.stderr.write(`openai-wasm: ${expected ? printable(error.message) : error.stack}\n`);
  process.exitCode = 2;
}
