// What a bundle for browsers gets in place of the entries that hold a key. No file has this name, so the
// build fails and says it.

export * from "./openai-wasm: this entry holds a key and is for servers. A page imports `openai-wasm`, which asks your proxy";
export { default } from "./openai-wasm: this entry holds a key and is for servers. A page imports `openai-wasm`, which asks your proxy";
