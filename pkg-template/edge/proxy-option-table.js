// Generated from src/proxy/options by `UPDATE_OPTIONS=1 cargo test --lib --features edge proxy::options`. Do not edit.

/** The check of each option and its arguments; of a number the unit, the bounds and the default. */
export const OPTIONS = {
  upstream: ["upstreamUrl"],
  allowHttp: ["hostsAndPorts"],
  keySecret: ["text"],
  allowShortKey: ["flag"],
  sessionSecret: ["text"],
  models: ["models"],
  routes: ["routes"],
  allowParams: ["params"],
  maxOutputTokens: ["whole","tokens",1,2147483648,2048],
  maxMessages: ["whole","messages",1,10000,256],
  maxInputChars: ["whole","characters",1,104857600,131072],
  maxInputTokens: ["whole","tokens",1,2147483648],
  tokenizer: ["tokenizer"],
  maxImageBytes: ["whole","bytes",1,104857600,131072],
  imageUrls: ["flag"],
  systemPrompt: ["text"],
  endUserParam: ["endUserParam"],
  maxConcurrent: ["whole","requests",1,10000,4],
  rateLimits: ["rateLimits"],
  authenticate: ["func"],
  isRevoked: ["func"],
  claimOnce: ["func"],
  disabled: ["func"],
  anonymousSessions: ["anonymousSessions"],
  allowedOrigins: ["origins"],
  fetch: ["func"],
  maxBodyBytes: ["whole","bytes",1,104857600,262144],
  maxUploadBytes: ["whole","bytes",1,524288000,26214400],
  maxTokenSeconds: ["whole","seconds",1,86400,900],
  timeout: ["whole","milliseconds",1,2147483647,600000],
  issuer: ["text"],
  audience: ["text"],
  budget: ["budget"],
  resumable: ["resumable"],
  onUsage: ["func"],
  inspectAnswers: ["flag"],
  idleTimeout: ["whole","milliseconds",1,2147483647,300000],
  maxDuration: ["whole","milliseconds",1,2147483647,1800000],
  maxAnswerBytes: ["whole","bytes",1,1099511627776,67108864],
  heartbeatMs: ["whole","milliseconds",0,2147483647,10000],
  coalesceMs: ["driver","milliseconds",0,1000,50],
};

/** The same for numbers of `anonymousSessions`, of tokens, and of `resumable`. */
export const NUMBERS = {
  ttlSeconds: ["whole","seconds",1,86400,900],
  maxTokens: ["whole","tokens",1,2147483648],
  graceMs: ["whole","milliseconds",1,3600000,60000],
  keepMs: ["whole","milliseconds",1,86400000,600000],
  maxStreams: ["whole","streams",1,1000,8],
  maxBytes: ["whole","bytes",1,1073741824,4194304],
};

/** What can be switched on besides chat completions. */
export const ROUTES = ["models","completions","embeddings","moderations","images.generations","responses","responses.input_tokens","audio.transcriptions","audio.translations","audio.speech"];

/** How slowly a request's body may come. */
export const BODY_PACE = {"baseMs":60000,"idleMs":30000,"msPerBlock":1000};

/** The members of a caller that `authenticate` gives. */
export const CALLER = ["sub","origin","models","maxTokens","budget","jti","issuedAt","expiresAt"];

/** For so long an answer to a question is waited for, in milliseconds. */
export const QUESTION_MS = 5000;

/** The words and the bounds of a budget, in US dollars. */
export const BUDGET = {"everyone":"everyone","least":1e-9,"most":9000000.0,"per":["subject","everyone"],"prices":["input","cachedInput","cacheWrite","output","imageInput","imageOutput","audioOutput","character","audioMinute","image"],"windows":["day","month","lifetime"]};
