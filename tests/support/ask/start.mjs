// A program for Node.js that serves what server.mjs answers.

import { serve } from "./node.mjs";
import { answer } from "./server.mjs";

// No await here: a bundle may be a CommonJS module.
serve((request) => answer(request, process.env)).then(({ url }) =>
  console.log(`listening on ${url}`),
);
