// Callers with a token of an identity provider, which publishes its keys.

import { createRemoteJWKSet, customFetch, errors, jwtVerify } from "jose";

import { InvalidOptionError } from "../lib/errors.js";
import { JWKS, read } from "./proxy-options.js";

/** Clocks may differ by so much, in seconds. */
const LEEWAY = 60;

/** A key set is fetched when a token names an unknown key, but not again within this time. */
const COOLDOWN_MS = 30_000;

const MAX_AGE_MS = 600_000;

/** What a header may hold; nothing in it may bring a key along or change the meaning. */
const HEADER = new Set(["alg", "typ", "kid", "x5t", "x5t#S256", "cat"]);

const BEARER = /^bearer ([\w.-]{1,8192})$/i;
const BARE = /^([\w.-]{1,8192})$/;

/** Base64url whose last character has no bits to spare: with them, one token would have many spellings. */
const CANONICAL = /^([\w-]{4})*([\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/;

export function authenticateByJwks(options) {
  const {
    url,
    issuer,
    audience,
    authorizedParties,
    algorithms = ["RS256", "ES256"],
    header,
  } = read(options, JWKS, {
    needed: ["url", "issuer"],
  });
  if (audience === undefined && authorizedParties === undefined) {
    throw new InvalidOptionError(
      "audience",
      "is required, or `authorizedParties`: else a token for another service would do",
    );
  }
  const keys = createRemoteJWKSet(new URL(url), {
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: MAX_AGE_MS,
    timeoutDuration: 5000,
    [customFetch]: (address, init) => fetch(address, { ...init, redirect: "manual" }),
  });
  const checks = {
    issuer,
    audience,
    algorithms,
    clockTolerance: LEEWAY,
    requiredClaims: ["sub", "exp"],
  };

  return async (request) => {
    const value = request.headers.get(header ?? "authorization") ?? "";
    const token = (header === undefined ? BEARER : BARE).exec(value)?.[1];
    if (!token?.split(".").every((part) => CANONICAL.test(part))) return null;
    let verified;
    try {
      verified = await jwtVerify(token, keys, checks);
    } catch (error) {
      if (error instanceof errors.JWTExpired) return "expired";
      if (isRefusal(error)) return null;
      throw error;
    }
    const { payload, protectedHeader } = verified;
    if (!Object.keys(protectedHeader).every((name) => HEADER.has(name))) return null;
    if (authorizedParties && !authorizedParties.includes(payload.azp)) return null;
    const { sub, jti, iat, exp } = payload;
    if (!isSubject(sub)) return null;
    return {
      sub,
      jti: isSubject(jti) ? jti : undefined,
      issuedAt: whole(iat),
      expiresAt: whole(exp),
    };
  };
}

/** Is it the token that is wrong? Anything else means that nothing can be said of it. */
const isRefusal = (error) =>
  [
    errors.JWTClaimValidationFailed,
    errors.JWTInvalid,
    errors.JWSInvalid,
    errors.JWSSignatureVerificationFailed,
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
  ].some((kind) => error instanceof kind);

/** Times may have fractions. */
const whole = (time) => (time === undefined ? undefined : Math.floor(time));

const isSubject = (text) =>
  typeof text === "string" &&
  /^\P{Cc}+$/u.test(text) &&
  new TextEncoder().encode(text).length <= 128;
