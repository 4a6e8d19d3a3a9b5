// The proxy as a user deploys it, in workerd, with a canary for its key.

import { bundleWorker } from "./bundle.mjs";
import { newCanary } from "./canary.mjs";
import { open, send } from "./http.mjs";
import { unprintableBody } from "./silence.mjs";
import { mint, newSecret } from "./tokens.mjs";
import { startWorkerd } from "./workerd.mjs";

/**
 * A Worker that is nothing but the proxy, with the list of models and room for every test's requests at
 * once; `options` is JavaScript text.
 */
export const proxySource = (options = "{}") =>
  `import { createProxy } from "openai-wasm/proxy";\nexport default createProxy({ routes: ["models"], maxConcurrent: 1000, ...${options} });\n`;

export const QUESTION = {
  model: "stand-in-ngram-1",
  messages: [{ role: "user", content: "Say this is a test" }],
};

/**
 * Starts it. `limits` are options that are numbers; `bindings` are added to the secrets, `null` takes
 * one away; `worker` is what `startWorkerd` takes besides modules and bindings; `front` is a Worker in
 * front; `modules` are another Worker's.
 */
export async function startProxy({
  upstream,
  limits = {},
  options = `{ ${Object.entries(limits).map(([name, value]) => `${name}: ${value}`)} }`,
  source = proxySource(options),
  modules,
  key = newCanary(),
  secret = newSecret(),
  bindings = {},
  worker = {},
  front,
  services = {},
  bundle,
  binary,
}) {
  const bound = {
    OPENAI_API_KEY: key,
    SESSION_SECRET: secret,
    OPENAI_BASE_URL: upstream?.baseUrl ?? null,
    // Every model, so that lists of models are the upstream's.
    OPENAI_MODELS: "*",
    ...bindings,
  };
  for (const [name, value] of Object.entries(bound)) if (value === null) delete bound[name];
  const proxy = {
    modules: modules ?? (await bundleWorker(source, bundle)),
    bindings: bound,
    ...worker,
  };
  const workerd = front
    ? await startWorkerd(
        {
          modules: [{ name: "front.js", esModule: front }],
          bindings: { PROXY: { service: "proxy" } },
        },
        { services: { proxy, ...services }, binary },
      )
    : await startWorkerd(proxy, { services, binary });

  const authorized = async (headers, token) => ({
    authorization: `Bearer ${await mint(secret, token)}`,
    ...headers,
  });
  const post = async (body, { headers, token, ...rest } = {}) => {
    unprintableBody(body);
    return {
      method: "POST",
      headers: await authorized({ "content-type": "application/json", ...headers }, token),
      body: typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      ...rest,
    };
  };
  return {
    url: workerd.url,
    pid: workerd.pid,
    key,
    secret,
    get output() {
      return workerd.output;
    },
    until: workerd.until,
    stop: workerd.stop,
    /** Any request; nothing is added to it. */
    send: (path, request) => send(workerd.url, { ...request, path }),
    /** A chat request with a token (`token` is what `mint` takes), answered whole. */
    chat: async (body, request) =>
      send(`${workerd.url}/v1/chat/completions`, await post(body, request)),
    /** The same, unfinished: see `open`. */
    openChat: async (body, request) =>
      open(`${workerd.url}/v1/chat/completions`, await post(body, request)),
    models: async (headers, token) =>
      send(`${workerd.url}/v1/models`, { headers: await authorized(headers, token) }),
    /** A POST with a token to any path. */
    post: async (path, body, request) =>
      send(workerd.url, { ...(await post(body, request)), path }),
  };
}

/** Runs a proxy of its own for one test. */
export async function withProxy(settings, test) {
  const own = await startProxy(settings);
  try {
    await test(own);
  } finally {
    await own.stop();
  }
}
