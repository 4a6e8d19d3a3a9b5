// Session tokens from `jose`, independent of the code under test.

import { randomBytes } from "node:crypto";

import { SignJWT, UnsecuredJWT } from "jose";

import { unprintableToken } from "./silence.mjs";

export const newSecret = () => randomBytes(32).toString("base64url");

const now = () => Math.floor(Date.now() / 1000);

/** A token as a session endpoint would sign it; `claims` and `header` are added or replaced. */
export async function mint(secret, { claims = {}, header = {}, ttlSeconds = 600 } = {}) {
  const all = { sub: "user-1", exp: now() + ttlSeconds, ...claims };
  for (const [name, value] of Object.entries(all)) if (value === undefined) delete all[name];
  const token = await new SignJWT(all)
    .setProtectedHeader({ alg: "HS256", typ: "JWT", ...header })
    .sign(new TextEncoder().encode(secret));
  unprintableToken(token);
  return token;
}

/** The same claims under `alg: none`. */
export const unsecured = () => new UnsecuredJWT({ sub: "user-1", exp: now() + 600 }).encode();
