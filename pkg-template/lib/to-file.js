// What makes a file of anything, loaded when it is called.

import { part } from "./part.js";

/** @see toFile of multipart.js */
export const toFile = async (...content) => (await part(import("./multipart.js"))).toFile(...content);
