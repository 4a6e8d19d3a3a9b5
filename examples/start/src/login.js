// Who is asking? Put your own login here: a cookie of yours, an identity provider. Until you do, a visitor of
// the deployed page needs the access code that `npm run deploy` prints.

const MAX_BODY_BYTES = 1000;

/** `{ user: { id } }`, or `{ refusal: { status, message } }`. */
export async function userOf(request, env) {
  const { hostname } = new URL(request.url);
  if (env.LOGIN === "none" && isThisMachine(hostname)) return { user: { id: "local" } };

  if (!(env.ACCESS_CODE?.length >= 16))
    throw new Error("ACCESS_CODE is missing or shorter than 16 characters");
  const network = networkOf(request.headers.get("cf-connecting-ip") ?? "unknown");
  const { success } = await env.SESSION_LIMIT.limit({ key: network });
  if (!success) return refused(429, "Too many attempts. Wait a minute.");

  // Without the header Number(null) is 0.
  const length = Number(request.headers.get("content-length"));
  if (!(length > 0 && length <= MAX_BODY_BYTES))
    return refused(400, `Send the code with a Content-Length of at most ${MAX_BODY_BYTES} bytes.`);
  const { code } = (await request.json().catch(() => undefined)) ?? {};
  if (typeof code !== "string" || !(await same(code, env.ACCESS_CODE)))
    return refused(401, "The access code is wrong.");
  // The network, so that a new session is not a new budget.
  return { user: { id: `address:${network}` } };
}

const refused = (status, message) => ({ refusal: { status, message } });

/** An IPv4 address; of IPv6 the first 64 bits, since one visitor has all addresses of such a network. */
function networkOf(address) {
  if (!address.includes(":")) return address;
  const [before, after = []] = address
    .split("::")
    .map((part) => part.split(":").filter((group) => group));
  const zeros = Array(Math.max(0, 8 - before.length - after.length)).fill("0");
  return `${[...before, ...zeros, ...after].slice(0, 4).join(":")}::/64`;
}

/** `LOGIN=none` of .dev.vars opens nothing that others can reach. */
const isThisMachine = (hostname) => ["localhost", "127.0.0.1", "[::1]"].includes(hostname);

/** Compares in a time that does not depend on where the texts differ. */
async function same(a, b) {
  const digest = (text) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return crypto.subtle.timingSafeEqual(await digest(a), await digest(b));
}
