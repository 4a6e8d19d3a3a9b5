// How an answer of the stand-in can be made to break, for the Worker that orders it and the page that shows it.

/** By name: what the page calls it, and the stand-in's faults (tests/upstream/README.md). */
export const FAULTS = {
  none: { label: "It does not break", faults: "" },
  ended: { label: "It ends early, as if it were whole", faults: "end-events=6" },
  cut: { label: "The connection is closed", faults: "cut-events=6" },
  reset: { label: "The connection is reset", faults: "reset-events=6" },
  silent: { label: "The server falls silent", faults: "stall=6" },
  error: { label: "The server reports an error", faults: "error=openai,error-after=6" },
  garbled: { label: "An event is half a JSON", faults: "bad-json" },
  endless: { label: "The end is missing", faults: "no-done,no-finish" },
};
