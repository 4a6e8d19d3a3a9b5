// What keys of model providers look like, and how a key is told from a placeholder.

/**
 * `[provider, prefix, body]`, from the particular to the general: the first that fits names the key.
 * Sources: the providers' own documents, the rules of gitleaks and of GitHub's secret scanning, and
 * https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/.
 */
const SHAPES = [
  ["OpenAI", "sk-(?:proj|svcacct|admin|None)-", "[\\w-]{20,}"],
  ["Anthropic", "sk-ant-", "[\\w-]{20,}"],
  ["OpenRouter", "sk-or-(?:v\\d-)?", "[A-Za-z0-9]{32,}"],
  // The middle is "OpenAI" in base64.
  ["OpenAI", "sk-", "[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"],
  ["DeepSeek", "sk-", "[0-9a-f]{32}(?![A-Za-z0-9])"],
  ["OpenAI", "sk-", "[A-Za-z0-9]{32,}"],
  ["Fireworks", "fw_", "[A-Za-z0-9]{20,}"],
  ["Groq", "gsk_", "[A-Za-z0-9]{32,}"],
  ["xAI", "xai-", "[A-Za-z0-9]{32,}"],
  ["Perplexity", "pplx-", "[A-Za-z0-9]{32,}"],
  ["Hugging Face", "hf_", "[A-Za-z0-9]{30,}"],
  ["Hugging Face", "api_org_", "[A-Za-z0-9]{30,}"],
  ["Google", "AIza", "[\\w-]{35}(?![\\w-])"],
  ["Google", "AQ\\.Ab", "[\\w-]{40,}"],
  ["Cloudflare", "cf(?:k|ut|at)_", "[A-Za-z0-9]{40,}"],
  ["Cloudflare", "v1\\.0-", "[0-9a-f]{24}-[0-9a-f]{100,}"],
  ["Replicate", "r8_", "[A-Za-z0-9]{37}(?![A-Za-z0-9])"],
  ["Together", "tgp_v1_", "[\\w-]{40,}"],
  ["NVIDIA", "nvapi-", "[\\w-]{60,}"],
  ["Cerebras", "csk-", "[a-z0-9]{40,}"],
  ["ElevenLabs", "sk_", "[0-9a-f]{48}(?![A-Za-z0-9])"],
];

/** What the names of a provider's keys begin with: for keys that have no shape of their own. */
const NAMES = [
  ["Mistral", "mistral"],
  ["Cohere", "cohere"],
  ["Cloudflare", "cloudflare|cf[-_]|cfapi"],
  ["Azure OpenAI", "azure"],
  ["OpenAI", "open[-_]?ai"],
  ["Anthropic", "anthropic"],
  ["Fireworks", "fireworks"],
  ["Groq", "groq"],
  ["xAI", "xai"],
  ["OpenRouter", "open[-_]?router"],
  ["DeepSeek", "deep[-_]?seek"],
  ["Perplexity", "perplexity"],
  ["Hugging Face", "hugging[-_]?face"],
  ["Google", "gemini|google[-_]?(?:ai|generative)"],
  ["Together", "together[-_]?ai"],
];

/** Every provider that a finding can name. */
export const PROVIDERS = [...new Set([...SHAPES, ...NAMES].map(([provider]) => provider))].sort();

const shapes = SHAPES.map(([provider, prefix, body]) => ({ provider, pattern: new RegExp(`(${prefix})(${body})`, "g") }));

// `mistralApiKey:"…"`, `"MISTRAL_API_KEY":"…"`, `createMistral({ apiKey: '…' })`; inside a source map
// the quotes are escaped.
const named = new RegExp(
  `(?<![A-Za-z0-9])[\\w-]{0,24}?(?:${NAMES.map(([, name]) => `(${name})`).join("|")})[\\w.\\s({:,-]{0,40}?(?:key|token|secret)` +
    `(?:\\\\?["'\`])?\\]?\\s{0,4}(?:=>|[:=,])\\s{0,4}\\\\?["'\`]([\\w-]{24,128})\\\\?["'\`]`,
  "gi",
);

/**
 * Calls `found({ provider, index, length, shown })` for each key in a text. `shown` is the part that may
 * be printed: the prefix that all keys of the provider share.
 */
export function findKeys(text, found) {
  for (const { provider, pattern } of shapes) {
    for (const match of text.matchAll(pattern)) {
      const [whole, prefix, body] = match;
      if (!looksRandom(body) || !standsAlone(text, match.index, whole, prefix)) continue;
      found({ provider, index: match.index, length: whole.length, shown: prefix });
    }
  }
}

/** The same for keys that are known by the name that they are assigned to. */
export function findNamedKeys(text, found) {
  for (const match of text.matchAll(named)) {
    const value = match.at(-1);
    if (!looksRandom(value)) continue;
    const [provider] = NAMES[match.slice(1, -1).findIndex((name) => name !== undefined)];
    found({ provider, index: match.index + match[0].lastIndexOf(value), length: value.length, shown: "" });
  }
}

const LETTER = /[A-Za-z0-9]/;
const CODED = /[A-Za-z0-9+/=_-]/;
/** A longer run is base64 of something else, where a short prefix stands by chance. */
const LONGEST_RUN = 256;

/**
 * Is this more than the end of a word (`task-…`), or of base64? In WebAssembly and other binary files
 * texts stand side by side without a gap, so there a word may end where the key begins.
 */
function standsAlone(text, index, whole, prefix) {
  const long = prefix.length >= 6;
  if (!long && LETTER.test(text[index - 1] ?? "") && !binaryAround(text, index)) return false;
  if (long) return true;
  let start = index;
  while (index - start <= LONGEST_RUN && CODED.test(text[start - 1] ?? "")) start--;
  let end = index + whole.length;
  while (end - start <= LONGEST_RUN && CODED.test(text[end] ?? "")) end++;
  return end - start <= LONGEST_RUN;
}

const binaryAround = (text, index) => text.slice(Math.max(0, index - 4096), index + 4096).includes("\0");

const WORDS = "your|example|placeholder|changeme|dummy|sample|redact|insert|replace|fake|qwerty|abcdef|fedcba|xxxx";
/** In one case, since by chance the letters of a word come in both. */
const PLACEHOLDER = new RegExp(`${WORDS}|${WORDS.toUpperCase()}|0{6}|12345|54321`);
const WORD = /^(?:[a-z]+|[A-Z]+|[A-Z][a-z]+|\d+)$/;

/** Could a generator of keys have written this, or only a person, or a compiler? */
export function looksRandom(body) {
  if (PLACEHOLDER.test(body) || new Set(body).size < 8) return false;
  // Words with hyphens between them, as in documents.
  const pieces = body.split(/[-_]+/);
  if (pieces.length > 2 && pieces.filter((piece) => WORD.test(piece)).length > (pieces.length * 2) / 3) return false;
  if (/\d/.test(body)) return /[a-z]/i.test(body);
  // Nearly every random text has a digit. One that has none has few vowels, and letters of both cases.
  return body.replace(/[^aeiou]/gi, "").length / body.length < 0.33 && /[a-z]/.test(body) && /[A-Z]/.test(body);
}
