// The model that README.md, the documents and the examples name: a current one that costs little.

export const EXAMPLE_MODEL = "gpt-5-nano";
