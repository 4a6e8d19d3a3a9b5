import { signSessionToken } from "openai-wasm/proxy";

export async function POST({ request }) {
  const user = userOf(request);
  if (!user) return Response.json({ error: { message: "Log in first." } }, { status: 401 });
  const token = await signSessionToken({ secret: process.env.SESSION_SECRET, sub: user.id });
  return Response.json({ token }, { headers: { "cache-control": "no-store" } });
}

/** Yours: who is asking? With LOGIN=none everybody is let in, which is for trying it out on your machine. */
function userOf(_request) {
  return process.env.LOGIN === "none" ? { id: "local" } : undefined;
}
