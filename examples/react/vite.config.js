import { defineConfig } from "vite";

// The proxy is another program: `npm run dev` of the start, for example.
const target = process.env.PROXY ?? "http://localhost:8787";
// The proxy must see the page's own address, or it takes the page for another site's.
const server = { target, changeOrigin: false };
const proxy = { "/v1": server, "/session": server };

export default defineConfig({ server: { proxy }, preview: { proxy } });
