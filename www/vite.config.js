import { defineConfig } from "vite";

/** Vite's dev server injects inline styles and a socket, which the page's own policy rightly refuses. */
const withoutPolicyInDev = {
  name: "without-policy-in-dev",
  apply: "serve",
  transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ""),
};

export default defineConfig({
  plugins: [withoutPolicyInDev],
  // Pre-bundling would move the client's entry away from the .wasm file that it names by relative URL.
  optimizeDeps: { exclude: ["openai-wasm"] },
  build: {
    target: "esnext",
    outDir: "dist",
    emptyOutDir: true,
    // A .wasm file inlined as a data: URL would need `connect-src data:`; it stays a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // An error is shown by the name of its class, so class names must outlive the minifier.
    rolldownOptions: { output: { keepNames: true } },
  },
});
