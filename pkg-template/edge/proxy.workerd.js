import { defineProxy } from "./proxy.js";
import { runtime } from "./runtime.workerd.js";

export const { createProxy, signSessionToken, verifySessionToken } = defineProxy(runtime, {
  durable: true,
});
export { InvalidOptionError, OpenAIError } from "../lib/errors.js";
