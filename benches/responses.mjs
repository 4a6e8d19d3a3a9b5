// A stream of `/responses` beside the official client, in Node: objects and text.

import { collect, joinTexts } from "./engines.mjs";
import { compare, sizeName, timeHere, verify } from "./measure.mjs";
import { fetchOf, reads, responseShape } from "./shapes.mjs";

const PARAMS = { model: "m", input: "?", stream: true };

async function joinDeltas(events) {
  let text = "";
  for await (const event of events)
    if (event.type === "response.output_text.delta") text += event.delta;
  return text;
}

/** Microseconds an event at each size of read: `{ size, engines: [names], figures }`. */
export async function responses({ OpenAI, Official }, { events, ...options }) {
  let current;
  const fetch = () => fetchOf(current)();
  const asks = (client) => (pieces) => {
    current = pieces;
    return client.responses.create(PARAMS);
  };
  const ours = asks(new OpenAI({ proxyUrl: "http://127.0.0.1:9/v1", token: "t", fetch }));
  const official = asks(new Official({ apiKey: "k", baseURL: "http://127.0.0.1:9/v1", fetch }));
  const engine = (name, ask) => ({
    name,
    chunks: async (pieces) => collect(await ask(pieces)),
    run: async (pieces) => joinDeltas(await ask(pieces)),
  });
  const list = [
    engine("ours, objects", ours),
    {
      name: "ours, textStream",
      run: async (pieces) => joinTexts((await ours(pieces)).textStream),
    },
    engine("openai", official),
  ];
  const shape = responseShape(events);
  const rows = [];
  for (const size of ["event", 1024, 16 * 1024]) {
    const each = { shape, size, pieces: reads(shape, size) };
    await verify(each, list);
    const figures = await compare(each, list, { ...options, time: timeHere });
    rows.push({ size, name: sizeName(size), figures });
  }
  return { engines: list.map(({ name }) => name), rows };
}
