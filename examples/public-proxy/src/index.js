// The proxy for a public page: its visitors have no account, so each proves that it is a browser with a
// person in front of it before it gets a session.
//
//   POST /session                a Turnstile token → a session token for 15 minutes
//   POST /v1/chat/completions    the proxy

import { createProxy } from "openai-wasm/proxy";

/** Yours: the page that asks. */
const PAGE = "https://app.example.com";

export default createProxy({
  // What a stranger can cost at most: these models, so many words in, so many tokens out.
  models: ["gpt-5-nano"],
  maxOutputTokens: 1024,
  maxMessages: 40,
  maxInputChars: 20_000,
  // What the page is for. With it nobody can give the model another task by a system message of his own.
  systemPrompt: "You answer questions about our products, briefly. Decline everything else.",

  allowedOrigins: [PAGE],
  anonymousSessions: { hostnames: [new URL(PAGE).hostname], action: "session" },
  // A token of another deployment, for example of staging, is not accepted here.
  audience: "public-proxy",

  // Bindings of wrangler.jsonc. They slow down whoever sends too much; they guard no money.
  rateLimits: { subject: "SUBJECT_LIMIT", address: "ADDRESS_LIMIT", session: "SESSION_LIMIT" },
  maxConcurrent: 2,

  // One line for each answer, for Workers Logs or a queue of yours. It holds no text.
  onUsage: (event) => console.log(JSON.stringify(event)),
});
