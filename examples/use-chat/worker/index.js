// The proxy: the only thing of this app that runs on a server. The page is static, and is served beside it.

import { createProxy } from "openai-wasm/proxy";

/** Yours: the host that the page is opened by. */
const HOST = "localhost";

export default createProxy({
  models: ["gpt-5-nano"],
  maxOutputTokens: 1024,
  maxMessages: 60,
  maxInputChars: 30_000,
  anonymousSessions: { hostnames: [HOST], action: "session" },
  audience: "use-chat",
  rateLimits: { subject: "SUBJECT_LIMIT", address: "ADDRESS_LIMIT", session: "SESSION_LIMIT" },
  maxConcurrent: 2,
});
