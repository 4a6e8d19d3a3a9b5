// What makes a file of anything, loaded when it is called.

/** @see toFile of multipart.js */
export const toFile = async (...content) => (await import("./multipart.js")).toFile(...content);
