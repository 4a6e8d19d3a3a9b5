// What makes a file of anything, loaded when it is called.

import { multipart } from "./part.js";

/** @see toFile of multipart.js */
export const toFile = async (...content) => (await multipart()).toFile(...content);
