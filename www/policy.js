// The page's content security policy: vite.config.js writes it into the page, worker.js sends it.

/** WebAssembly needs 'wasm-unsafe-eval'; nothing needs an inline script or style, or another origin. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  // Only DOMPurify may turn a text into nodes.
  "require-trusted-types-for 'script'",
  "trusted-types dompurify",
].join("; ");
