//! The options of the package's `createProxy`: name, type, default and what each does. The only list of
//! them: `generated.rs` writes the package's checks and types and the table in `docs/options.md` from it, with the
//! bounds of `bounds.rs` and the defaults of `Config`.

mod generated;

/// An option.
struct Row {
    name: &'static str,
    kind: Kind,
    /// Its default as it is written, where that is not the one of `Config`.
    default: &'static str,
    /// What it does, for the types and for `docs/options.md`.
    doc: &'static str,
    /// Which page says more.
    more: &'static str,
}

/// What a value must be. The names of checks are those of `pkg-template/edge/proxy-options.js`.
enum Kind {
    /// A whole number within the bounds of that name.
    Whole,
    /// A whole number of this unit, for the driver alone: its bounds and its default.
    Driver(&'static str, [u32; 2], u32),
    /// True or false.
    Flag,
    /// A text that is not blank.
    Text,
    /// A function of this type.
    Function(&'static str),
    /// The check of this name, for a value of this type.
    Own(&'static str, &'static str),
}

const fn row(name: &'static str, kind: Kind, default: &'static str, doc: &'static str) -> Row {
    Row {
        name,
        kind,
        default,
        doc,
        more: "",
    }
}

impl Row {
    const fn more(mut self, more: &'static str) -> Self {
        self.more = more;
        self
    }
}

use Kind::{Driver, Flag, Function, Own, Text, Whole};

const ROWS: &[Row] = &[
    row("upstream", Own("upstreamUrl", "string"), "the variable `OPENAI_BASE_URL`, else OpenAI's",
        "The model server's base URL with its path."),
    row("allowHttp", Own("hostsAndPorts", "readonly string[]"), "",
        "Hosts of your own, each with its port, that may be the upstream over plain `http://`: \
         `[\"ollama:11434\"]`. Anybody on the way can read the key and the answers. Localhost needs no entry; a \
         provider's host is refused."),
    row("keySecret", Text, "`\"OPENAI_API_KEY\"`", "Name of the secret with the upstream's key."),
    row("allowShortKey", Flag, "",
        "Is the upstream a server of your own, whose key may be shorter than 32 bytes, for example Ollama's \
         `ollama`? Without it a shorter key is taken for a mistake, and the proxy answers 503. Such a key is \
         not looked for in answers unless it has 16 random characters.")
        .more("[Other servers](servers.md)"),
    row("sessionSecret", Text, "`\"SESSION_SECRET\"`",
        "Name of the secret that session tokens are signed with: at least 32 random bytes. For rotation it \
         holds several by name, the first of which signs: `{\"2026-11\":\"…\",\"2026-08\":\"…\"}`.")
        .more("[Changing secrets](secrets.md#change-a-secret)"),
    row("models", Own("models", "readonly string[] | \"*\""), "the variable `OPENAI_MODELS`, names separated by commas",
        "The models that callers may name, compared byte by byte. `\"*\"` is every model that the key opens. \
         Without the option and the variable the proxy answers 503."),
    row("routes", Own("routes", "readonly ProxyRoute[]"), "",
        "What is served besides `POST /v1/chat/completions`: ROUTES. Nothing that the users of one key share: \
         no files, no fine-tunes."),
    row("allowParams", Own("params", "readonly string[]"), "",
        "Parameters that multiply the cost, or that the proxy does not know, and that callers may send all the \
         same: `\"n\"`, `\"web_search_options\"`. A path opens one member, a dot stepping into an object and into \
         every entry of a list: `\"messages.content.cache_control\"`.")
        .more("[What is accepted without it](proxy-parameters.md)"),
    row("maxOutputTokens", Whole, "",
        "The most tokens of an answer, to several prompts together. A request that asks for more is refused; one \
         that names no number gets this. A server whose models hold 4,096 tokens then refuses long chats: give \
         such a server less."),
    row("maxMessages", Whole, "", "The most messages of a conversation."),
    row("maxInputChars", Whole, "",
        "The most characters of a request as JSON, without its images; a token counts as at least four."),
    row("maxInputTokens", Whole, "none",
        "The most tokens of a request as it goes on, a system prompt of the proxy's included. A request with no \
         more bytes than that passes uncounted, since a token is at least one byte; others are counted by \
         `tokenizer`, and refused without it."),
    row("tokenizer", Own("tokenizer", "RequestCounter | ((model: string) => RequestCounter | Promise<RequestCounter>)"), "none",
        "What counts for `maxInputTokens`: `tokenizer` of `openai-wasm/tokens`, which is asked for each request's \
         model, or one tokenizer for all.")
        .more("[The proxy's limit](tokens.md#the-proxys-limit)"),
    row("maxImageBytes", Whole, "", "The longest `data:` URL of an image."),
    row("imageUrls", Flag, "", "May images be given by `https://` URLs, which the provider then fetches?"),
    row("systemPrompt", Text, "none",
        "The first message of every chat. Callers may then send neither `system` nor `developer` messages, and \
         `routes` must not hold `\"completions\"`."),
    row("endUserParam", Own("endUserParam", "\"user\" | \"safety_identifier\" | false"), "",
        "The parameter with a keyed hash of the caller's subject, by which the provider tells users apart: \
         `\"user\"`, `\"safety_identifier\"`, or `false` for no parameter."),
    row("maxConcurrent", Whole, "", "Requests of one subject that may be in flight, in one isolate."),
    row("rateLimits", Own("rateLimits", "RateLimits"), "none",
        "Names of Cloudflare rate-limit bindings: `{ subject, address, session }`. They count per location.")
        .more("[Limits and money](limits.md)"),
    row("authenticate", Function("(request: Request, env: any) => Caller | \"expired\" | null | Promise<Caller | \"expired\" | null>"), "session tokens",
        "In the place of session tokens: who calls? It gets the request without its body. Null is answered with \
         401, `\"expired\"` with 401 `token_expired`. If it throws, the answer is 503, and also if the caller has \
         members that are null or unknown: they might be a scope.")
        .more("[Who may call](callers.md)"),
    row("isRevoked", Function("(session: SessionFacts, env: any) => boolean | Promise<boolean>"), "none",
        "Called for each request as `isRevoked(session, env)`: has this session been revoked? If it throws, the \
         answer is 503."),
    row("claimOnce", Function("(session: SessionFacts, env: any) => boolean | Promise<boolean>"), "none",
        "Called as `claimOnce(session, env)`, it makes every token good for one request: is this the first use of \
         `session.jti`? It must decide atomically (a Durable Object, or an insert under a unique key), and \
         remember until `expiresAt`."),
    row("disabled", Function("(env: any) => boolean | Promise<boolean>"), "none",
        "Called as `disabled(env)`: is the proxy switched off? If it throws, it is. The variable `PROXY_DISABLED` \
         does it, too."),
    row("anonymousSessions", Own("anonymousSessions", "AnonymousSessions"), "none",
        "Serves `POST /session` for pages whose visitors you do not know. Needs `rateLimits.session`.")
        .more("[Who may call](callers.md)"),
    row("allowedOrigins", Own("origins", "readonly string[]"), "",
        "Other origins whose pages may use the proxy, exactly as browsers send them: \
         `[\"https://app.example.com\"]`. The proxy's own origin needs no entry. This guards pages, not the proxy: \
         programs send any origin they like, so a session token is required either way."),
    row("fetch", Function("(url: string, init: RequestInit, env: any) => Response | Promise<Response>"), "the platform's",
        "In the place of `fetch`. With a service binding: `(url, init, env) => env.UPSTREAM.fetch(url, init)`."),
    row("maxBodyBytes", Whole, "", "The largest JSON body."),
    row("maxUploadBytes", Whole, "",
        "The largest multipart body, on the routes that take files. Like JSON it may not stand still for 30 s, nor \
         take longer than 60 s and 1 s for each 64 KiB: 408."),
    row("maxTokenSeconds", Whole, "", "How far in the future a session token may expire."),
    row("timeout", Whole, "",
        "How long the upstream may take to begin its answer; an upload is sent on within it, too."),
    row("issuer", Text, "none", "The `iss` that session tokens must have."),
    row("audience", Text, "none",
        "The `aud` that session tokens must have. A token with an audience is refused unless this is set."),
    row("budget", Own("budget", "BudgetOptions"), "none",
        "A ceiling for what requests cost, in US dollars, for each subject and for everyone, by day, month and \
         lifetime: the most that a request can cost is reserved before it is sent on, and replaced by its cost \
         afterwards. Needs Durable Objects, so Cloudflare Workers.")
        .more("[Budgets](budgets.md)"),
    row("resumable", Own("resumable", "ResumableOptions"), "none",
        "Lets a caller who was cut off read its stream on: answers are kept in a Durable Object for some minutes. \
         Needs Durable Objects, so Cloudflare Workers.")
        .more("[Resumable streams](resumable-streams.md)"),
    row("onUsage", Function("(event: UsageEvent, env: any, ctx: any) => unknown"), "none",
        "Called as `onUsage(event, env, ctx)`, once for each answer, however it ended: what has it cost? What it \
         throws is logged and never harms the answer; a promise is awaited by `ctx.waitUntil`. Streams are asked \
         for their usage, and the event with it is left out unless the caller had asked for it, too.")
        .more("[What an answer cost](watching.md#what-an-answer-cost)"),
    row("inspectAnswers", Flag, "",
        "`false` hands answers to the platform unseen. That costs no CPU time, and gives up what the proxy \
         otherwise does to them: looking for the key, ending a stream that broke, fell silent or grew too long with \
         an error event, and `onUsage`.")
        .more("[What an answer cost](watching.md#what-an-answer-cost)"),
    row("idleTimeout", Whole, "", "How long an answer may bring nothing."),
    row("maxDuration", Whole, "", "How long an answer may take from its first byte."),
    row("maxAnswerBytes", Whole, "", "How large an answer may be."),
    row("heartbeatMs", Whole, "",
        "After how long a silence the caller of a stream gets a comment between two events; 0 for never. A caller \
         who has closed its connection without a reset is noticed within two of them."),
    row("coalesceMs", Driver("milliseconds", [0, 1000], 50), "",
        "How long the later events of a long stream may wait to be sent together, in milliseconds from 0 to 1000; \
         0 for not at all. It saves CPU time in Workers; elsewhere no event waits. The first 16 events never do."),
];
