import { defineConfig } from "vite";
import { CONTENT_SECURITY_POLICY } from "./policy.js";

/**
 * The policy stands in the built page itself, so it holds wherever the files are served from. Not in
 * development: Vite's own server injects inline styles and a socket.
 */
const policyInPage = {
  name: "policy-in-page",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: CONTENT_SECURITY_POLICY },
      injectTo: "head-prepend",
    },
  ],
};

export default defineConfig({
  plugins: [policyInPage],
  build: {
    target: "esnext",
    outDir: "dist",
    emptyOutDir: true,
    // The policy allows no data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // A tokenizer's table is a chunk of 400 to 830 KB, loaded when a question is written.
    chunkSizeWarningLimit: 900,
    // An error is shown by the name of its class, so class names must outlive the minifier.
    rolldownOptions: { output: { keepNames: true } },
  },
});
