// The tokenizers, each as its documents say. `load` gives `count(text)` with special tokens as text.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const ours = (file) => pathToFileURL(join(process.env.OPENAI_WASM_PKG, file)).href;

export const ENGINES = {
  "openai-wasm": {
    async load(encoding) {
      const { tokenizer } = await import(ours("tokens/index.node.js"));
      const t = await tokenizer(encoding);
      return { count: (text) => t.count(text) };
    },
    bundle: (encoding) => [
      `import { tokenizer } from ${JSON.stringify(join(process.env.OPENAI_WASM_PKG, "tokens/index.js"))}; globalThis.count = async (text) => (await tokenizer(${JSON.stringify(encoding)})).count(text);`,
      `export { TABLE } from ${JSON.stringify(join(process.env.OPENAI_WASM_PKG, `tokens/tables/${encoding}.js`))};`,
    ],
  },
  "gpt-tokenizer": {
    async load(encoding) {
      const { countTokens } = await import(`gpt-tokenizer/encoding/${encoding}`);
      return { count: (text) => countTokens(text, { disallowedSpecial: new Set() }) };
    },
    bundle: (encoding) => [
      `import { countTokens } from "gpt-tokenizer/encoding/${encoding}"; globalThis.count = countTokens;`,
    ],
  },
  "js-tiktoken": {
    async load(encoding) {
      const { Tiktoken } = await import("js-tiktoken/lite");
      const { default: ranks } = await import(`js-tiktoken/ranks/${encoding}`);
      const t = new Tiktoken(ranks);
      return { count: (text) => t.encode(text, [], []).length };
    },
    bundle: (encoding) => [
      `import { Tiktoken } from "js-tiktoken/lite"; import ranks from "js-tiktoken/ranks/${encoding}"; globalThis.count = (text) => new Tiktoken(ranks).encode(text).length;`,
    ],
  },
  tiktoken: {
    async load(encoding) {
      const { get_encoding } = await import("tiktoken");
      const t = get_encoding(encoding);
      return { count: (text) => t.encode_ordinary(text).length };
    },
    // Its light form: WebAssembly and the ranks as files of their own.
    files: (encoding) => [
      "lite/tiktoken_bg.wasm",
      "lite/tiktoken_bg.js",
      `encoders/${encoding}.json`,
    ],
  },
  hypertok: {
    async load(encoding) {
      const { fromBytes } = await import("hypertok");
      const { vocabulary } = await import(`@hypertok/vocab-${encoding.replace("_base", "")}`);
      // One thread, as the others have.
      const t = await fromBytes(await readFile(vocabulary), { tier: "single" });
      const reserved = { match: [] };
      return { count: (text) => t.encodeSync(text, { reserved }).length };
    },
    bundle: () => [`export { fromBytes } from "hypertok";`],
    files: (encoding) => [
      "wasm/single/hypertok_wasm_core_bg.wasm",
      `../@hypertok/vocab-${encoding.replace("_base", "")}/vocab.htk`,
    ],
  },
};
