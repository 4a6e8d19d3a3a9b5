// A web-standard handler on a port of Node.js.

import { createServer } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Serves on a free port of this machine: `{ url, close }`. */
export async function serve(handle) {
  const server = createServer((incoming, outgoing) => {
    relay(handle, incoming, outgoing).catch((error) => {
      console.error(error);
      outgoing.destroy();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function relay(handle, incoming, outgoing) {
  const left = new AbortController();
  outgoing.once("close", () => left.abort());
  const hasBody = !["GET", "HEAD"].includes(incoming.method);
  const request = new Request(new URL(incoming.url, `http://${incoming.headers.host}`), {
    method: incoming.method,
    headers: Object.entries(incoming.headersDistinct).flatMap(([name, values]) =>
      values.map((value) => [name, value]),
    ),
    body: hasBody ? Readable.toWeb(incoming) : undefined,
    duplex: "half",
    signal: left.signal,
  });
  const response = await handle(request);
  outgoing.writeHead(response.status, [...response.headers].flat());
  if (!response.body) return outgoing.end();
  // A caller who leaves early ends this, and with it the body.
  await pipeline(Readable.fromWeb(response.body), outgoing).catch(() => {});
}
