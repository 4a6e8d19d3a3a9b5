// What a bundle for browsers gets in place of the entries for servers. No file has this name, so the build
// fails and says it.

export * from "./openai-wasm/edge, openai-wasm/proxy and openai-wasm/jwks are for servers, which hold the key. A page imports openai-wasm, which asks your proxy";
export { default } from "./openai-wasm/edge, openai-wasm/proxy and openai-wasm/jwks are for servers, which hold the key. A page imports openai-wasm, which asks your proxy";
