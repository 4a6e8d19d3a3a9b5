// Identifiers in a call's path.

import { InvalidOptionError } from "./errors.js";
import { describe } from "./json.js";

/**
 * One path segment that holds an identifier, or an error that names it: whatever it is, no other
 * endpoint is called. Characters stay that may stand in a segment (RFC 3986, section 3.3).
 */
export function segment(id, name) {
  if (typeof id !== "string")
    throw new InvalidOptionError(name, `must be a string, not ${describe(id)}`);
  // A URL's parser removes dot segments, and joins what stands around an empty one.
  if (/^\.{0,2}$/.test(id)) throw new InvalidOptionError(name, `must not be "${id}"`);
  try {
    return id.replace(/[^\w\-.~!$&'()*+,;=:@]+/g, encodeURIComponent);
  } catch {
    throw new InvalidOptionError(name, "is not well-formed Unicode");
  }
}
