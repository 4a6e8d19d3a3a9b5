// The proxy: `fallback` is called for every method.

import { createProxy } from "openai-wasm/proxy";

const proxy = createProxy({ models: ["gpt-5-nano"], maxOutputTokens: 2048 });

export const fallback = ({ request }) => proxy.fetch(request, process.env);
