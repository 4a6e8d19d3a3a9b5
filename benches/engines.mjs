// Who decodes: ours, the peers and the floors. Each engine turns reads into chunks or into text.

import { fetchOf, body } from "./shapes.mjs";

const PARAMS = { model: "m", messages: [{ role: "user", content: "?" }], stream: true };
const contentOf = (chunk) =>
  chunk.choices[0]?.index === 0 ? (chunk.choices[0].delta.content ?? "") : "";

export async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** What a caller does with chunks: here, join the text. */
async function join(stream) {
  let text = "";
  for await (const chunk of stream) text += contentOf(chunk);
  return text;
}

export async function joinTexts(stream) {
  let text = "";
  for await (const piece of stream) text += piece;
  return text;
}

/** @param modules the package's exports, those of peers.mjs, and of benches/naive where it runs */
export async function engines({ OpenAI, Official, createParser, aiParse, Naive }) {
  // One client for all streams, as in an application; `fetch` answers with the reads of the moment.
  let current;
  const fetch = () => fetchOf(current)();
  const client = new OpenAI({ proxyUrl: "http://127.0.0.1:9/v1", token: "t", fetch });
  const ours = (pieces) => {
    current = pieces;
    return client.chat.completions.create(PARAMS);
  };
  const list = [
    {
      name: "ours, objects",
      chunks: async (pieces) => collect(await ours(pieces)),
      run: async (pieces) => join(await ours(pieces)),
    },
    { name: "ours, textStream", run: async (pieces) => joinTexts((await ours(pieces)).textStream) },
  ];
  if (Official) {
    const client = new Official({
      apiKey: "k",
      baseURL: "http://127.0.0.1:9/v1",
      fetch,
      dangerouslyAllowBrowser: true,
    });
    const official = (pieces) => {
      current = pieces;
      return client.chat.completions.create(PARAMS);
    };
    list.push({
      name: "openai",
      chunks: async (pieces) => collect(await official(pieces)),
      run: async (pieces) => join(await official(pieces)),
    });
  }
  if (createParser) {
    async function* parsed(pieces) {
      const queue = [];
      const parser = createParser({
        onEvent: ({ data }) => void (data !== "[DONE]" && queue.push(JSON.parse(data))),
      });
      const decoder = new TextDecoder();
      const reader = body(pieces).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        parser.feed(decoder.decode(value, { stream: true }));
        yield* queue.splice(0);
      }
    }
    list.push({
      name: "eventsource-parser + JSON.parse",
      chunks: (pieces) => collect(parsed(pieces)),
      run: (pieces) => join(parsed(pieces)),
    });
  }
  if (aiParse) {
    async function* parsed(pieces) {
      for await (const { success, value, error } of aiParse(body(pieces))) {
        if (!success) throw error;
        yield value;
      }
    }
    list.push({
      name: "AI SDK",
      chunks: (pieces) => collect(parsed(pieces)),
      run: (pieces) => join(parsed(pieces)),
    });
  }
  if (Naive) {
    async function* decoded(pieces) {
      const decoder = new Naive();
      const reader = body(pieces).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return decoder.free();
        yield* decoder.push(value);
      }
    }
    list.push({
      // Its chunks have the fields of the structs in their order, so only their text is compared.
      name: "naive: serde-wasm-bindgen",
      run: (pieces) => join(decoded(pieces)),
    });
  }
  list.push(
    {
      // The least that hand-written JavaScript can do: no chunk type, no error, no comment, LF only.
      name: "floor: TextDecoder + JSON.parse",
      floor: true,
      run: async (pieces) => {
        const decoder = new TextDecoder();
        const reader = body(pieces).getReader();
        let [text, rest] = ["", ""];
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return text;
          const blocks = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
          rest = blocks.pop();
          for (const block of blocks) {
            if (block.startsWith("data: {")) text += contentOf(JSON.parse(block.slice(6)));
          }
        }
      },
    },
    {
      name: "floor: reader only",
      floor: true,
      blind: true,
      run: async (pieces) => {
        const reader = body(pieces).getReader();
        let length = 0;
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return length;
          length += value.length;
        }
      },
    },
  );
  return list;
}
