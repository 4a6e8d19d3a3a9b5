// A server's part, as a web-standard handler: the proxy under /v1, and routes that ask by the client that
// holds the key, and by the keyless one through that proxy.

import * as keyless from "openai-wasm";
import * as edge from "openai-wasm/edge";
import { createProxy, signSessionToken } from "openai-wasm/proxy";

import { askAll, said } from "./all.mjs";

const proxy = createProxy({ routes: ["models", "audio.transcriptions"], models: "*" });

/** @param env `OPENAI_API_KEY`, `OPENAI_BASE_URL`, `SESSION_SECRET` */
export async function answer(request, env, context) {
  const { pathname, origin } = new URL(request.url);
  if (pathname.startsWith("/v1/")) return proxy.fetch(request, env, context);
  try {
    switch (pathname) {
      case "/ask/edge":
        return Response.json(await askAll(withKey(), { apiKey: env.OPENAI_API_KEY, baseURL: env.OPENAI_BASE_URL }));
      case "/ask/keyless":
        return Response.json(await askAll(keyless, { proxyUrl: `${origin}/v1`, token: await tokenOf(env) }));
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
