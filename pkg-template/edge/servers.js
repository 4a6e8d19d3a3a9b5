// Generated from src/policy/providers by `UPDATE_PROVIDERS=1 cargo test --lib policy::providers`. Do not edit.

/** `[host, server]`: servers that the key-holding client knows; a host below one of these counts too. */
export const SERVERS = [
  ["api.openai.com","openai"],
  ["api.fireworks.ai","fireworks"],
  ["openai.azure.com","azure"],
  ["services.ai.azure.com","azure"],
  ["cognitiveservices.azure.com","azure"],
];
