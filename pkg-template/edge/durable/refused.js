// What a bundle for another platform than Cloudflare Workers gets in place of the Durable Objects. No file has
// this name, so the build fails and says it.

export * from "./openai-wasm/durable is for Cloudflare Workers, which alone have Durable Objects";
export { default } from "./openai-wasm/durable is for Cloudflare Workers, which alone have Durable Objects";
