// One HTTP/1.1 request over a connection of its own, sent as it is: no path is normalised, no header
// added but Host and the body's length.

import { request as httpRequest } from "node:http";
import { connect } from "node:net";

/**
 * Sends a request and gives the response's head as soon as it is there.
 *
 * @returns `{ close(), reset(), response }`; the response is `{ status, headers, chunks, text(), events(), ended, … }`:
 *   `chunks` collects `{ at, text }` with the time of arrival, `ended` resolves to `"end"`, or to
 *   `"broken"` when the connection was lost inside the body
 */
export async function open(url, { method = "GET", path, headers = {}, body } = {}) {
  const target = new URL(url);
  const request = httpRequest({
    host: target.hostname,
    port: target.port,
    method,
    path: path ?? target.pathname + target.search,
    headers,
    agent: false,
  });
  const arrived = new Promise((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
  });
  request.on("error", () => {});
  if (typeof body === "function") body(request);
  else request.end(body);
  const pending = {
    /** Closes the socket, as programs do: FIN, if all that came has been read. */
    close: () => request.destroy(),
    /** Resets the connection: RST, as a socket with unread bytes ends, or one whose program was killed. */
    reset: () => request.socket.resetAndDestroy(),
    response: arrived.then(received),
  };
  pending.response.catch(() => {});
  return pending;
}

/** Sends a request and waits for the whole answer. */
export async function send(url, options) {
  const { response } = await open(url, options);
  const answer = await response;
  await answer.ended;
  return answer;
}

function received(response) {
  const chunks = [];
  const waiting = new Set();
  response.setEncoding("utf8");
  response.on("data", (text) => {
    chunks.push({ at: Date.now(), text });
    for (const wake of waiting) wake();
  });
  const ended = new Promise((resolve) => {
    response.once("end", () => resolve("end"));
    response.once("error", () => resolve("broken"));
    response.once("close", () => resolve("broken"));
  });
  const text = () => chunks.map((chunk) => chunk.text).join("");
  return {
    status: response.statusCode,
    statusText: response.statusMessage,
    headers: response.headers,
    rawHeaders: response.rawHeaders,
    chunks,
    ended,
    text,
    /** Stops reading from the socket. */
    pause: () => response.pause(),
    resume: () => response.resume(),
    json: () => JSON.parse(text()),
    /** Resolves once so many `data:` events have arrived whole. */
    async events(count) {
      const arrived = () => (text().match(/^data: .*\n\n/gm) ?? []).length >= count;
      while (!arrived()) {
        await new Promise((resolve, reject) => {
          waiting.add(resolve);
          ended.then(() => reject(new Error(`the body ended before ${count} events:\n${text()}`)));
        });
        waiting.clear();
      }
    },
    /** Everything that the client saw. */
    seen: () =>
      [
        response.statusMessage,
        ...response.rawHeaders,
        ...Object.entries(response.trailers).flat(),
        text(),
      ].join("\n"),
  };
}

/** Sends a text as it is over a connection of its own, and gives all that comes back until it is closed. */
export function sendRaw(url, text, { end = false } = {}) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    let answer = "";
    socket.setEncoding("latin1");
    socket.on("data", (part) => (answer += part));
    socket.once("close", () => resolve(answer));
    socket.once("error", (error) => (answer === "" ? reject(error) : resolve(answer)));
    if (end) socket.end(text);
    else socket.write(text);
  });
}
