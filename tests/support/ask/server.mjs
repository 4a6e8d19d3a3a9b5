// A server's part, as a web-standard handler: the proxy under /v1, and routes that ask by the client that
// holds the key, and by the keyless one through that proxy.

import * as keyless from "openai-wasm";
import * as edge from "openai-wasm/edge";
import { createProxy, signSessionToken } from "openai-wasm/proxy";

import { askAll, said } from "./all.mjs";

const proxy = createProxy({
  routes: ["models", "audio.transcriptions"],
  models: "*",
  maxConcurrent: 100,
});

/**
 * @param request for `/v1/…` or `/ask/…`, under whatever path the framework has put this
 * @param env `OPENAI_API_KEY`, `OPENAI_BASE_URL`, `SESSION_SECRET`
 */
export async function answer(request, env, context) {
  const url = new URL(request.url);
  const base = /^(.*)\/(?:v1|ask)\//.exec(url.pathname)?.[1] ?? "";
  const path = url.pathname.slice(base.length);
  if (path.startsWith("/v1/")) {
    return proxy.fetch(
      base === "" ? request : new Request(new URL(path + url.search, url), request),
      env,
      context,
    );
  }
  try {
    switch (path) {
      case "/ask/edge":
        return Response.json(
          await askAll(withKey(), { apiKey: env.OPENAI_API_KEY, baseURL: env.OPENAI_BASE_URL }),
        );
      case "/ask/keyless":
        return Response.json(
          await askAll(keyless, { proxyUrl: `${url.origin}${base}/v1`, token: await tokenOf(env) }),
        );
      case "/ask/token":
        return new Response(await tokenOf(env));
      default:
        return new Response("Not Found", { status: 404 });
    }
  } catch (error) {
    return Response.json({ failed: said(error) });
  }
}

/** The entry with the key has no decoder of other servers' events: that is the keyless entry's. */
const withKey = () => ({ ...edge, decodeEventStream: keyless.decodeEventStream });

const tokenOf = (env) => signSessionToken({ secret: env.SESSION_SECRET, sub: "a visitor" });
