// The streams that proxies are measured with, over bare sockets: an upstream that sends them, a client that times
// them, and the processor time of a process.

import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";

const chunk = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const data = (value) =>
  chunk(`data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`);
const says = (delta, finish_reason = null) =>
  data({
    id: "chatcmpl-abc",
    object: "chat.completion.chunk",
    created: 1760000000,
    model: "m",
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  });
const HEAD =
  "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const WORD = Buffer.from(says({ content: " word" }));
const tail = (events) =>
  `${says({}, "stop")}${data({ choices: [], usage: { prompt_tokens: 9, completion_tokens: events } })}${data("[DONE]")}0\r\n\r\n`;

/**
 * Answers each request with the same stream, one HTTP chunk an event. `stream` may be set at any time: `events` a
 * stream, and the milliseconds between two; 0 sends all at once.
 */
export async function startUpstream() {
  const upstream = { stream: { events: 0, paceMs: 0 } };
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("data", () => {
      const { events, paceMs } = upstream.stream;
      socket.write(HEAD);
      if (paceMs === 0)
        return void socket.write(
          Buffer.concat([...Array(events).fill(WORD), Buffer.from(tail(events))]),
        );
      let sent = 0;
      const began = performance.now();
      const timer = setInterval(() => {
        // Never slower than the pace, whatever the timer does.
        const due = Math.min(events, Math.floor((performance.now() - began) / paceMs));
        for (; sent < due; sent++) socket.write(WORD);
        if (sent < events) return;
        clearInterval(timer);
        socket.write(tail(events));
      }, paceMs);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  upstream.url = `http://127.0.0.1:${server.address().port}/v1`;
  upstream.stop = () => server.close();
  return upstream;
}

/** The time of the processor that a process has had, in milliseconds; nothing but Linux tells. */
export function processorMs(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return NaN;
  }
}

/**
 * One request over a connection of its own: when the first byte of the body came, and the last.
 *
 * @param events how many the answer has at least
 */
export function stream(port, request, events) {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    let first;
    let head = "";
    let end = "";
    let size = 0;
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    socket.setNoDelay(true);
    socket.once("error", reject);
    socket.on("data", (bytes) => {
      end = (end + bytes.subarray(-32).toString("latin1")).slice(-32);
      size += bytes.length;
      if (first === undefined) {
        head += bytes.toString("latin1");
        if (!head.includes("data: ")) return;
        first = performance.now() - began;
        if (!head.startsWith("HTTP/1.1 200")) return void reject(new Error(head));
      }
      if (!end.endsWith("\n0\r\n\r\n")) return;
      socket.destroy();
      if (size < events * 150) return void reject(new Error(`an answer of ${size} bytes: ${head}`));
      resolve({ first, last: performance.now() - began });
    });
  });
}
