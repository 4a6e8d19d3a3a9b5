// What keys of model providers look like, and how a key is told from a placeholder.

/**
 * `[provider, prefix, body, exact]`, from the particular to the general: the first that fits names the
 * key. An exact body is followed by no more of its letters, except where texts stand without a gap.
 * Sources: the providers' own documents, the rules of gitleaks and of GitHub's secret scanning, and
 * https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/.
 */
const SHAPES = [
  ["OpenAI", "sk-(?:proj|svcacct|admin|None)-", "[\\w-]{20,}"],
  ["Anthropic", "sk-ant-", "[\\w-]{20,}"],
  ["OpenRouter", "sk-or-(?:v\\d-)?", "[A-Za-z0-9]{32,}"],
  // The middle is "OpenAI" in base64.
  ["OpenAI", "sk-", "[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"],
  ["DeepSeek", "sk-", "[0-9a-f]{32}", true],
  ["Cerebras", "csk-", "[a-z0-9]{40,}"],
  ["OpenAI", "sk-", "[A-Za-z0-9]{32,}"],
  ["Fireworks", "fw_", "[A-Za-z0-9]{20,}"],
  ["Groq", "gsk_", "[A-Za-z0-9]{32,}"],
  ["xAI", "xai-", "[A-Za-z0-9]{32,}"],
  ["Perplexity", "pplx-", "[A-Za-z0-9]{32,}"],
  ["Hugging Face", "hf_", "[A-Za-z0-9]{30,}"],
  ["Hugging Face", "api_org_", "[A-Za-z0-9]{30,}"],
  ["Google", "AIza", "[\\w-]{35}", true],
  ["Google", "AQ\\.Ab", "[\\w-]{40,}"],
  ["Cloudflare", "cf(?:k|ut|at)_", "[A-Za-z0-9]{40,}"],
  ["Cloudflare", "v1\\.0-", "[0-9a-f]{24}-[0-9a-f]{100,}"],
  ["Replicate", "r8_", "[A-Za-z0-9]{37}", true],
  ["Together", "tgp_v1_", "[\\w-]{40,}"],
  ["NVIDIA", "nvapi-", "[\\w-]{60,}"],
  ["ElevenLabs", "sk_", "[0-9a-f]{48}", true],
];

/** What the names of a provider's keys begin with: for keys that have no shape of their own. */
const NAMES = [
  ["Mistral", "mistral"],
  ["Cohere", "cohere"],
  ["Cloudflare", "cloudflare|cf[-_]|cfapi|x-auth(?=-key)"],
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

/** Servers of keys without a shape, beside which such a key may stand as a bearer token. */
const HOSTS = [
  ["Mistral", /api\.mistral\.ai/],
  ["Cohere", /api\.cohere\.(?:ai|com)/],
  ["Cloudflare", /api\.cloudflare\.com/],
];
/** How far from the token its server may be named. */
const HOST_REACH = 512;

/** Every provider that a finding can name. */
export const PROVIDERS = [...new Set([...SHAPES, ...NAMES].map(([provider]) => provider))].sort();

const shapes = SHAPES.map(([provider, prefix, body, exact]) => ({
  provider,
  pattern: new RegExp(`(${prefix})(${body})`, "g"),
  more: exact && new RegExp(/\\w-/.test(body) ? "[\\w-]" : "[A-Za-z0-9]"),
}));

const NAME = `[\\w-]{0,24}?(?:${NAMES.map(([, name]) => `(${name})`).join("|")})`;
const NOUN = "(?:key|token|secret)";
const VALUE = "([\\w-]{24,128})";
// Inside a source map quotes are escaped, and once more in a string of its source.
const QUOTE = "\\\\{0,3}[\"'`]";

// `mistralApiKey:"…"`, `"MISTRAL_API_KEY":"…"`, `env.MISTRAL_API_KEY||"…"`, `createMistral({ apiKey: '…' })`,
// `<meta name="mistral-key" content="…">`.
const assigned = new RegExp(
  `(?<![A-Za-z0-9])${NAME}[\\w.\\s({:,-]{0,40}?${NOUN}(?:${QUOTE})?` +
    `(?:\\]?\\s{0,4}(?:=>|\\|\\||\\?\\?|[:=,])|\\s{1,4}(?:content|value)=)\\s{0,4}${QUOTE}${VALUE}${QUOTE}`,
  "gi",
);
// A line of its own without quotes, as in `.env`.
const line = new RegExp(
  `(?:^|[\\r\\n]|\\\\n)[ \\t]*(?:export[ \\t]+)?${NAME}[\\w.-]{0,40}?${NOUN}[ \\t]*[:=][ \\t]*${VALUE}(?=[ \\t]*(?:$|[\\r\\n]|\\\\[nr]|${QUOTE}))`,
  "gi",
);
const bearer = new RegExp(`["'\`]Bearer\\s+${VALUE}${QUOTE}`, "gi");

/**
 * Calls `found({ provider, index, length, shown })` for each key in a text. `shown` is the part that may
 * be printed: the prefix that all keys of the provider share.
 */
export function findKeys(text, found) {
  for (const { provider, pattern, more } of shapes) {
    for (const match of text.matchAll(pattern)) {
      const [whole, prefix, body] = match;
      if (!looksRandom(body) || !standsAlone(text, match.index, whole, prefix, more)) continue;
      found({ provider, index: match.index, length: whole.length, shown: prefix });
    }
  }
}

/** The same for keys that are known by what stands beside them. */
export function findNamedKeys(text, found) {
  const key = (match, provider) => {
    const value = match.at(-1);
    if (looksRandom(value)) found({ provider, index: match.index + match[0].lastIndexOf(value), length: value.length, shown: "" });
  };
  const named = (match) => NAMES[match.slice(1, -1).findIndex((name) => name !== undefined)][0];
  for (const match of text.matchAll(assigned)) key(match, named(match));
  // Without quotes it could be a variable's name, which has one number at most.
  for (const match of text.matchAll(line)) if (/\d[^\d]+\d/.test(match.at(-1))) key(match, named(match));
  for (const match of text.matchAll(bearer)) {
    const around = text.slice(Math.max(0, match.index - HOST_REACH), match.index + match[0].length + HOST_REACH);
    const host = HOSTS.find(([, pattern]) => pattern.test(around));
    if (host) key(match, host[0]);
  }
}

const LETTER = /[A-Za-z0-9]/;
/** Ends with a letter that is none: `"\nsk-…"`, which every new line of a source is in its map, `%3Dsk-…`. */
const ESCAPE = /(?:\\[bfnrtv0]|(?:%|\\x|\\u00)(?:[0189a-fA-F][0-9A-Fa-f]|2[0-9A-Fa-f]|3[A-Fa-f]|[46]0|[57][B-Fb-f]))$/;
const CODED = /[A-Za-z0-9+/=_-]/;
/** A longer run is base64 of something else, where a short prefix stands by chance. */
const LONGEST_RUN = 256;

/**
 * Is this more than the end of a word (`task-…`), or of base64? In WebAssembly and other binary files
 * texts stand side by side without a gap, so there a word may end where the key begins.
 */
function standsAlone(text, index, whole, prefix, more) {
  const long = prefix.length >= 6;
  const wordBefore = !long && LETTER.test(text[index - 1] ?? "") && !ESCAPE.test(text.slice(Math.max(0, index - 6), index));
  const wordAfter = more?.test(text[index + whole.length] ?? "");
  if ((wordBefore || wordAfter) && !binaryAround(text, index)) return false;
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
const PLACEHOLDER = new RegExp(`${WORDS}|${WORDS.toUpperCase()}|0{8}|123456|654321`);
const WORD = /^(?:[a-z]+|[A-Z]+|[A-Z][a-z]+|\d+)$/;

/** Could a generator of keys have written this, or only a person, or a compiler? */
export function looksRandom(body) {
  if (PLACEHOLDER.test(body) || new Set(body).size < 8) return false;
  // Words with hyphens between them, as in documents.
  const pieces = body.split(/[-_]+/);
  if (pieces.length > 2 && pieces.filter((piece) => WORD.test(piece)).length > (pieces.length * 2) / 3) return false;
  if (/\d/.test(body)) return /[a-z]/i.test(body);
  // One that has no digit has letters of both cases, and fewer vowels or more capitals in a row than words.
  const share = (pattern) => (body.match(pattern)?.length ?? 0) / body.length;
  return /[a-z]/.test(body) && /[A-Z]/.test(body) && (share(/[aeiou]/gi) < 0.33 || share(/[A-Z](?=[A-Z])/g) > 0.1);
}
