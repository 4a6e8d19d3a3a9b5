// What is decoded: streams of known content, made the same on every machine.

const WORDS =
  " the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our man me even most made after also did many off before must well back through years where much your way down should because long each just state those people too mr how little good world make very year still see work life men day being here between both under never same another know while last might great old since come against go came right used take three"
    .split(" ")
    .map((word) => ` ${word}`);
const MULTIBYTE = [" 世界", " ☃", "é", " 😀", " привет", " ", "ا", " naïve", "，", " 日本語"];

/** A small seeded generator: the figures must not depend on luck. */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const head = {
  id: "chatcmpl-CKx2fGqUj3vEx8yNw1bZr9TtVsQ0a",
  object: "chat.completion.chunk",
  created: 1760000000,
  model: "gpt-4o-mini-2024-07-18",
  service_tier: "default",
  system_fingerprint: "fp_560af6e559",
};

const chunk = (delta, { index = 0, logprobs = null, finish_reason = null, ...rest } = {}) => ({
  ...head,
  choices: [{ index, delta, logprobs, finish_reason }],
  usage: null,
  ...rest,
});

const bytesOf = (text) => [...new TextEncoder().encode(text)];

/** Token by token. About one token in twelve holds something that JSON escapes. */
function tokens(count, { words = WORDS, escapes = true, seed = 1 } = {}) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  return Array.from({ length: count }, () =>
    escapes && next() < 1 / 12 ? pick(["\n\n", '"', "\\", ".\n"]) : pick(words),
  );
}

const answer = (pieces) => [
  chunk({ role: "assistant", content: "", refusal: null }),
  ...pieces,
  chunk({}, { finish_reason: "stop" }),
];

const plain = (count) => answer(tokens(count).map((content) => chunk({ content })));

function obfuscated(count) {
  const next = random(2);
  const letters = () =>
    Array.from(
      { length: 1 + Math.floor(next() * 12) },
      () => "abcdefghijkmnopqrstuvwxyzABCDEFGH"[Math.floor(next() * 33)],
    ).join("");
  return answer(tokens(count).map((content) => chunk({ content }, { obfuscation: letters() })));
}

function logprobs(count, top) {
  const next = random(3);
  const entry = (token) => ({
    token,
    logprob: -Math.round(next() * 1e7) / 1e6,
    bytes: bytesOf(token),
  });
  const others = tokens(count * top, { seed: 4 });
  return answer(
    tokens(count).map((content, at) =>
      chunk(
        { content },
        {
          logprobs: {
            content: [
              {
                ...entry(content),
                top_logprobs: others.slice(at * top, at * top + top).map(entry),
              },
            ],
            refusal: null,
          },
        },
      ),
    ),
  );
}

function toolCalls(count) {
  const pieces = tokens(count, { seed: 5 }).map((text) =>
    chunk({ tool_calls: [{ index: 0, function: { arguments: text } }] }),
  );
  const first = {
    tool_calls: [
      {
        index: 0,
        id: "call_9pw1qnYScqvGrCH58HWCvFH6",
        type: "function",
        function: { name: "write", arguments: "" },
      },
    ],
  };
  return [
    chunk({ role: "assistant", content: null }),
    chunk(first),
    ...pieces,
    chunk({}, { finish_reason: "tool_calls" }),
  ];
}

function fourChoices(count) {
  return answer(
    tokens(count, { seed: 6 }).map((content, at) => chunk({ content }, { index: at % 4 })),
  );
}

const frame = (chunks, { end = "\n", between = "" } = {}) => [
  ...chunks.map(
    (each, at) => `${at % 16 === 0 ? between : ""}data: ${JSON.stringify(each)}${end}${end}`,
  ),
  `data: [DONE]${end}${end}`,
];

function shape(name, chunks, framing) {
  const events = frame(chunks, framing);
  const text = chunks
    .map(({ choices: [{ index, delta }] }) => (index === 0 ? (delta.content ?? "") : ""))
    .join("");
  return { name, chunks, text, events, bytes: new TextEncoder().encode(events.join("")) };
}

/** Every shape, with about `count` events each. */
export function shapes(count = 2000) {
  const big = "x".repeat(1 << 20);
  return [
    shape("plain", plain(count)),
    shape("obfuscated", obfuscated(count)),
    shape("logprobs", logprobs(count, 0)),
    shape("top_logprobs 3", logprobs(count >> 1, 3)),
    shape("tool calls", toolCalls(count)),
    shape("n = 4", fourChoices(count)),
    shape(
      "multibyte",
      answer(tokens(count, { words: MULTIBYTE, seed: 7 }).map((content) => chunk({ content }))),
    ),
    shape("CRLF, keep-alives", plain(count), { end: "\r\n", between: ": keep-alive\r\n\r\n" }),
    shape("one 1 MiB event", answer([chunk({ content: big })])),
  ];
}

/** A shorter stream, for reads of one byte. */
export const drip = (count = 2000) => shape("plain, dripped", plain(Math.ceil(count / 100)));

/** The reads that a stream arrives in: one event each, or pieces of so many bytes. */
export function reads({ events, bytes }, size) {
  if (size === "event") return events.map((event) => new TextEncoder().encode(event));
  const pieces = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
  return pieces;
}

/** A body that gives the reads one by one, when asked. */
export function body(pieces) {
  let at = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (at < pieces.length) controller.enqueue(pieces[at++]);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** A `fetch` that answers every call with these reads. */
export const fetchOf = (pieces) => async () =>
  new Response(body(pieces), { status: 200, headers: { "content-type": "text/event-stream" } });

/** A stream of vLLM's kind: reasoning first, with members that are not in OpenAI's documents. */
function reasoning(count) {
  const thoughts = tokens(count, { seed: 8 }).map((text) =>
    chunk({ reasoning_content: text }, { stop_reason: null, token_ids: null }),
  );
  return answer([...thoughts, chunk({ content: "Yes." })]);
}

/** A response as `/responses` streams it, with about `count` events. */
export function responseShape(count = 2000) {
  const place = { item_id: "msg_68c5", output_index: 0, content_index: 0 };
  const pieces = tokens(count);
  const text = pieces.join("");
  const part = { type: "output_text", text: "", annotations: [], logprobs: [] };
  const item = { id: place.item_id, type: "message", role: "assistant", content: [] };
  const response = {
    id: "resp_68c5",
    object: "response",
    created_at: 1760000000,
    status: "in_progress",
    model: "gpt-5-nano",
    output: [],
    usage: null,
  };
  const whole = { ...item, status: "completed", content: [{ ...part, text }] };
  const usage = { input_tokens: 9, output_tokens: count, total_tokens: 9 + count };
  const chunks = [
    { type: "response.created", response },
    { type: "response.in_progress", response },
    { type: "response.output_item.added", output_index: 0, item },
    { type: "response.content_part.added", ...place, part },
    ...pieces.map((delta) => ({
      type: "response.output_text.delta",
      ...place,
      delta,
      logprobs: [],
    })),
    { type: "response.output_text.done", ...place, text, logprobs: [] },
    { type: "response.content_part.done", ...place, part: { ...part, text } },
    { type: "response.output_item.done", output_index: 0, item: whole },
    {
      type: "response.completed",
      response: { ...response, status: "completed", output: [whole], usage },
    },
  ].map(({ type, ...rest }, sequence_number) => ({ type, sequence_number, ...rest }));
  const events = chunks.map((each) => `event: ${each.type}\ndata: ${JSON.stringify(each)}\n\n`);
  const bytes = new TextEncoder().encode(events.join(""));
  return { name: "a response", chunks, text, events, bytes };
}

/** What the Rust clients read; `length` is that of the text and of the arguments, in bytes. */
export function clientShapes(count = 1000) {
  const utf8 = new TextEncoder();
  return [
    shape("plain", plain(count)),
    shape("tool calls", toolCalls(count)),
    shape("reasoning", reasoning(count)),
  ].map((each) => ({
    ...each,
    length: each.chunks
      .flatMap(({ choices: [{ delta }] }) => [
        delta.content ?? "",
        ...(delta.tool_calls ?? []).map((call) => call.function.arguments),
      ])
      .reduce((sum, text) => sum + utf8.encode(text).length, 0),
  }));
}
