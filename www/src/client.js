// The one client of the page. The proxy's path is baked into the package, so there is no URL here and,
// because the package cannot take one, no key.

import OpenAI from "openai-wasm";
import { session } from "./session.js";

export const client = new OpenAI({ token: () => session() });
