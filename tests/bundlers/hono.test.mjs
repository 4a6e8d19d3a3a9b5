// The proxy on Node.js by Hono, a page without a bundler, and one whose service worker asks.

import { examples } from "../support/example.mjs";

export const ROWS = [
  {
    name: "examples/hono-node: a page without a bundler, and a service worker",
    example: "hono-node",
    serve: ["start"],
    again: true,
    pages: ["/", "/service-worker.html"],
    first: true,
  },
];

examples("hono", ROWS);
