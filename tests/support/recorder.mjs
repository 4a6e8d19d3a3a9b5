// A server that writes down what it is asked, byte for byte, and answers what a test told it.

import { createServer } from "node:http";

/**
 * Starts one on a port of its own. `next` holds the answers that are still to be given, each
 * `{ status, headers, body }` or a function of the request and the response; the last one stays.
 */
export async function startRecorder() {
  const requests = [];
  const next = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    // A caller may leave during its upload.
    request.on("error", () => {});
    const record = { method: request.method, url: request.url, headers: request.headers };
    requests.push(record);
    const answer = next.length > 1 ? next.shift() : next[0];
    if (typeof answer === "function") return answer(request, response);
    for await (const chunk of request) chunks.push(chunk);
    record.body = Buffer.concat(chunks);
    const { status = 200, headers = {}, body = "" } = answer;
    const text =
      typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    url,
    baseUrl: `${url}/v1`,
    requests,
    /** From now on these are the answers. */
    answer(...answers) {
      requests.length = 0;
      next.splice(0, next.length, ...answers);
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The fields of a recorded form: `[name, text]`, or `[name, { filename, type, content }]` for a file. */
export async function formOf({ headers, body }) {
  const form = await new Response(body, {
    headers: { "content-type": headers["content-type"] },
  }).formData();
  const fields = [];
  for (const [name, value] of form) {
    const { name: filename, type } = value;
    fields.push([
      name,
      typeof value === "string" ? value : { filename, type, content: await value.text() },
    ]);
  }
  return fields;
}

/** A request as two clients must agree on it. */
export async function essence(record) {
  const { method, url, headers, body } = record;
  const [type] = (headers["content-type"] ?? "").split(";");
  // The order of a form's fields says nothing, but for those of the same name.
  const content =
    type === "multipart/form-data"
      ? (await formOf(record)).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      : body.length > 0
        ? JSON.parse(body)
        : undefined;
  const kept = ["authorization", "openai-organization", "openai-project", "accept"];
  return {
    method,
    url,
    type,
    content,
    headers: Object.fromEntries(kept.map((name) => [name, headers[name]])),
  };
}
