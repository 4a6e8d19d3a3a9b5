// Keys of the usual shapes that nobody has, the same in every run, and the disguises that a build gives them.

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ALPHABETS = {
  hex: "0123456789abcdef",
  alpha: `${UPPER}${UPPER.toLowerCase()}`,
  alnum: `${UPPER}${UPPER.toLowerCase()}0123456789`,
  lower: `${UPPER.toLowerCase()}0123456789`,
  url: `${UPPER}${UPPER.toLowerCase()}0123456789_-`,
  base64: `${UPPER}${UPPER.toLowerCase()}0123456789+/`,
};

/** `random("alnum", 20)`: characters by a linear congruential generator (Knuth's MMIX). */
export function generator(seed) {
  let state = BigInt(seed);
  return (alphabet, length) => {
    const from = ALPHABETS[alphabet];
    return Array.from({ length }, () => {
      state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
      return from[Number(state >> 33n) % from.length];
    }).join("");
  };
}

/** `[provider, a text that holds its key]`, where the key's shape says whose it is. */
export function shapedKeys(random = generator(7)) {
  return [
    ["OpenAI", `sk-proj-${random("url", 156)}`],
    ["OpenAI", `sk-svcacct-${random("url", 156)}`],
    ["OpenAI", `sk-admin-${random("url", 124)}`],
    ["OpenAI", `sk-${random("alnum", 20)}T3BlbkFJ${random("alnum", 20)}`],
    ["OpenAI", `sk-${random("alnum", 48)}`],
    ["Anthropic", `sk-ant-api03-${random("url", 93)}AA`],
    ["Fireworks", `fw_${random("alnum", 24)}`],
    ["Groq", `gsk_${random("alnum", 52)}`],
    ["xAI", `xai-${random("alnum", 80)}`],
    ["OpenRouter", `sk-or-v1-${random("hex", 64)}`],
    ["DeepSeek", `sk-${random("hex", 32)}`],
    ["Perplexity", `pplx-${random("alnum", 48)}`],
    ["Hugging Face", `hf_${random("alnum", 34)}`],
    // The usual ones have no digit.
    ["Hugging Face", `hf_${random("alpha", 34)}`],
    ["Google", `AIzaSy${random("url", 33)}`],
    ["Google", `AQ.Ab8R${random("url", 46)}`],
    ["Cloudflare", `cfut_${random("alnum", 48)}`],
    ["Cloudflare", `cfat_${random("alnum", 48)}`],
    ["Cloudflare", `cfk_${random("alnum", 48)}`],
    ["Cloudflare", `v1.0-${random("hex", 24)}-${random("hex", 146)}`],
    ["Replicate", `r8_${random("alnum", 37)}`],
    ["Together", `tgp_v1_${random("url", 43)}`],
    ["NVIDIA", `nvapi-${random("url", 64)}`],
    ["Cerebras", `csk-${random("lower", 48)}`],
    ["ElevenLabs", `sk_${random("hex", 48)}`],
    ["OpenAI", `sk-None-${random("url", 124)}`],
    ["OpenRouter", `sk-or-${random("alnum", 48)}`],
    ["Hugging Face", `api_org_${random("alpha", 34)}`],
    ["GitHub", `github_pat_${random("alnum", 22)}_${random("alnum", 59)}`],
    ...["ghp_", "gho_", "ghu_", "ghs_"].map((prefix) => ["GitHub", prefix + random("alnum", 36)]),
    ["Jina", `jina_${random("hex", 32)}${random("url", 28)}`],
    ["Voyage", `pa-7K${random("url", 41)}`],
    ["Amazon Bedrock", `ABSK${random("base64", 127)}=`],
    ["Amazon Bedrock", `bedrock-api-key-${random("base64", 400)}`],
    ["Databricks", `dapi${random("hex", 32)}`],
    ["Vercel AI Gateway", `vck_${random("alnum", 56)}`],
    ["Friendli", `flp_${random("alnum", 46)}`],
    ["Chutes", `cpk_${random("hex", 32)}.${random("hex", 32)}.${random("alnum", 32)}`],
  ];
}

/** Names of variables of providers whose keys have no shape. */
const VARIABLES = [
  ["AI/ML API", "AIML_API_KEY"],
  ["AI21", "AI21_API_KEY"],
  ["Alibaba", "DASHSCOPE_API_KEY"],
  ["Baidu", "QIANFAN_SECRET_KEY"],
  ["Baseten", "BASETEN_API_KEY"],
  ["DeepInfra", "DEEPINFRA_API_KEY"],
  ["Featherless", "FEATHERLESS_API_KEY"],
  ["Helicone", "HELICONE_API_KEY"],
  ["Hyperbolic", "HYPERBOLIC_API_KEY"],
  ["MiniMax", "MINIMAX_API_KEY"],
  ["Moonshot", "MOONSHOT_API_KEY"],
  ["Nebius", "NEBIUS_API_KEY"],
  ["Novita", "NOVITA_API_KEY"],
  ["Portkey", "PORTKEY_API_KEY"],
  ["Requesty", "REQUESTY_API_KEY"],
  ["SambaNova", "SAMBANOVA_API_KEY"],
  ["SiliconFlow", "SILICONFLOW_API_KEY"],
  ["Stability", "STABILITY_AI_KEY"],
  ["StepFun", "STEPFUN_API_KEY"],
  ["Tencent", "HUNYUAN_API_KEY"],
  ["Upstage", "UPSTAGE_API_KEY"],
  ["Z.ai", "ZHIPU_API_KEY"],
];

/** The same for keys without a shape: the name that they are assigned to says whose they are. */
export function namedKeys(random = generator(11)) {
  const key = () => random("alnum", 32);
  return [
    ["Mistral", `{MISTRAL_API_KEY:"${key()}"}`],
    ["Mistral", `const mistralApiKey = '${key()}';`],
    ["Mistral", `createMistral({ apiKey: "${key()}" })`],
    ["Mistral", `{"mistral-api-key":"${key()}"}`],
    ["Mistral", `process.env.MISTRAL_API_KEY || "${key()}"`],
    ["Mistral", `import.meta.env.MISTRAL_API_KEY ?? "${key()}"`],
    ["Mistral", `<meta name="mistral-api-key" content="${key()}">`],
    ["Mistral", `A=1\nMISTRAL_API_KEY=${key()}\nB=2`],
    [
      "Mistral",
      `fetch("https://api.mistral.ai/v1/chat/completions", { headers: { authorization: "Bearer ${key()}" } })`,
    ],
    [
      "Cloudflare",
      `headers: { Authorization: "Bearer ${random("url", 40)}" } } ); // https://api.cloudflare.com/client/v4`,
    ],
    ["Cloudflare", `"X-Auth-Email":"a@example.com","X-Auth-Key":"${random("hex", 37)}"`],
    ["Cohere", `COHERE_KEY="${random("alnum", 40)}"`],
    ["Cloudflare", `CLOUDFLARE_API_TOKEN:"${random("url", 40)}"`],
    ["Cloudflare", `CF_API_KEY: "${random("hex", 37)}"`],
    ["Azure OpenAI", `AZURE_OPENAI_API_KEY=\`${random("hex", 32)}\``],
    ["OpenAI", `OPENAI_API_KEY:"${random("alnum", 40)}"`],
    ...VARIABLES.map(([provider, variable]) => [provider, `${variable}="${key()}"`]),
    ["DeepSeek", `{\\"deepseekApiKey\\":\\"${random("hex", 40)}\\"}`],
  ];
}

const each = (text, code) => [...text].map((character) => code(character.charCodeAt(0))).join("");
const hex = (code, width = 2) => code.toString(16).padStart(width, "0");
const base64 = (text, before, encoding) =>
  Buffer.from(`${"~".repeat(before)}${text}~~~`).toString(encoding);

/** `[coding, disguise]` of a text: what a finding calls it, and the bytes. */
export function disguises(text) {
  const escaped = { raw: text, "\\x": each(text, (code) => `\\x${hex(code)}`) };
  return [
    ["raw", text],
    ["base64", base64(text, 0, "base64")],
    ["base64", base64(text, 1, "base64")],
    ["base64", base64(text, 2, "base64")],
    ["base64", base64(text, 0, "base64url")],
    ["base64", base64(text, 1, "base64url")],
    ["base64", base64(text, 2, "base64url")],
    ["hex", Buffer.from(text).toString("hex")],
    ["hex", Buffer.from(text).toString("hex").toUpperCase()],
    ["URL-encoded", each(text, (code) => `%${hex(code)}`)],
    ["URL-encoded", each(text, (code) => `%${hex(code).toUpperCase()}`)],
    ["UTF-16", Buffer.from(text, "utf16le")],
    ["UTF-16", Buffer.from(text, "utf16le").swap16()],
    ["escaped", escaped["\\x"]],
    ["escaped", each(text, (code) => `\\u${hex(code, 4)}`)],
    ["escaped", each(text, (code) => `\\u{${hex(code)}}`)],
    ["escaped", each(text, (code) => `\\${code.toString(8)}`)],
    ["escaped", JSON.stringify(escaped["\\x"]).slice(1, -1)],
    ["HTML", each(text, (code) => `&#${code};`)],
    ["HTML", each(text, (code) => `&#x${hex(code)};`)],
    ["character codes", `[${[...Buffer.from(text)].join(",")}]`],
    ["character codes", `[${[...Buffer.from(text)].map((code) => `0x${hex(code)}`).join(", ")}]`],
    [
      "character codes",
      `[${[...Buffer.from(text)].map((code) => `0o${code.toString(8)}`).join(", ")}]`,
    ],
    [
      "character codes",
      `[${[...Buffer.from(text)].map((code) => `0${code.toString(8)}`).join(",")}]`,
    ],
    ...[" ", ";", "-", "|", "_", "/", ":"].map((between) => [
      "character codes",
      [...Buffer.from(text)].join(between),
    ]),
    ["character codes", [...Buffer.from(text)].map((code) => code.toString(8)).join(" ")],
    ...[" ", ":", "-", ","].map((between) => [
      "hex",
      [...Buffer.from(text)].map((code) => hex(code)).join(between),
    ]),
    ["escaped", each(text, (code) => `\\${hex(code)} `)],
    ["escaped", each(text, (code) => `\\${hex(code, 6)}`)],
    ["base64, base64", base64(base64(text, 0, "base64"), 1, "base64")],
    ["base64, escaped", base64(escaped["\\x"], 1, "base64")],
  ];
}

/** With one character in disguise, which is enough to hide a key from a plain search. */
export const startEscaped = (text) => `\\x${hex(text.charCodeAt(0))}${text.slice(1)}`;

export const reversed = (text) => [...text].reverse().join("");
