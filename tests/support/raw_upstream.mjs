// An upstream of raw bytes, for answers that no stand-in gives.

import { createServer } from "node:net";

/**
 * `answer(socket, request)` is called for each request, once its head and its first bytes are there.
 *
 * @returns `{ baseUrl, requests, closed, stop }`: `requests()` is how many there were, `closed(count)` resolves once
 *   so many of their connections have closed
 */
export async function rawUpstream(answer) {
  let requests = 0;
  let closed = 0;
  const waiting = new Set();
  const server = createServer((socket) => {
    let asked = false;
    socket.on("error", () => {});
    socket.once("close", () => {
      if (asked) closed++;
      for (const wake of waiting) wake();
    });
    socket.on("data", (data) => {
      if (!data.includes("\r\n\r\n")) return;
      asked = true;
      requests++;
      answer(socket, data);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${server.address().port}/v1`,
    requests: () => requests,
    async closed(count) {
      while (closed < count) await new Promise((resolve) => waiting.add(resolve));
    },
    stop: () => server.close(),
  };
}

export const head = (type, status = "200 OK") =>
  `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\nconnection: close\r\n\r\n`;
export const event = (value) =>
  `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`;
export const says = (content, more) =>
  event({ object: "chat.completion.chunk", choices: [{ index: 0, delta: { content }, ...more }] });
