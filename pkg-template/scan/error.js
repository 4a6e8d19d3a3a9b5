import { DOCS, OpenAIError } from "../lib/errors.js";

/** The scan could not be done, so nothing is known: neither that there is a key nor that there is none. */
export class ScanError extends OpenAIError {
  /** @param code `no_such_path`, `nothing_to_scan`, `unreadable` */
  constructor(code, message) {
    super(message);
    this.code = code;
  }

  get docs() {
    return `${DOCS}scanner.md`;
  }
}

/** A build that would publish a key. */
export class KeyLeakError extends OpenAIError {
  /** @param report what was found, for people */
  constructor(report, findings) {
    super(report);
    this.findings = findings;
  }

  get docs() {
    return `${DOCS}scanner.md`;
  }
}

// As in lib/errors.js: a minifier changes the classes' own names.
for (const [name, Class] of Object.entries({ ScanError, KeyLeakError })) {
  Object.defineProperty(Class.prototype, "name", {
    value: name,
    configurable: true,
    writable: true,
  });
}
