// The proxy: every method that it knows. It answers the others with 405 itself.

import { createProxy } from "openai-wasm/proxy";

const proxy = createProxy({ models: ["gpt-5-nano"], maxOutputTokens: 2048 });

const handle = (request) => proxy.fetch(request, process.env);

export { handle as DELETE, handle as GET, handle as HEAD, handle as OPTIONS, handle as POST };
export const dynamic = "force-dynamic";
