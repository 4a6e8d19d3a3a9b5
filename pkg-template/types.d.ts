// Generated from src/wire by `UPDATE_TYPES=1 cargo test --lib wire::typescript`. Do not edit.
//
// The bodies of requests and responses. In a request, a string of a fixed set may also be one
// that the documents do not name; a response may hold one.

/** Token counts of one request. */
export interface CompletionUsage {
    /** Tokens of the answer. */
    completion_tokens: number;
    /** Tokens of the prompt. */
    prompt_tokens: number;
    /** Both together. */
    total_tokens: number;
    /** What the answer's tokens went to (2026). */
    completion_tokens_details?: CompletionUsageCompletionTokensDetails | undefined;
    /** What the prompt's tokens were (2026). */
    prompt_tokens_details?: CompletionUsagePromptTokensDetails | undefined;
}

/** What the tokens of an answer went to (2026). */
export interface CompletionUsageCompletionTokensDetails {
    /** Tokens of a predicted output that appeared in the answer. */
    accepted_prediction_tokens?: number | undefined;
    /** Audio tokens of the answer. */
    audio_tokens?: number | undefined;
    /** Tokens that the model spent on reasoning. */
    reasoning_tokens?: number | undefined;
    /** Tokens of a predicted output that did not appear in the answer; they are billed. */
    rejected_prediction_tokens?: number | undefined;
    /** Text tokens of the answer. */
    text_tokens?: number | undefined;
}

/** What the tokens of a prompt were (2026). */
export interface CompletionUsagePromptTokensDetails {
    /** Audio tokens of the prompt. */
    audio_tokens?: number | undefined;
    /** Tokens that came from the prompt cache. */
    cached_tokens?: number | undefined;
    /** Tokens that were written to the prompt cache. */
    cache_write_tokens?: number | undefined;
    /** Image tokens of the prompt. */
    image_tokens?: number | undefined;
    /** Text tokens of the prompt. */
    text_tokens?: number | undefined;
}

/**
 * What a server says went wrong.
 *
 * Its texts come from the server and may quote the request: show them to the caller, keep
 * them out of logs.
 */
export interface ErrorObject {
    /** What went wrong, for people. */
    message: string;
    /** The kind of error, for instance `invalid_request_error`. */
    type: string | null;
    /** The parameter at fault. */
    param: string | null;
    /** A code, for instance `insufficient_quota`. Some servers send a number. */
    code: string | null;
}

/** The envelope that an error comes in. */
export interface ErrorResponse {
    /** What went wrong. */
    error: ErrorObject;
}

/** A model that a server offers (`GET /models/{model}`). */
export interface Model {
    /** The identifier that other endpoints take as `model`. */
    id: string;
    /** Always `model`. */
    object: "model";
    /** When the model was made, Unix time in seconds (2026). */
    created: number;
    /** The organisation that owns the model. */
    owned_by: string;
    /** The day on which the model will shut down, `YYYY-MM-DD` (2026). */
    shutdown_date?: string | null | undefined;
    /** What the caller may do with the model (2023). */
    permission?: Array<unknown> | undefined;
    /** The model that this one was made from (2023). */
    root?: string | null | undefined;
    /** The model that this one descends from (2023). */
    parent?: string | null | undefined;
}

/** The models that a server offers (`GET /models`). */
export interface ModelList {
    /** Always `list`. */
    object: "list";
    /** The models, in the server's order. */
    data: Array<Model>;
}

/** The answer to `DELETE /models/{model}`. */
export interface ModelDeleted {
    /** The model that was deleted. */
    id: string;
    /** Always `model`. */
    object: string;
    /** Whether it is gone. */
    deleted: boolean;
}

/** What the caller may still spend (`GET /budget` of a proxy with a budget). */
export interface Budget {
    /** Always `budget`. */
    object: "budget";
    /** Of all amounts: `usd`. */
    currency: string;
    /** The caller's own limits, all of which hold. */
    limits: Array<BudgetBalance>;
    /** The limits of all callers together. */
    everyone: BudgetOfEveryone;
}

/** One limit and what is left of it. Amounts are US dollars. */
export interface BudgetBalance {
    /** `day`, `month` or `lifetime`, in UTC. */
    window: "day" | "month" | "lifetime";
    /** The most that may be spent in the window. */
    limit: number;
    /** What requests have cost in it. */
    spent: number;
    /** What is reserved for requests under way. */
    held: number;
    /** What is left. */
    left: number;
    /** When the next window begins, Unix time in seconds; absent for the lifetime. */
    resets_at?: number | null | undefined;
}

/** The limits of all callers together, of which a caller learns no amounts. */
export interface BudgetOfEveryone {
    /** Whether nothing is left. */
    exhausted: boolean;
}

/** The request for a chat answer. */
export interface ChatCompletionCreateParamsBase {
    /** The model to ask. */
    model: string;
    /** The conversation so far, at least one message. */
    messages: Array<ChatCompletionMessageParam>;
    /**
     * How freely the model chooses: 0 (the likeliest token) to 2; default 1. Change this
     * or `top_p`, not both. Fireworks: above 0, below 2.
     */
    temperature?: number | null | undefined;
    /**
     * Chooses among the tokens that together have this probability: 0 to 1; default 1.
     * Fireworks: above 0.
     */
    top_p?: number | null | undefined;
    /** How many answers to make: 1 to 128 (2026, Fireworks); default 1. Each is billed. */
    n?: number | null | undefined;
    /** Whether the answer comes in pieces, as server-sent events. Default `false`. */
    stream?: boolean | null | undefined;
    /** What a stream carries besides the answer; only with `stream` (Fireworks, 2026). */
    stream_options?: ChatCompletionStreamOptions | null | undefined;
    /** Where to stop: up to 4 sequences. */
    stop?: string | Array<string> | null | undefined;
    /**
     * The most tokens to make. Default without limit (2023); deprecated for
     * `max_completion_tokens` (2026). Fireworks lowers it to what fits, unless
     * `context_length_exceeded_behavior` says otherwise.
     */
    max_tokens?: number | null | undefined;
    /** The most tokens to make, reasoning included (2026). */
    max_completion_tokens?: number | null | undefined;
    /**
     * Makes tokens that appeared already less likely (or more, below 0): −2 to 2; default
     * 0. Fireworks: without the ends.
     */
    presence_penalty?: number | null | undefined;
    /**
     * Makes tokens less likely (or more, below 0) the oftener they appeared already: −2 to
     * 2; default 0. Fireworks: without the ends.
     */
    frequency_penalty?: number | null | undefined;
    /** Bias by token id: −100 (never) to 100 (only), added to the logits. */
    logit_bias?: { [key: string]: number } | null | undefined;
    /** Whether to report the tokens' log probabilities (Fireworks, 2026). Default `false`. */
    logprobs?: boolean | null | undefined;
    /**
     * How many of the likeliest tokens to report at each place: 0 to 20; only with
     * `logprobs` (Fireworks, 2026).
     */
    top_logprobs?: number | null | undefined;
    /**
     * Makes equal requests with an equal seed give equal answers, as far as the server can
     * (Fireworks, 2026): a 64-bit integer. Watch the answer's `system_fingerprint`.
     */
    seed?: number | bigint | string | null | undefined;
    /** The tools that the model may call (Fireworks, 2026). */
    tools?: Array<ChatCompletionTool> | undefined;
    /** Which tool it has to call (2026): default `none` without tools, `auto` with them. */
    tool_choice?: ChatCompletionToolChoiceOption | undefined;
    /** Whether it may make several calls at once (2026). Default `true`. */
    parallel_tool_calls?: boolean | undefined;
    /** The form that the answer has to take (Fireworks, 2026). */
    response_format?: ResponseFormat | undefined;
    /**
     * An identifier of the end user, against abuse. 2026 replaces it by
     * `safety_identifier` and `prompt_cache_key`.
     */
    user?: string | undefined;
    /** Chooses among this many of the likeliest tokens (Fireworks): above 1, below 128. */
    top_k?: number | undefined;
    /**
     * Leaves out tokens that are less likely than this share of the likeliest one
     * (Fireworks): 0 to 1.
     */
    min_p?: number | undefined;
    /**
     * Penalty on tokens of prompt and answer that repeat (Fireworks): above 0, below 2; 1 is
     * none, 1.2 is usual, below 1 rewards repetition.
     */
    repetition_penalty?: number | undefined;
    /** What to do when prompt and `max_tokens` exceed the context (Fireworks). */
    context_length_exceeded_behavior?: ContextLengthExceededBehavior | undefined;
    /** How hard a reasoning model thinks (2026). */
    reasoning_effort?: ReasoningEffort | null | undefined;
    /** How many words it makes (2026). */
    verbosity?: Verbosity | null | undefined;
    /** The kinds of output (2026). Default text. */
    modalities?: Array<ChatCompletionModality> | null | undefined;
    /** The form of an answer in sound; needed with that modality (2026). */
    audio?: ChatCompletionAudioParam | null | undefined;
    /** Text that the answer will largely repeat (2026). */
    prediction?: ChatCompletionPredictionContent | null | undefined;
    /** Lets the model search the web (2026). */
    web_search_options?: WebSearchOptionsParam | undefined;
    /** Asks for moderation of request and answer (2026). */
    moderation?: ChatCompletionModerationParam | null | undefined;
    /** How it is processed (2026). */
    service_tier?: ServiceTier | null | undefined;
    /**
     * Whether the server keeps the answer for distillation and evals (2026). Default
     * `false`.
     */
    store?: boolean | null | undefined;
    /**
     * Up to 16 pairs to keep with the answer (2026): keys up to 64 characters, values up to
     * 512.
     */
    metadata?: Metadata | null | undefined;
    /** A stable identifier of the end user, best hashed (2026). */
    safety_identifier?: string | null | undefined;
    /** Groups similar requests for the prompt cache (2026). */
    prompt_cache_key?: string | null | undefined;
    /** How the prompt is cached (2026). */
    prompt_cache_options?: PromptCacheOptionsParam | undefined;
    /** How long the prompt stays cached (2026, deprecated: see `prompt_cache_options`). */
    prompt_cache_retention?: PromptCacheRetention | null | undefined;
    /** Which function the model has to call (2026, deprecated: see `tool_choice`). */
    function_call?: FunctionCallOption | undefined;
    /** The functions that it may call, 1 to 128 (2026, deprecated: see `tools`). */
    functions?: Array<FunctionDefinition> | undefined;
}

/** A message of the conversation so far. */
export type ChatCompletionMessageParam = ChatCompletionDeveloperMessageParam | ChatCompletionSystemMessageParam | ChatCompletionUserMessageParam | ChatCompletionAssistantMessageParam | ChatCompletionToolMessageParam | ChatCompletionFunctionMessageParam;

/** Instructions, for reasoning models (2026). */
export interface ChatCompletionDeveloperMessageParam {
    /** Always `developer`. */
    role: "developer";
    /** The instructions: a text, or text parts. */
    content: string | Array<ChatCompletionContentPartText>;
    /** Tells apart participants of one role. */
    name?: string | null | undefined;
}

/** Instructions. */
export interface ChatCompletionSystemMessageParam {
    /** Always `system`. */
    role: "system";
    /** The instructions: a text, or text parts. */
    content: string | Array<ChatCompletionContentPartText>;
    /** Tells apart participants of one role: letters, digits and `_`, up to 64 characters. */
    name?: string | null | undefined;
}

/** What the user says. */
export interface ChatCompletionUserMessageParam {
    /** Always `user`. */
    role: "user";
    /** A text, or a list of parts. */
    content: string | Array<ChatCompletionContentPart>;
    /** Tells apart participants of one role: letters, digits and `_`, up to 64 characters. */
    name?: string | null | undefined;
}

/** What the model said before. */
export interface ChatCompletionAssistantMessageParam {
    /** Always `assistant`. */
    role: "assistant";
    /** A text, text parts, or one refusal part. Needed unless there are calls. */
    content?: string | Array<ChatCompletionContentPartText | ChatCompletionContentPartRefusal> | null | undefined;
    /** What the model said in refusing (2026). */
    refusal?: string | null | undefined;
    /** Tells apart participants of one role: letters, digits and `_`, up to 64 characters. */
    name?: string | null | undefined;
    /** An earlier answer in sound (2026). */
    audio?: AudioReference | null | undefined;
    /** The calls that the model made (2026). */
    tool_calls?: Array<ChatCompletionMessageToolCall> | undefined;
    /** The call that the model made (2026, deprecated: see `tool_calls`). */
    function_call?: FunctionCallData | null | undefined;
}

/** An earlier answer in sound (2026). */
export interface AudioReference {
    /** Its identifier. */
    id: string;
}

/** A tool's result (2026). */
export interface ChatCompletionToolMessageParam {
    /** Always `tool`. */
    role: "tool";
    /** The result: a text, or text parts. */
    content: string | Array<ChatCompletionContentPartText>;
    /** The call that it is the result of. */
    tool_call_id: string;
}

/** A function's result (2026, deprecated). */
export interface ChatCompletionFunctionMessageParam {
    /** Always `function`. */
    role: "function";
    /** The result. */
    content: string | null;
    /** The function. */
    name: string;
}

/** A part of a message's content (2026). */
export type ChatCompletionContentPart = ChatCompletionContentPartText | ChatCompletionContentPartImage | ChatCompletionContentPartInputAudio | ChatCompletionContentPartFile;

/** A text part. */
export interface ChatCompletionContentPartText {
    /** Always `text`. */
    type: "text";
    /** The text. */
    text: string;
    /** Ends a reusable prefix of the prompt here (2026). */
    prompt_cache_breakpoint?: PromptCacheBreakpoint | null | undefined;
}

/** An image part (2026). */
export interface ChatCompletionContentPartImage {
    /** Always `image_url`. */
    type: "image_url";
    /** The image. */
    image_url: ImageURLInput;
    /** Ends a reusable prefix of the prompt here (2026). */
    prompt_cache_breakpoint?: PromptCacheBreakpoint | null | undefined;
}

/** Where an image is, and how closely to look at it (2026). */
export interface ImageURLInput {
    /** The image's address, or a `data:` URL with base64 content. */
    url: string;
    /** How closely to look; the server's default is `auto`. */
    detail?: ImageDetail | null | undefined;
}

/** How closely a model looks at an image (2026). */
export type ImageDetail = "auto" | "low" | "high" | (string & {});

/** A part of recorded sound (2026). */
export interface ChatCompletionContentPartInputAudio {
    /** Always `input_audio`. */
    type: "input_audio";
    /** The sound. */
    input_audio: InputAudioData;
    /** Ends a reusable prefix of the prompt here (2026). */
    prompt_cache_breakpoint?: PromptCacheBreakpoint | null | undefined;
}

/** Recorded sound (2026). */
export interface InputAudioData {
    /** The bytes, base64. */
    data: string;
    /** Their format. */
    format: InputAudioFormat;
}

/** The format of recorded sound (2026). */
export type InputAudioFormat = "wav" | "mp3" | (string & {});

/** A file part (2026). */
export interface ChatCompletionContentPartFile {
    /** Always `file`. */
    type: "file";
    /** The file. */
    file: FileInput;
    /** Ends a reusable prefix of the prompt here (2026). */
    prompt_cache_breakpoint?: PromptCacheBreakpoint | null | undefined;
}

/** A file, uploaded before (`file_id`) or as data (`file_data` with `filename`) (2026). */
export interface FileInput {
    /** The bytes, base64. */
    file_data?: string | null | undefined;
    /** The identifier of an uploaded file. */
    file_id?: string | null | undefined;
    /** The file's name, to go with `file_data`. */
    filename?: string | null | undefined;
}

/** A refusal part (2026), in assistant messages only. */
export interface ChatCompletionContentPartRefusal {
    /** Always `refusal`. */
    type: "refusal";
    /** What the model said in refusing. */
    refusal: string;
}

/**
 * The end of a reusable prefix of the prompt (2026). It lives as long as the request's
 * `prompt_cache_options.ttl` says.
 */
export interface PromptCacheBreakpoint {
    /** Always `explicit`. */
    mode: "explicit";
}

/** A tool that the model may call. */
export type ChatCompletionTool = ChatCompletionFunctionTool | ChatCompletionCustomTool;

/** A function tool. */
export interface ChatCompletionFunctionTool {
    /** Always `function`. */
    type: "function";
    /** The function. */
    function: FunctionDefinition;
}

/** A function that the model may call. */
export interface FunctionDefinition {
    /** Its name: letters, digits, `_` and `-`, up to 64 characters. */
    name: string;
    /** What it does; the model decides by it. */
    description?: string | null | undefined;
    /** Its parameters as a JSON schema object; left out means none. */
    parameters?: FunctionParameters | undefined;
    /** Whether arguments must follow the schema exactly (Fireworks, 2026). Default `false`. */
    strict?: boolean | null | undefined;
}

/** A tool with free text or a grammar for its input (2026). */
export interface ChatCompletionCustomTool {
    /** Always `custom`. */
    type: "custom";
    /** The tool. */
    custom: CustomToolDefinition;
}

/** A custom tool (2026). */
export interface CustomToolDefinition {
    /** Its name. */
    name: string;
    /** What it does. */
    description?: string | null | undefined;
    /** The form of its input; default is free text. */
    format?: CustomToolFormat | null | undefined;
}

/** The form of a custom tool's input (2026). */
export type CustomToolFormat = TextFormat | GrammarFormat;

/** Free text (2026). */
export interface TextFormat {
    /** Always `text`. */
    type: "text";
}

/** Text after a grammar (2026). */
export interface GrammarFormat {
    /** Always `grammar`. */
    type: "grammar";
    /** The grammar. */
    grammar: Grammar;
}

/** A grammar (2026). */
export interface Grammar {
    /** Its rules. */
    definition: string;
    /** What they are written in. */
    syntax: GrammarSyntax;
}

/** What a grammar is written in (2026). */
export type GrammarSyntax = "lark" | "regex" | (string & {});

/** Which tool the model has to call, if any (2026). */
export type ChatCompletionToolChoiceOption = ToolChoiceMode | ChatCompletionAllowedToolChoice | ChatCompletionNamedToolChoice | ChatCompletionNamedToolChoiceCustom;

/** Whether the model calls tools (2026). */
export type ToolChoiceMode = "none" | "auto" | "required" | (string & {});

/** A choice among some of the tools (2026). */
export interface ChatCompletionAllowedToolChoice {
    /** Always `allowed_tools`. */
    type: "allowed_tools";
    /** The tools. */
    allowed_tools: ChatCompletionAllowedTools;
}

/** Some of the tools (2026). */
export interface ChatCompletionAllowedTools {
    /** Whether one of them must be called. */
    mode: AllowedToolsMode;
    /** The tools, each as `{"type": "function", "function": {"name": …}}`. */
    tools: Array<{ [key: string]: unknown }>;
}

/** Whether one of the allowed tools must be called (2026). */
export type AllowedToolsMode = "auto" | "required" | (string & {});

/** A choice of one function (2026). */
export interface ChatCompletionNamedToolChoice {
    /** Always `function`. */
    type: "function";
    /** The function. */
    function: NamedTool;
}

/** A choice of one custom tool (2026). */
export interface ChatCompletionNamedToolChoiceCustom {
    /** Always `custom`. */
    type: "custom";
    /** The tool. */
    custom: NamedTool;
}

/** A tool by its name (2026). */
export interface NamedTool {
    /** The name. */
    name: string;
}

/** A call that the model made. A server that leaves out `type` means a function. */
export type ChatCompletionMessageToolCall = ChatCompletionMessageFunctionToolCall | ChatCompletionMessageCustomToolCall;

/** A call of a function. */
export interface ChatCompletionMessageFunctionToolCall {
    /** The call's identifier. */
    id: string;
    /** Always `function`. */
    type: "function";
    /** What is called, with what. */
    function: FunctionCallData;
}

/** A function's name and the arguments to call it with. */
export interface FunctionCallData {
    /** The function's name. */
    name: string;
    /**
     * The arguments as JSON text, as the model wrote them: not always valid, not always
     * after the schema. Some servers send an object.
     */
    arguments: string;
}

/** A call of a custom tool (2026). */
export interface ChatCompletionMessageCustomToolCall {
    /** The call's identifier. */
    id: string;
    /** Always `custom`. */
    type: "custom";
    /** What is called, with what. */
    custom: CustomToolInput;
}

/** A custom tool's name and input (2026). */
export interface CustomToolInput {
    /** The tool's name. */
    name: string;
    /** Its input, as the model wrote it. */
    input: string;
}

/**
 * Which of the deprecated `functions` the model has to call (2026, deprecated: see
 * `ToolChoice`).
 */
export type FunctionCallOption = FunctionCallMode | ChatCompletionFunctionCallOption;

/** Whether the model calls deprecated `functions` (2026). */
export type FunctionCallMode = "none" | "auto" | (string & {});

/** A function by its name (2026, deprecated). */
export interface ChatCompletionFunctionCallOption {
    /** The name. */
    name: string;
}

/** The form that the answer has to take (Fireworks, 2026). */
export type ResponseFormat = ResponseFormatText | ResponseFormatJSONSchema | ResponseFormatJSONObject;

/** Answers in text. */
export interface ResponseFormatText {
    /** Always `text`. */
    type: "text";
}

/** Answers in JSON after a schema. */
export interface ResponseFormatJSONSchema {
    /** Always `json_schema`. */
    type: "json_schema";
    /** The schema, its name and how strictly to keep to it. */
    json_schema: ResponseFormatJSONSchemaDefinition;
}

/** A schema for answers. */
export interface ResponseFormatJSONSchemaDefinition {
    /**
     * A name: letters, digits, `_` and `-`, up to 64 characters. Fireworks does not ask
     * for one.
     */
    name: string;
    /** What the form is for; the model reads it. */
    description?: string | null | undefined;
    /**
     * The JSON schema. Fireworks documents string, number, integer, boolean, array,
     * object, enum and anyOf.
     */
    schema?: { [key: string]: unknown } | undefined;
    /**
     * Whether the answer must follow the schema exactly; only a subset of JSON Schema is
     * then allowed. Default `false`.
     */
    strict?: boolean | null | undefined;
}

/** Answers in some valid JSON object. */
export interface ResponseFormatJSONObject {
    /** Always `json_object`. */
    type: "json_object";
}

/** What a stream carries besides the answer. */
export interface ChatCompletionStreamOptions {
    /**
     * Asks for a last chunk with the usage of the whole request and no choices; every other
     * chunk then has `usage: null` (Fireworks, 2026).
     */
    include_usage?: boolean | undefined;
    /**
     * Asks for random characters in every chunk that even out its size, against listeners
     * (2026). The server's default is to send them; `false` saves bandwidth on a network
     * that is trusted.
     */
    include_obfuscation?: boolean | undefined;
}

/**
 * How hard a reasoning model thinks (2026). The server's default is `medium` for most
 * models.
 */
export type ReasoningEffort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" | (string & {});

/** How many words a model makes (2026). The server's default is `medium`. */
export type Verbosity = "low" | "medium" | "high" | (string & {});

/** How a request is processed (2026). A response names the tier that was used. */
export type ServiceTier = "auto" | "default" | "flex" | "scale" | "priority" | "fast" | (string & {});

/** A kind of output (2026). */
export type ChatCompletionModality = "text" | "audio" | (string & {});

/**
 * What the server does when prompt and `max_tokens` together exceed the model's context
 * (Fireworks).
 */
export type ContextLengthExceededBehavior = "truncate" | "error" | (string & {});

/** The form of an answer in sound (2026). */
export interface ChatCompletionAudioParam {
    /** The format of the bytes. */
    format: AudioFormat;
    /** The voice. */
    voice: Voice;
}

/** The format of an answer in sound (2026). */
export type AudioFormat = "wav" | "aac" | "mp3" | "flac" | "opus" | "pcm16" | (string & {});

/** A voice (2026). */
export type Voice = string | VoiceId;

/** A voice of the caller's own (2026). */
export interface VoiceId {
    /** Its identifier. */
    id: string;
}

/** Text that the answer will largely repeat, which makes it faster (2026). */
export interface ChatCompletionPredictionContent {
    /** Always `content`. */
    type: "content";
    /** The text, or text parts. */
    content: string | Array<ChatCompletionContentPartText>;
}

/** How long a prompt stays cached (2026, deprecated: see `PromptCacheOptions`). */
export type PromptCacheRetention = "in_memory" | "24h" | (string & {});

/** How the prompt is cached (2026). */
export interface PromptCacheOptionsParam {
    /** Who sets the breakpoints. */
    mode?: PromptCacheMode | undefined;
    /** How long a cached prefix lives at least; the one documented value is `30m`. */
    ttl?: "30m" | (string & {}) | undefined;
}

/** Who sets the breakpoints of the prompt cache (2026). */
export type PromptCacheMode = "implicit" | "explicit" | (string & {});

/** Asks for moderation of the request and its answer (2026). */
export interface ChatCompletionModerationParam {
    /** The moderation model, for instance `omni-moderation-latest`. */
    model: string;
    /** What to do with what it finds. */
    policy?: ModerationPolicy | null | undefined;
}

/** What to do with what moderation finds (2026). */
export interface ModerationPolicy {
    /** In the request. */
    input?: ModerationConfig | null | undefined;
    /** In the answer. */
    output?: ModerationConfig | null | undefined;
}

/** What to do with what moderation finds on one side (2026). */
export interface ModerationConfig {
    /** Score or block. */
    mode: ModerationMode;
}

/** What to do with what moderation finds (2026). */
export type ModerationMode = "score" | "block" | (string & {});

/** Lets the model search the web (2026). */
export interface WebSearchOptionsParam {
    /** How much of the context the search may use; the server's default is `medium`. */
    search_context_size?: SearchContextSize | undefined;
    /** Where the user is, roughly. */
    user_location?: UserLocation | null | undefined;
}

/** How much of the context a search may use (2026). */
export type SearchContextSize = "low" | "medium" | "high" | (string & {});

/** Where the user is (2026). */
export interface UserLocation {
    /** Always `approximate`. */
    type: "approximate";
    /** The place. */
    approximate: WebSearchLocation;
}

/** A place (2026). */
export interface WebSearchLocation {
    /** Two-letter country code, ISO 3166-1. */
    country?: string | undefined;
    /** Region, in words. */
    region?: string | undefined;
    /** City, in words. */
    city?: string | undefined;
    /** IANA time zone. */
    timezone?: string | undefined;
}

/** A chat answer. */
export interface ChatCompletion {
    /** The answer's identifier. */
    id: string;
    /** Always `chat.completion`. */
    object: "chat.completion";
    /** When it was made, Unix time in seconds. */
    created: number;
    /** The model that made it. */
    model: string;
    /** One or more answers: as many as the request's `n`. */
    choices: Array<ChatCompletionChoice>;
    /** What it cost. */
    usage?: CompletionUsage | undefined;
    /**
     * Which backend configuration made it (2026): answers to equal requests with an equal
     * `seed` may differ when this differs.
     */
    system_fingerprint?: string | undefined;
    /** How it was processed (2026). */
    service_tier?: ServiceTier | null | undefined;
    /** What moderation found, if the request asked (2026). */
    moderation?: ChatCompletionModeration | null | undefined;
}

/** One of the answers. */
export interface ChatCompletionChoice {
    /** Its place among the answers, from 0. */
    index: number;
    /** What the model said. */
    message: ChatCompletionMessage;
    /** Why it stopped. Some servers never say. */
    finish_reason: FinishReason;
    /** Log probabilities, if the request asked. */
    logprobs: ChatCompletionLogprobs | null;
}

/** Why a model stopped. */
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "function_call" | (string & {});

/** Who said something. */
export type ChatCompletionRole = "developer" | "system" | "user" | "assistant" | "tool" | "function" | (string & {});

/** What the model said. */
export interface ChatCompletionMessage {
    /** Always `assistant`. */
    role: "assistant";
    /** The text. Some servers send parts. */
    content: string | null;
    /** What it said in refusing (2026). */
    refusal: string | null;
    /** The calls that it wants answered (2026). */
    tool_calls?: Array<ChatCompletionMessageToolCall> | undefined;
    /** The call that it wants answered (2026, deprecated: see `tool_calls`). */
    function_call?: FunctionCallData | null | undefined;
    /** What the text refers to (2026). */
    annotations?: Array<ChatCompletionAnnotation> | undefined;
    /** The answer in sound, if the request asked (2026). */
    audio?: ChatCompletionAudio | null | undefined;
}

/** What a piece of the text refers to (2026). */
export interface ChatCompletionAnnotation {
    /** Always `url_citation`. */
    type: "url_citation";
    /** A page of the web. */
    url_citation: URLCitation;
}

/** A page of the web that a piece of the text refers to (2026). */
export interface URLCitation {
    /** The place of the piece's first character in the text. */
    start_index: number;
    /** The place of the piece's last character in the text. */
    end_index: number;
    /** The page's title. */
    title: string;
    /** The page's address. */
    url: string;
}

/** An answer in sound (2026). */
export interface ChatCompletionAudio {
    /** Its identifier, by which a later request can refer to it. */
    id: string;
    /** The bytes, base64, in the format that the request asked for. */
    data: string;
    /** Until when a later request can refer to it, Unix time in seconds. */
    expires_at: number;
    /** What is said. */
    transcript: string;
}

/** Log probabilities of a choice: of its content, or of its refusal (2026). */
export interface ChatCompletionLogprobs {
    /** One entry a token of the content. */
    content: Array<ChatCompletionTokenLogprob> | null;
    /** One entry a token of the refusal. */
    refusal: Array<ChatCompletionTokenLogprob> | null;
}

/** A token that the model chose, and what it weighed besides (2026). */
export interface ChatCompletionTokenLogprob {
    /** The token's text. A token that is part of a character has `bytes` instead. */
    token: string;
    /** Its UTF-8 bytes; a character may be spread over several tokens. */
    bytes: Array<number> | null;
    /**
     * The natural logarithm of its probability, or −9999 if it was not among the 20 most
     * likely.
     */
    logprob: number;
    /** The most likely tokens at this place: up to as many as the request's `top_logprobs`. */
    top_logprobs: Array<ChatCompletionTopLogprob>;
}

/** A token that the model could have chosen (2026). */
export interface ChatCompletionTopLogprob {
    /** The token's text. */
    token: string;
    /** Its UTF-8 bytes. */
    bytes: Array<number> | null;
    /** The natural logarithm of its probability. */
    logprob: number;
}

/** What moderation found, where a request asked for it (2026). */
export interface ChatCompletionModeration {
    /** About the request. */
    input: ModerationOutcome;
    /** About the answer. */
    output: ModerationOutcome;
}

/** What moderation found on one side, or why it could not look (2026). */
export type ModerationOutcome = ChatCompletionModerationResults | ChatCompletionModerationError;

/** What moderation found on one side (2026). */
export interface ChatCompletionModerationResults {
    /** Always `moderation_results`. */
    type: "moderation_results";
    /** The model that looked. */
    model: string;
    /** One result an input. */
    results: Array<ChatCompletionModerationResult>;
}

/** What moderation found in one input (2026). */
export interface ChatCompletionModerationResult {
    /** Always `moderation_result`. */
    type: "moderation_result";
    /** The model that looked. */
    model: string;
    /** Whether anything was found. */
    flagged: boolean;
    /** Which categories were found. */
    categories: Record<string, boolean>;
    /** Which kinds of input (`text`, `image`) each score is about. */
    category_applied_input_types: Record<string, Array<"text" | "image">>;
    /** A score for each category, 0 to 1. */
    category_scores: Record<string, number>;
}

/** Why moderation could not look (2026). */
export interface ChatCompletionModerationError {
    /** Always `error`. */
    type: "error";
    /** A code for programs. */
    code: string;
    /** Words for people. */
    message: string;
}

/** A piece of a streamed chat answer. */
export interface ChatCompletionChunk {
    /** The answer's identifier, the same in every piece; some servers send it empty. */
    id: string;
    /** Always `chat.completion.chunk`. */
    object: "chat.completion.chunk";
    /** When the answer was made, Unix time in seconds. */
    created: number;
    /** The model that makes it. */
    model: string;
    /**
     * What is new in each answer; empty in a piece that only carries usage or a filter's
     * results.
     */
    choices: Array<ChatCompletionChunkChoice>;
    /**
     * What the whole answer cost, in the last piece, if the request's
     * `stream_options.include_usage` asked. Some servers send it with every piece, counted
     * so far, or send it empty.
     */
    usage?: CompletionUsage | null | undefined;
    /**
     * Which backend configuration makes it (2026): see
     * `ChatCompletion`.
     */
    system_fingerprint?: string | undefined;
    /** How it is processed (2026). */
    service_tier?: ServiceTier | null | undefined;
    /** Random characters that even out the sizes of pieces, against listeners (2026). */
    obfuscation?: string | undefined;
    /** What moderation found, if the request asked (2026). */
    moderation?: ChatCompletionModeration | null | undefined;
}

/** What is new in one of the answers. */
export interface ChatCompletionChunkChoice {
    /** Which of the answers, from 0. */
    index: number;
    /** What is new. */
    delta: ChatCompletionDelta;
    /** Why the model stopped; `null` until it did. Some servers never say. */
    finish_reason: FinishReason | null;
    /** Log probabilities of what is new, if the request asked. */
    logprobs?: ChatCompletionLogprobs | null | undefined;
}

/** What is new in an answer: texts to append. */
export interface ChatCompletionDelta {
    /** Who says it, usually in the first piece only. */
    role?: ChatCompletionRole | undefined;
    /** Text to append. Some servers send parts. */
    content?: string | null | undefined;
    /** Text to append to a refusal (2026). */
    refusal?: string | null | undefined;
    /** What is new in the model's calls (2026). */
    tool_calls?: Array<ChatCompletionToolCallDelta> | undefined;
    /** What is new in the model's call (2026, deprecated: see `tool_calls`). */
    function_call?: ChatCompletionFunctionCallDelta | undefined;
}

/** What is new in one of the model's calls (2026). */
export interface ChatCompletionToolCallDelta {
    /**
     * Which of the calls, from 0. Some servers leave it out, or send 0 for all: a new
     * non-empty `id` then starts a new call.
     */
    index: number;
    /**
     * The call's identifier, usually in its first piece only; some servers repeat it, or
     * send an empty one later.
     */
    id?: string | undefined;
    /** `function` or `custom` (2026), in the first piece. */
    type?: "function" | "custom" | undefined;
    /** What is new in the call. */
    function?: ChatCompletionFunctionCallDelta | undefined;
}

/** What is new in a call of a function (2026). */
export interface ChatCompletionFunctionCallDelta {
    /** The function's name, once. */
    name?: string | undefined;
    /** JSON text to append to the arguments. Some servers send an object. */
    arguments?: string | undefined;
}

/** The request for a completion. */
export interface CompletionCreateParamsBase {
    /** The model to ask. */
    model: string;
    /**
     * What to complete: a text, texts, tokens, or lists of tokens. Left out (2023) it is
     * `<|endoftext|>`, the beginning of a new document.
     */
    prompt?: string | Array<string> | Array<number> | Array<Array<number>> | null | undefined;
    /** What follows the text to insert. */
    suffix?: string | null | undefined;
    /** The most tokens to make: 0 or more; default 16. */
    max_tokens?: number | null | undefined;
    /** How freely the model chooses: 0 to 2; default 1. Change this or `top_p`, not both. */
    temperature?: number | null | undefined;
    /** Chooses among the tokens that together have this probability: 0 to 1; default 1. */
    top_p?: number | null | undefined;
    /** How many completions to make for each prompt: 1 to 128; default 1. Each is billed. */
    n?: number | null | undefined;
    /** Whether the completion comes in pieces, as server-sent events. Default `false`. */
    stream?: boolean | null | undefined;
    /** What a stream carries besides; only with `stream` (2026). */
    stream_options?: ChatCompletionStreamOptions | null | undefined;
    /**
     * How many of the likeliest tokens to report at each place, besides the chosen one: 0
     * to 5.
     */
    logprobs?: number | null | undefined;
    /** Whether to repeat the prompt before the completion. Default `false`. */
    echo?: boolean | null | undefined;
    /** Where to stop: up to 4 sequences. */
    stop?: string | Array<string> | null | undefined;
    /**
     * Makes tokens that appeared already less likely (or more, below 0): −2 to 2; default
     * 0.
     */
    presence_penalty?: number | null | undefined;
    /**
     * Makes tokens less likely (or more, below 0) the oftener they appeared already: −2 to
     * 2; default 0.
     */
    frequency_penalty?: number | null | undefined;
    /**
     * Makes this many completions and returns the best: 0 to 20; default 1. At least `n`;
     * cannot be streamed. All are billed.
     */
    best_of?: number | null | undefined;
    /** Bias by token id: −100 (never) to 100 (only), added to the logits. */
    logit_bias?: { [key: string]: number } | null | undefined;
    /**
     * Makes equal requests with an equal seed give equal completions, as far as the server
     * can (2026): a 64-bit integer. Watch the completion's `system_fingerprint`.
     */
    seed?: number | bigint | string | null | undefined;
    /** An identifier of the end user, against abuse. */
    user?: string | undefined;
    /** Chooses among this many of the likeliest tokens (Fireworks). */
    top_k?: number | undefined;
    /**
     * Leaves out tokens that are less likely than this share of the likeliest one
     * (Fireworks): 0 to 1.
     */
    min_p?: number | undefined;
    /** Penalty on tokens that repeat (Fireworks): above 0, below 2; 1 is none. */
    repetition_penalty?: number | undefined;
    /** What to do when prompt and `max_tokens` exceed the context (Fireworks). */
    context_length_exceeded_behavior?: ContextLengthExceededBehavior | undefined;
}

/** A completion, and also each piece of a streamed one: its texts are then to append. */
export interface Completion {
    /** The completion's identifier. */
    id: string;
    /** Always `text_completion`. */
    object: "text_completion";
    /** When it was made, Unix time in seconds. */
    created: number;
    /** The model that made it. */
    model: string;
    /** The completions: for each prompt as many as the request's `n`. */
    choices: Array<CompletionChoice>;
    /** What it cost; in a stream, in the last piece, if the request asked. */
    usage?: CompletionUsage | undefined;
    /**
     * Which backend configuration made it (2026): completions of equal requests with an
     * equal `seed` may differ when this differs.
     */
    system_fingerprint?: string | undefined;
}

/** One of the completions. */
export interface CompletionChoice {
    /** The text, or in a stream what is new of it. */
    text: string;
    /** Its place among the completions, from 0. */
    index: number;
    /** Log probabilities, if the request asked. */
    logprobs: CompletionLogprobs | null;
    /** Why the model stopped; `null` until it did, in a stream. */
    finish_reason: FinishReason;
}

/** Log probabilities of a completion's tokens. The lists run side by side. */
export interface CompletionLogprobs {
    /** The tokens' texts. */
    tokens?: Array<string> | undefined;
    /**
     * The natural logarithm of each token's probability; the first of an echoed prompt has
     * none.
     */
    token_logprobs?: Array<number> | undefined;
    /** For each place the likeliest tokens and their log probabilities. */
    top_logprobs?: Array<{ [key: string]: number }> | undefined;
    /** Where each token begins in the text, in characters. */
    text_offset?: Array<number> | undefined;
}

/** The request for an edit (2023). */
export interface EditCreateParams {
    /** The model to ask: `text-davinci-edit-001` or `code-davinci-edit-001`. */
    model: string;
    /** The text to edit; default empty. */
    input?: string | null | undefined;
    /** What to do with it. */
    instruction: string;
    /** How many edits to make: 1 to 20; default 1. */
    n?: number | null | undefined;
    /** How freely the model chooses: 0 to 2; default 1. Change this or `top_p`, not both. */
    temperature?: number | null | undefined;
    /** Chooses among the tokens that together have this probability: 0 to 1; default 1. */
    top_p?: number | null | undefined;
}

/** An edit (2023). */
export interface Edit {
    /** Always `edit`. */
    object: "edit";
    /** When it was made, Unix time in seconds. */
    created: number;
    /** The edited texts: as many as the request's `n`. */
    choices: Array<EditChoice>;
    /** What it cost. */
    usage: CompletionUsage;
}

/** One of the edited texts (2023). */
export interface EditChoice {
    /** The text. */
    text: string;
    /** Its place among them, from 0. */
    index: number;
    /** Log probabilities. */
    logprobs?: CompletionLogprobs | null | undefined;
    /** Why the model stopped. */
    finish_reason?: FinishReason | undefined;
}

/** The request for images from words. */
export interface ImageGenerateParamsBase {
    /**
     * What the images are to show: up to 1,000 characters (2023), or 32,000 for GPT image
     * models and 4,000 for `dall-e-3` (2026).
     */
    prompt: string;
    /** The model to ask (2026); default `dall-e-2`. */
    model?: string | null | undefined;
    /** How many images to make: 1 to 10; default 1. `dall-e-3` makes one. */
    n?: number | null | undefined;
    /**
     * Their size, `WIDTHxHEIGHT` in pixels. 2023: `256x256`, `512x512` or `1024x1024`, the
     * default. 2026: by model, or `auto`.
     */
    size?: ImageSize | null | undefined;
    /** How they come; default `url`. GPT image models always send base64. */
    response_format?: ImageResponseFormat | null | undefined;
    /** How good they are to be (2026); default `auto`. */
    quality?: ImageQuality | null | undefined;
    /** Their style, `dall-e-3` only (2026); default `vivid`. */
    style?: ImageStyle | null | undefined;
    /** Their background, GPT image models only (2026); default `auto`. */
    background?: ImageBackground | null | undefined;
    /** How strictly the request is looked at, GPT image models only (2026); default `auto`. */
    moderation?: ImageModeration | null | undefined;
    /** The format of the bytes, GPT image models only (2026); default `png`. */
    output_format?: ImageOutputFormat | null | undefined;
    /** Compression in percent, 0 to 100, for `webp` and `jpeg` (2026); default 100. */
    output_compression?: number | null | undefined;
    /** Whether images come in stages, as server-sent events (2026). Default `false`. */
    stream?: boolean | null | undefined;
    /** How many stages, 0 to 3; only with `stream` (2026). */
    partial_images?: number | null | undefined;
    /** An identifier of the end user, against abuse. */
    user?: string | undefined;
}

/** The request to edit an image. */
export interface ImageEditParamsBase {
    /**
     * The image: a PNG under 4 MB, square; transparent where it is to be edited, unless
     * there is a mask. GPT image models take up to 16 images, PNG, WebP or JPEG under 50 MB
     * (2026).
     */
    image: Uploadable | Array<Uploadable>;
    /**
     * What the image is to show: up to 1,000 characters, or 32,000 for GPT image models
     * (2026).
     */
    prompt: string;
    /**
     * An image that is transparent where the first one is to be edited: a PNG under 4 MB
     * of the same size.
     */
    mask?: Uploadable | undefined;
    /** The model to ask (2026). */
    model?: string | null | undefined;
    /** How many images to make: 1 to 10; default 1. */
    n?: number | null | undefined;
    /** Their size; default `1024x1024`. */
    size?: ImageSize | null | undefined;
    /** How they come; default `url`. GPT image models always send base64. */
    response_format?: ImageResponseFormat | null | undefined;
    /** How good they are to be (2026); default `auto`. */
    quality?: ImageQuality | null | undefined;
    /** Their background, GPT image models only (2026); default `auto`. */
    background?: ImageBackground | null | undefined;
    /** How close to keep to the image's faces and features (2026); default `low`. */
    input_fidelity?: InputFidelity | null | undefined;
    /** The format of the bytes, GPT image models only (2026); default `png`. */
    output_format?: ImageOutputFormat | null | undefined;
    /** Compression in percent, 0 to 100, for `webp` and `jpeg` (2026); default 100. */
    output_compression?: number | null | undefined;
    /** Whether images come in stages, as server-sent events (2026). Default `false`. */
    stream?: boolean | null | undefined;
    /** How many stages, 0 to 3; only with `stream` (2026). */
    partial_images?: number | null | undefined;
    /** An identifier of the end user, against abuse. */
    user?: string | undefined;
}

/** The request for variations of an image. */
export interface ImageCreateVariationParams {
    /** The image: a PNG under 4 MB, square. */
    image: Uploadable;
    /** The model to ask (2026); default `dall-e-2`. */
    model?: string | null | undefined;
    /** How many images to make: 1 to 10; default 1. */
    n?: number | null | undefined;
    /** Their size: `256x256`, `512x512` or `1024x1024`, the default. */
    size?: ImageSize | null | undefined;
    /** How they come; default `url`. */
    response_format?: ImageResponseFormat | null | undefined;
    /** An identifier of the end user, against abuse. */
    user?: string | undefined;
}

/** The size of an image in pixels. `gpt-image-2` takes others too. */
export type ImageSize = "auto" | "256x256" | "512x512" | "1024x1024" | "1536x1024" | "1024x1536" | "1792x1024" | "1024x1792" | (string & {});

/** How images come. */
export type ImageResponseFormat = "url" | "b64_json" | (string & {});

/** How good an image is (2026). */
export type ImageQuality = "auto" | "standard" | "hd" | "low" | "medium" | "high" | (string & {});

/** The style of `dall-e-3` (2026). */
export type ImageStyle = "vivid" | "natural" | (string & {});

/** The background of an image (2026). */
export type ImageBackground = "transparent" | "opaque" | "auto" | (string & {});

/** How strictly a request for images is looked at (2026). */
export type ImageModeration = "low" | "auto" | (string & {});

/** The format of an image's bytes (2026). */
export type ImageOutputFormat = "png" | "jpeg" | "webp" | (string & {});

/** How close an edit keeps to an image's faces and features (2026). */
export type InputFidelity = "high" | "low" | (string & {});

/** Images. */
export interface ImagesResponse {
    /** When they were made, Unix time in seconds. */
    created: number;
    /** The images. */
    data?: Array<Image> | undefined;
    /** Their background (2026). */
    background?: ImageBackground | undefined;
    /** The format of their bytes (2026). */
    output_format?: ImageOutputFormat | undefined;
    /** How good they are (2026). */
    quality?: ImageQuality | undefined;
    /** Their size (2026). */
    size?: ImageSize | undefined;
    /** What they cost (2026). */
    usage?: ImageUsage | undefined;
}

/** An image: an address or base64. */
export interface Image {
    /** Where it is, for an hour. */
    url?: string | undefined;
    /** Its bytes, base64. */
    b64_json?: string | undefined;
    /** What `dall-e-3` made of the prompt (2026). */
    revised_prompt?: string | undefined;
}

/** What images cost in tokens (2026). */
export interface ImageUsage {
    /** Tokens of prompt and images. */
    input_tokens: number;
    /** Tokens of the new images. */
    output_tokens: number;
    /** Both together. */
    total_tokens: number;
    /** What the request's tokens were. */
    input_tokens_details: ImageTokensDetails;
    /** What the answer's tokens were. */
    output_tokens_details?: ImageTokensDetails | undefined;
}

/** What tokens were: text or images (2026). */
export interface ImageTokensDetails {
    /** Tokens of images. */
    image_tokens: number;
    /** Tokens of text. */
    text_tokens: number;
}

/** A stage of an image that comes as a stream, or the image itself (2026). */
export interface ImageStreamEvent {
    /** Which of the two. */
    type: ImageStreamEventType;
    /** The bytes, base64. */
    b64_json: string;
    /** When it was made, Unix time in seconds. */
    created_at: number;
    /** Its background. */
    background: ImageBackground;
    /** The format of its bytes. */
    output_format: ImageOutputFormat;
    /** How good it is. */
    quality: ImageQuality;
    /** Its size. */
    size: ImageSize;
    /** Which stage it is, from 0. */
    partial_image_index?: number | undefined;
    /** What it cost; with the image itself. */
    usage?: ImageUsage | undefined;
}

/** What an event of an image stream brings (2026). */
export type ImageStreamEventType = "image_generation.partial_image" | "image_generation.completed" | "image_edit.partial_image" | "image_edit.completed" | (string & {});

/** The request for embeddings. */
export interface EmbeddingCreateParams {
    /** The model to ask. */
    model: string;
    /**
     * What to embed: a text, texts, tokens, or lists of tokens. Up to 8,192 tokens each
     * (2023), up to 2,048 inputs (2026); none may be empty.
     */
    input: string | Array<string> | Array<number> | Array<Array<number>>;
    /** How the vectors come; the server's default is `float` (2026). */
    encoding_format?: EncodingFormat | undefined;
    /** How long the vectors are to be: 1 or more; only some models can shorten them (2026). */
    dimensions?: number | undefined;
    /** An identifier of the end user, against abuse. */
    user?: string | undefined;
}

/** How embedding vectors come (2026). */
export type EncodingFormat = "float" | "base64" | (string & {});

/** Embeddings. */
export interface CreateEmbeddingResponse {
    /** Always `list`. */
    object: "list";
    /** One embedding an input. */
    data: Array<Embedding>;
    /** The model that made them. */
    model: string;
    /** What they cost. */
    usage: EmbeddingUsage;
}

/** What embeddings cost in tokens. */
export interface EmbeddingUsage {
    /** Tokens of the inputs. */
    prompt_tokens: number;
    /** The same, as nothing else is counted. */
    total_tokens: number;
}

/** The embedding of one input. */
export interface Embedding {
    /** Always `embedding`. */
    object: "embedding";
    /** The vector. */
    embedding: Array<number>;
    /** The place of its input among the inputs, from 0. */
    index: number;
}

/** The request for a transcription. */
export interface TranscriptionCreateParamsBase {
    /** The sound: mp3, mp4, mpeg, mpga, m4a, wav or webm; flac and ogg too (2026). */
    file: Uploadable;
    /** The model to ask, for instance `whisper-1`. */
    model: string;
    /** The language of the sound, ISO 639-1. Naming it gives better results sooner. */
    language?: string | undefined;
    /** Words that set the style or come before, in the sound's language. */
    prompt?: string | undefined;
    /** The form of the answer; default `json`. `text`, `srt` and `vtt` come as bare text. */
    response_format?: AudioResponseFormat | undefined;
    /**
     * How freely the model chooses: 0 to 1; default 0, where it raises it by itself as
     * needed.
     */
    temperature?: number | undefined;
    /** Which times to report, with `verbose_json` only; default `segment` (2026). */
    timestamp_granularities?: Array<TimestampGranularity> | undefined;
    /** What else to report: `logprobs`, with `json` only (2026). */
    include?: Array<"logprobs"> | undefined;
    /**
     * Whether the text comes in pieces, as server-sent events (2026). Default `false`; not
     * with `whisper-1`.
     */
    stream?: boolean | null | undefined;
    /** How the sound is cut (2026). */
    chunking_strategy?: ChunkingStrategy | null | undefined;
    /** Names of up to 4 speakers whose voices are in `known_speaker_references` (2026). */
    known_speaker_names?: Array<string> | undefined;
    /** Samples of those voices as `data:` URLs, 2 to 10 seconds each (2026). */
    known_speaker_references?: Array<string> | undefined;
    /** Languages that the sound may be in, ISO 639-1, for `gpt-transcribe` (2026). */
    languages?: Array<string> | undefined;
    /** Words to expect, for `gpt-transcribe` (2026). */
    keywords?: Array<string> | undefined;
}

/** The request for a translation into English. */
export interface TranslationCreateParamsBase {
    /** The sound: mp3, mp4, mpeg, mpga, m4a, wav or webm; flac and ogg too (2026). */
    file: Uploadable;
    /** The model to ask, for instance `whisper-1`. */
    model: string;
    /** Words that set the style or come before, in English. */
    prompt?: string | undefined;
    /** The form of the answer; default `json`. `text`, `srt` and `vtt` come as bare text. */
    response_format?: AudioResponseFormat | undefined;
    /**
     * How freely the model chooses: 0 to 1; default 0, where it raises it by itself as
     * needed.
     */
    temperature?: number | undefined;
}

/** The form of a transcription or translation. */
export type AudioResponseFormat = "json" | "text" | "srt" | "verbose_json" | "vtt" | "diarized_json" | (string & {});

/** Which times a transcription reports (2026). */
export type TimestampGranularity = "word" | "segment" | (string & {});

/** How sound is cut into chunks (2026). */
export type ChunkingStrategy = string | VadConfigParam;

/** How pauses in speech are found (2026). */
export interface VadConfigParam {
    /** Always `server_vad`. */
    type: "server_vad";
    /** Sound to keep before speech, in milliseconds; default 300. */
    prefix_padding_ms?: number | undefined;
    /** Silence that ends speech, in milliseconds; default 200. */
    silence_duration_ms?: number | undefined;
    /** How loud speech must be, 0 to 1; default 0.5. */
    threshold?: number | undefined;
}

/** A transcription. */
export interface Transcription {
    /** The text. */
    text: string;
    /** Log probabilities of its tokens, if the request asked (2026). */
    logprobs?: Array<TranscriptionLogprob> | undefined;
    /** What it cost (2026). */
    usage?: TranscriptionUsage | undefined;
}

/** A token of a transcription (2026). */
export interface TranscriptionLogprob {
    /** The token's text. */
    token?: string | undefined;
    /** Its UTF-8 bytes. */
    bytes?: Array<number> | undefined;
    /** The natural logarithm of its probability. */
    logprob?: number | undefined;
}

/** What a transcription cost (2026). */
export type TranscriptionUsage = TranscriptionTokens | TranscriptionDuration;

/** What a transcription cost in tokens (2026). */
export interface TranscriptionTokens {
    /** Always `tokens`. */
    type: "tokens";
    /** Tokens of sound and prompt. */
    input_tokens: number;
    /** Tokens of the text. */
    output_tokens: number;
    /** Both together. */
    total_tokens: number;
    /** What the request's tokens were. */
    input_token_details?: TranscriptionTokenDetails | undefined;
}

/** What the tokens of a request for a transcription were (2026). */
export interface TranscriptionTokenDetails {
    /** Tokens of sound. */
    audio_tokens?: number | undefined;
    /** Tokens of text. */
    text_tokens?: number | undefined;
}

/** What a transcription cost by time (2026). */
export interface TranscriptionDuration {
    /** Always `duration`. */
    type: "duration";
    /** The sound's length in seconds. */
    seconds: number;
}

/** A transcription with times and more. */
export interface TranscriptionVerbose {
    /** `transcribe`; in no schema, but in the documents' examples. */
    task?: string | undefined;
    /** The text. */
    text: string;
    /** The language of the sound. */
    language: string;
    /** The sound's length in seconds. */
    duration: number;
    /** The text in segments. */
    segments?: Array<TranscriptionSegment> | undefined;
    /** The text in words, if the request asked (2026). */
    words?: Array<TranscriptionWord> | undefined;
    /** What it cost (2026). */
    usage?: TranscriptionDuration | undefined;
}

/** A segment of a transcription. */
export interface TranscriptionSegment {
    /** Its number. */
    id: number;
    /** Where it was sought, in the model's frames. */
    seek: number;
    /** When it begins, in seconds. */
    start: number;
    /** When it ends, in seconds. */
    end: number;
    /** The text. */
    text: string;
    /** The text's tokens. */
    tokens: Array<number>;
    /** The temperature that it was made with. */
    temperature: number;
    /** The tokens' average log probability; below −1 the model has failed. */
    avg_logprob: number;
    /** How far the text compresses; above 2.4 the model has failed. */
    compression_ratio: number;
    /** The probability of silence; near 1 with an `avg_logprob` below −1 it is silence. */
    no_speech_prob: number;
}

/** A word of a transcription (2026). */
export interface TranscriptionWord {
    /** The word. */
    word: string;
    /** When it begins, in seconds. */
    start: number;
    /** When it ends, in seconds. */
    end: number;
}

/** A transcription with the speakers told apart (2026). */
export interface TranscriptionDiarized {
    /** Always `transcribe`. */
    task: "transcribe";
    /** The text. */
    text: string;
    /** The sound's length in seconds. */
    duration: number;
    /** The text in segments, one speaker each. */
    segments: Array<TranscriptionDiarizedSegment>;
    /** What it cost. */
    usage?: TranscriptionUsage | undefined;
}

/** What one speaker said (2026); also an event of a streamed transcription. */
export interface TranscriptionDiarizedSegment {
    /** Always `transcript.text.segment`. */
    type: "transcript.text.segment";
    /** Its identifier. */
    id: string;
    /** Who spoke: a name that the request knew, or a letter. */
    speaker: string;
    /** When it begins, in seconds. */
    start: number;
    /** When it ends, in seconds. */
    end: number;
    /** The text. */
    text: string;
}

/** An event of a streamed transcription (2026). */
export type TranscriptionStreamEvent = TranscriptionTextDeltaEvent | TranscriptionTextDoneEvent | TranscriptionDiarizedSegment;

/** Text to append to a transcription (2026). */
export interface TranscriptionTextDeltaEvent {
    /** Always `transcript.text.delta`. */
    type: "transcript.text.delta";
    /** The text. */
    delta: string;
    /** Log probabilities of its tokens, if the request asked. */
    logprobs?: Array<TranscriptionLogprob> | undefined;
    /** The segment that it belongs to. */
    segment_id?: string | undefined;
}

/** The whole text of a transcription (2026). */
export interface TranscriptionTextDoneEvent {
    /** Always `transcript.text.done`. */
    type: "transcript.text.done";
    /** The text. */
    text: string;
    /** Log probabilities of its tokens, if the request asked. */
    logprobs?: Array<TranscriptionLogprob> | undefined;
    /** What it cost. */
    usage?: TranscriptionTokens | undefined;
}

/** A translation into English. */
export interface Translation {
    /** The text. */
    text: string;
}

/** A translation into English with times and more. */
export interface TranslationVerbose {
    /** `translate`; in no schema, but in the documents' examples. */
    task?: string | undefined;
    /** The text. */
    text: string;
    /** The language of the text: always `english`. */
    language: string;
    /** The sound's length in seconds. */
    duration: number;
    /** The text in segments. */
    segments?: Array<TranscriptionSegment> | undefined;
}

/** The request for speech (2026). */
export interface SpeechCreateParams {
    /** The text to speak, at most 4096 characters. */
    input: string;
    /** The model to ask, for instance `gpt-4o-mini-tts`. */
    model: string;
    /** Whose voice it is. */
    voice: Voice;
    /** How to speak; not with `tts-1` or `tts-1-hd`. */
    instructions?: string | undefined;
    /** The format of the sound; default `mp3`. */
    response_format?: SpeechFormat | undefined;
    /** How fast it is: 0.25 to 4; default 1. */
    speed?: number | undefined;
    /**
     * Whether the sound comes as bytes, which is the default, or in server-sent events; not with
     * `tts-1` or `tts-1-hd`.
     */
    stream_format?: SpeechStreamFormat | undefined;
}

/** The format of speech (2026). */
export type SpeechFormat = "mp3" | "opus" | "aac" | "flac" | "wav" | "pcm" | (string & {});

/** How speech comes (2026). */
export type SpeechStreamFormat = "sse" | "audio" | (string & {});

/** An event of streamed speech (2026). */
export type SpeechStreamEvent = SpeechAudioDeltaEvent | SpeechAudioDoneEvent;

/** Sound to append (2026). */
export interface SpeechAudioDeltaEvent {
    /** Always `speech.audio.delta`. */
    type: "speech.audio.delta";
    /** The bytes in base64. */
    audio: string;
}

/** The end of streamed speech (2026). */
export interface SpeechAudioDoneEvent {
    /** Always `speech.audio.done`. */
    type: "speech.audio.done";
    /** What it cost. */
    usage?: SpeechUsage | undefined;
}

/** What speech cost in tokens (2026). */
export interface SpeechUsage {
    /** Tokens of the text. */
    input_tokens: number;
    /** Tokens of the sound. */
    output_tokens: number;
    /** Both together. */
    total_tokens: number;
}

/** The request to upload a file (`POST /files`). */
export interface FileCreateParams {
    /**
     * The file. For the purpose `fine-tune`, JSON lines with `prompt` and `completion`
     * (2023) or `messages` (2026).
     */
    file: Uploadable;
    /** What it is for. */
    purpose: FilePurpose;
    /** When it goes away (2026). */
    expires_after?: FileExpiresAfter | undefined;
}

/** When a file goes away (2026). */
export interface FileExpiresAfter {
    /** Always `created_at`. */
    anchor: "created_at";
    /** How long it stays, in seconds: 3,600 (an hour) to 2,592,000 (30 days). */
    seconds: number;
}

/** What a file is for. */
export type FilePurpose = "fine-tune" | "assistants" | "batch" | "vision" | "user_data" | "evals" | (string & {});

/** A file, uploaded or produced. */
export interface FileObject {
    /** The identifier that other endpoints take. */
    id: string;
    /** Always `file`. */
    object: "file";
    /** Its size in bytes. */
    bytes: number;
    /** When it was made, Unix time in seconds. */
    created_at: number;
    /** When it goes away, Unix time in seconds (2026). */
    expires_at?: number | undefined;
    /** Its name. */
    filename: string;
    /** What it is for, the server's own purposes included (`fine-tune-results`). */
    purpose: string;
    /** What became of it: `uploaded`, `processed` or `error` (deprecated in 2026). */
    status: FileStatus;
    /** What is wrong with it (deprecated in 2026): an object in 2023, a text in 2026. */
    status_details?: any | undefined;
}

/** What became of a file (deprecated in 2026). */
export type FileStatus = "uploaded" | "processed" | "error" | (string & {});

/** The files of an organisation (`GET /files`). */
export interface FileList {
    /** Always `list`. */
    object: "list";
    /** The files of this page. */
    data: Array<FileObject>;
    /** The identifier of the page's first file (2026). */
    first_id?: string | undefined;
    /** The identifier of the page's last file (2026): the `after` of the next page. */
    last_id?: string | undefined;
    /** Whether there is a next page (2026). */
    has_more?: boolean | undefined;
}

/** The query of `GET /files` (2026). */
export interface FileListParams {
    /** The identifier of the file after which the page begins. */
    after?: string | undefined;
    /** How many files a page has: 1 to 10,000, the default. */
    limit?: number | undefined;
    /** By age: `asc`, the oldest first, or `desc`, the default. */
    order?: "asc" | "desc" | undefined;
    /** Only files for this purpose. */
    purpose?: string | undefined;
}

/** The answer to `DELETE /files/{file_id}`. */
export interface FileDeleted {
    /** The file that was deleted. */
    id: string;
    /** Always `file`. */
    object: "file";
    /** Whether it is gone. */
    deleted: boolean;
}

/** The request for a fine-tuning job (`POST /fine-tunes`). */
export interface FineTuneCreateParams {
    /**
     * The identifier of an uploaded file with training data: JSON lines with `prompt` and
     * `completion`, uploaded for the purpose `fine-tune`.
     */
    training_file: string;
    /**
     * The identifier of an uploaded file with validation data, of the same form; none of it
     * may be in the training data.
     */
    validation_file?: string | null | undefined;
    /**
     * The model to start from: `ada`, `babbage`, `curie` (the default), `davinci`, or a
     * fine-tuned one made after 2022-04-21.
     */
    model?: string | null | undefined;
    /** How often to go through the training data; default 4. */
    n_epochs?: number | null | undefined;
    /** How many examples to go through at once; default about 0.2 % of them, at most 256. */
    batch_size?: number | null | undefined;
    /**
     * The learning rate as a multiple of the pretraining's; default 0.05, 0.1 or 0.2 by
     * batch size, sensible from 0.02 to 0.2.
     */
    learning_rate_multiplier?: number | null | undefined;
    /** How much the loss on prompts weighs, completions being 1; default 0.01. */
    prompt_loss_weight?: number | null | undefined;
    /**
     * Whether to compute accuracy and F1 after every epoch; needs `validation_file`, and
     * one of `classification_n_classes` and `classification_positive_class`. Default
     * `false`.
     */
    compute_classification_metrics?: boolean | null | undefined;
    /** How many classes there are; needed for more than two. */
    classification_n_classes?: number | null | undefined;
    /** The positive one of two classes; needed for precision, recall and F1. */
    classification_positive_class?: string | null | undefined;
    /** The betas to compute F-beta for, of two classes. */
    classification_betas?: Array<number> | null | undefined;
    /** What to add to the new model's name: up to 40 characters. */
    suffix?: string | null | undefined;
}

/** A fine-tuning job. */
export interface FineTune {
    /** The identifier. */
    id: string;
    /** Always `fine-tune`. */
    object: "fine-tune";
    /** The model that it started from. */
    model: string;
    /** When it was made, Unix time in seconds. */
    created_at: number;
    /** When it last changed, Unix time in seconds. */
    updated_at: number;
    /** What happened so far; not in lists. */
    events?: Array<FineTuneEvent> | undefined;
    /** The new model, once there is one. */
    fine_tuned_model: string | null;
    /** What it runs with. */
    hyperparams: FineTuneHyperparams;
    /** The organisation that it belongs to. */
    organization_id: string;
    /** Files with its results. */
    result_files: Array<FileObject>;
    /** How far it is. */
    status: FineTuneStatus;
    /** Files with its validation data. */
    validation_files: Array<FileObject>;
    /** Files with its training data. */
    training_files: Array<FileObject>;
}

/** How far a fine-tuning job is. */
export type FineTuneStatus = "pending" | "running" | "succeeded" | "failed" | "cancelled" | (string & {});

/** What a fine-tuning job runs with; see `FineTuneRequest`. */
export interface FineTuneHyperparams {
    /** How many examples it goes through at once. */
    batch_size?: number | null | undefined;
    /** The learning rate as a multiple of the pretraining's. */
    learning_rate_multiplier?: number | null | undefined;
    /** How often it goes through the training data. */
    n_epochs?: number | null | undefined;
    /** How much the loss on prompts weighs. */
    prompt_loss_weight?: number | null | undefined;
    /** Whether it computes accuracy and F1. */
    compute_classification_metrics?: boolean | null | undefined;
    /** How many classes there are. */
    classification_n_classes?: number | null | undefined;
    /** The positive one of two classes. */
    classification_positive_class?: string | null | undefined;
    /** The betas that it computes F-beta for. */
    classification_betas?: Array<number> | null | undefined;
}

/**
 * Something that happened to a fine-tuning job
 * (`GET /fine-tunes/{fine_tune_id}/events`, listed or streamed).
 */
export interface FineTuneEvent {
    /** Always `fine-tune-event`. */
    object: "fine-tune-event";
    /** When it happened, Unix time in seconds. */
    created_at: number;
    /** How grave it is, for instance `info`. */
    level: string;
    /** What happened. */
    message: string;
}

/** The fine-tuning jobs of an organisation (`GET /fine-tunes`). */
export interface FineTuneList {
    /** Always `list`. */
    object: "list";
    /** The jobs. */
    data: Array<FineTune>;
}

/** What happened to a fine-tuning job so far. */
export interface FineTuneEventsListResponse {
    /** Always `list`. */
    object: "list";
    /** The events, the oldest first. */
    data: Array<FineTuneEvent>;
}

/** The request to look for harmful content. */
export interface ModerationCreateParams {
    /** What to look at: a text, texts, or parts (2026). */
    input: string | Array<string> | Array<ModerationMultiModalInput>;
    /**
     * The model to ask; default `text-moderation-latest` (2023),
     * `omni-moderation-latest` (2026).
     */
    model?: string | undefined;
}

/** A text or an image to look at (2026). */
export type ModerationMultiModalInput = ModerationTextInput | ModerationImageURLInput;

/** A text to look at (2026). */
export interface ModerationTextInput {
    /** Always `text`. */
    type: "text";
    /** The text. */
    text: string;
}

/** An image to look at (2026). */
export interface ModerationImageURLInput {
    /** Always `image_url`. */
    type: "image_url";
    /** Where it is. */
    image_url: ModerationImageURL;
}

/** Where an image is (2026). */
export interface ModerationImageURL {
    /** The image's address, or a `data:` URL with base64 content. */
    url: string;
}

/** What was found. */
export interface ModerationCreateResponse {
    /** The answer's identifier. */
    id: string;
    /** The model that looked. */
    model: string;
    /** One result an input. */
    results: Array<Moderation>;
}

/**
 * What was found in one input. Categories by name: `hate`, `hate/threatening`,
 * `self-harm`, `sexual`, `sexual/minors`, `violence`, `violence/graphic`; besides, in 2026,
 * `harassment`, `harassment/threatening`, `illicit`, `illicit/violent`,
 * `self-harm/intent`, `self-harm/instructions`.
 */
export interface Moderation {
    /** Whether anything was found. */
    flagged: boolean;
    /** Which categories were found. */
    categories: ModerationCategories;
    /** A score for each category, 0 to 1: the higher the surer, but no probability. */
    category_scores: ModerationCategoryScores;
    /** Which kinds of input (`text`, `image`) each score is about (2026). */
    category_applied_input_types: ModerationCategoryAppliedInputTypes;
}

/** An engine (`GET /engines/{engine_id}`). */
export interface Engine {
    /** The identifier. */
    id: string;
    /** Always `engine`. */
    object: "engine";
    /** The organisation that owns it. */
    owner: string;
    /** Whether it can be used. */
    ready: boolean;
    /** When it was made, Unix time in seconds. */
    created?: number | null | undefined;
}

/** The engines that a server offers (`GET /engines`). */
export interface EngineList {
    /** Always `list`. */
    object: "list";
    /** The engines, in the server's order. */
    data: Array<Engine>;
}

/** The request for a response. */
export interface ResponseCreateParamsBase {
    /** The model to ask. */
    model?: string | undefined;
    /** What goes to the model: a text, or items. */
    input?: string | Array<ResponseInputItem> | undefined;
    /** Instructions that are not kept for the next response. */
    instructions?: string | null | undefined;
    /** The response that this one goes on from. Not together with `conversation`. */
    previous_response_id?: string | null | undefined;
    /** The conversation that it belongs to. */
    conversation?: ResponseConversationParam | null | undefined;
    /** Whether the server keeps it. Default `true`. */
    store?: boolean | null | undefined;
    /** Whether it is made without a caller who waits for it. */
    background?: boolean | null | undefined;
    /** Whether the answer comes in pieces, as server-sent events. Default `false`. */
    stream?: boolean | null | undefined;
    /** What a stream carries; only with `stream`. */
    stream_options?: ResponseStreamOptions | null | undefined;
    /** The most tokens, those of reasoning included. */
    max_output_tokens?: number | null | undefined;
    /** The most calls of tools that the server runs. */
    max_tool_calls?: number | null | undefined;
    /** What the answer holds besides. */
    include?: Array<ResponseIncludable> | null | undefined;
    /** How the model thinks. */
    reasoning?: Reasoning | null | undefined;
    /** The form of the text. */
    text?: ResponseTextConfig | undefined;
    /** The tools that the model may call. */
    tools?: Array<ResponseTool> | undefined;
    /** Which tool it has to call. */
    tool_choice?: ResponseToolChoice | undefined;
    /** Whether it may make several calls at once. Default `true`. */
    parallel_tool_calls?: boolean | null | undefined;
    /** How freely the model chooses: 0 to 2; default 1. Change this or `top_p`, not both. */
    temperature?: number | null | undefined;
    /** Chooses among the tokens that together have this probability: 0 to 1; default 1. */
    top_p?: number | null | undefined;
    /** How many of the likeliest tokens to report at each place: 0 to 20. */
    top_logprobs?: number | null | undefined;
    /** What happens to an input that is too long. */
    truncation?: ResponseTruncation | null | undefined;
    /** When the server makes the conversation shorter. */
    context_management?: Array<ResponseContextManagement> | null | undefined;
    /** A prompt that the server keeps. */
    prompt?: ResponsePrompt | null | undefined;
    /** How it is processed. */
    service_tier?: ServiceTier | null | undefined;
    /** Up to 16 pairs to keep with it: keys up to 64 characters, values up to 512. */
    metadata?: Metadata | null | undefined;
    /** Asks for moderation of request and answer. */
    moderation?: ChatCompletionModerationParam | null | undefined;
    /** A stable identifier of the end user, best hashed. */
    safety_identifier?: string | null | undefined;
    /** Groups similar requests for the prompt cache. */
    prompt_cache_key?: string | null | undefined;
    /** How the prompt is cached. */
    prompt_cache_options?: PromptCacheOptionsParam | undefined;
    /** How long the prompt stays cached (deprecated: see `prompt_cache_options`). */
    prompt_cache_retention?: PromptCacheRetention | null | undefined;
    /** An identifier of the end user (deprecated: see `safety_identifier`). */
    user?: string | undefined;
}

/** The request to count what would go to the model. */
export interface InputTokenCountParams {
    /** The model. */
    model?: string | null | undefined;
    /** What would go to it: a text, or items. */
    input?: string | Array<ResponseInputItem> | null | undefined;
    /** Instructions. */
    instructions?: string | null | undefined;
    /** The response that this one would go on from. */
    previous_response_id?: string | null | undefined;
    /** The conversation that it would belong to. */
    conversation?: ResponseConversationParam | null | undefined;
    /** How the model would think. */
    reasoning?: Reasoning | null | undefined;
    /** The form of the text. */
    text?: ResponseTextConfig | null | undefined;
    /** The tools that it might call. */
    tools?: Array<ResponseTool> | null | undefined;
    /** Which tool it would have to call. */
    tool_choice?: ResponseToolChoice | null | undefined;
    /** Whether it might make several calls at once. */
    parallel_tool_calls?: boolean | null | undefined;
    /** What would happen to an input that is too long. */
    truncation?: ResponseTruncation | undefined;
}

/** How many tokens would go to the model. */
export interface InputTokenCountResponse {
    /** Always `response.input_tokens`. */
    object: "response.input_tokens";
    /** How many. */
    input_tokens: number;
}

/** Which items to list. */
export interface InputItemListParams {
    /** The identifier of the item before the first. */
    after?: string | undefined;
    /** How many at most: 1 to 100; default 20. */
    limit?: number | undefined;
    /** The newest first (`desc`, the default), or the oldest (`asc`). */
    order?: "asc" | "desc" | undefined;
    /** What the items hold besides. */
    include?: Array<ResponseIncludable> | undefined;
}

/** Something that goes to the model. A server that leaves out `type` means a message. */
export type ResponseInputItem = EasyInputMessage | ResponseFunctionToolCall | ResponseFunctionCallOutput | ResponseCustomToolCall | ResponseCustomToolCallOutput | ResponseReasoningItem | ResponseItemReference | ResponseCompactionItem | ResponseFunctionWebSearch | ResponseFileSearchToolCall | ResponseCodeInterpreterToolCall | ResponseImageGenerationCall | ResponseMcpCall | ResponseMcpListTools | ResponseMcpApprovalRequest | ResponseMcpApprovalResponse | ResponseFunctionShellToolCall | ResponseFunctionShellToolCallOutput;

/** What somebody said. */
export interface EasyInputMessage {
    /** Always `message`. */
    type?: "message" | undefined;
    /** Who: `user`, `assistant`, `system` or `developer`. */
    role: ChatCompletionRole;
    /** What: a text, or parts. What the model said comes back as it came. */
    content: string | Array<ResponseInputContent | ResponseOutputText | ResponseOutputRefusal>;
    /** Its identifier, if the model said it. */
    id?: string | undefined;
    /** How far it is, if the model said it. */
    status?: ResponseItemStatus | undefined;
    /** Whether the model said it on the way (`commentary`) or at the end (`final_answer`). */
    phase?: string | null | undefined;
}

/** A part of a content: what goes in, and what comes out. */
export type ResponseContentPart = ResponseInputText | ResponseInputImage | ResponseInputFile | ResponseOutputText | ResponseOutputRefusal | ResponseReasoningText;

/** Text that goes to the model. */
export interface ResponseInputText {
    /** Always `input_text`. */
    type: "input_text";
    /** The text. */
    text: string;
}

/** An image that goes to the model. */
export interface ResponseInputImage {
    /** Always `input_image`. */
    type: "input_image";
    /** Its address, or a data URL. */
    image_url?: string | null | undefined;
    /** The identifier of an uploaded file. */
    file_id?: string | null | undefined;
    /** How closely to look; default `auto`. */
    detail?: ImageDetail | null | undefined;
}

/** A file that goes to the model. */
export interface ResponseInputFile {
    /** Always `input_file`. */
    type: "input_file";
    /** The identifier of an uploaded file. */
    file_id?: string | null | undefined;
    /** Its bytes, as a data URL. */
    file_data?: string | undefined;
    /** Its address. */
    file_url?: string | undefined;
    /** Its name. */
    filename?: string | undefined;
}

/** Text that the model made. */
export interface ResponseOutputText {
    /** Always `output_text`. */
    type: "output_text";
    /** The text. */
    text: string;
    /** What pieces of the text refer to. */
    annotations: Array<ResponseAnnotation>;
    /** Log probabilities of its tokens, if the request asked. */
    logprobs?: Array<ResponseLogprob> | undefined;
}

/** What the model said in refusing. */
export interface ResponseOutputRefusal {
    /** Always `refusal`. */
    type: "refusal";
    /** What it said. */
    refusal: string;
}

/** What the model thought. */
export interface ResponseReasoningText {
    /** Always `reasoning_text`. */
    type: "reasoning_text";
    /** The text. */
    text: string;
}

/** A summary of what the model thought. */
export interface ResponseSummaryText {
    /** Always `summary_text`. */
    type: "summary_text";
    /** The text. */
    text: string;
}

/** What a piece of a text refers to. */
export type ResponseAnnotation = ResponseUrlCitation | ResponseFileCitation | ResponseContainerFileCitation | ResponseFilePath;

/** A page of the web that a piece of a text refers to. */
export interface ResponseUrlCitation {
    /** Always `url_citation`. */
    type: "url_citation";
    /** The page's address. */
    url: string;
    /** The page's title. */
    title: string;
    /** The place of the piece's first character in the text. */
    start_index: number;
    /** The place of the piece's last character in the text. */
    end_index: number;
}

/** A file that a piece of a text refers to. */
export interface ResponseFileCitation {
    /** Always `file_citation`. */
    type: "file_citation";
    /** The file's identifier. */
    file_id: string;
    /** The file's name. */
    filename: string;
    /** Its place in the list of files. */
    index: number;
}

/** A file, made by code, that a piece of a text refers to. */
export interface ResponseContainerFileCitation {
    /** Always `container_file_citation`. */
    type: "container_file_citation";
    /** The container's identifier. */
    container_id: string;
    /** The file's identifier. */
    file_id: string;
    /** The file's name. */
    filename: string;
    /** The place of the piece's first character in the text. */
    start_index: number;
    /** The place of the piece's last character in the text. */
    end_index: number;
}

/** The path of a file. */
export interface ResponseFilePath {
    /** Always `file_path`. */
    type: "file_path";
    /** The file's identifier. */
    file_id: string;
    /** Its place in the list of files. */
    index: number;
}

/** The log probability of a token. */
export interface ResponseLogprob {
    /** The token. */
    token: string;
    /** Its log probability. */
    logprob: number;
    /** The token in UTF-8. */
    bytes?: Array<number> | undefined;
    /** The likeliest tokens at this place. */
    top_logprobs?: Array<ResponseTopLogprob> | undefined;
}

/** One of the likeliest tokens at a place. */
export interface ResponseTopLogprob {
    /** The token. */
    token: string;
    /** Its log probability. */
    logprob: number;
    /** The token in UTF-8. */
    bytes?: Array<number> | undefined;
}

/** Something that the model made. */
export type ResponseOutputItem = ResponseOutputMessage | ResponseReasoningItem | ResponseFunctionToolCall | ResponseCustomToolCall | ResponseFunctionWebSearch | ResponseFileSearchToolCall | ResponseCodeInterpreterToolCall | ResponseImageGenerationCall | ResponseMcpCall | ResponseMcpListTools | ResponseMcpApprovalRequest | ResponseFunctionShellToolCall | ResponseFunctionShellToolCallOutput | ResponseCompactionItem;

/** What the model said. */
export interface ResponseOutputMessage {
    /** Always `message`. */
    type: "message";
    /** Its identifier. */
    id: string;
    /** Always `assistant`. */
    role: "assistant";
    /** How far it is. */
    status: ResponseItemStatus;
    /** Texts and refusals. */
    content: Array<ResponseOutputText | ResponseOutputRefusal>;
    /** Whether it was said on the way (`commentary`) or at the end (`final_answer`). */
    phase?: string | null | undefined;
}

/** How far an item is. */
export type ResponseItemStatus = "in_progress" | "completed" | "incomplete" | (string & {});

/** A call of a function. */
export interface ResponseFunctionToolCall {
    /** Always `function_call`. */
    type: "function_call";
    /** Its identifier. */
    id?: string | undefined;
    /** The identifier that its output must name. */
    call_id: string;
    /** The function's name. */
    name: string;
    /**
     * The arguments as JSON text, as the model wrote them: not always valid, not always after
     * the schema.
     */
    arguments: string;
    /** How far it is. */
    status?: ResponseItemStatus | undefined;
    /** The namespace of the function. */
    namespace?: string | undefined;
}

/** What a function gave. */
export interface ResponseFunctionCallOutput {
    /** Always `function_call_output`. */
    type: "function_call_output";
    /** The identifier of the call. */
    call_id: string;
    /** What it gave: a text, or parts. */
    output: string | Array<ResponseInputContent>;
    /** Its identifier. */
    id?: string | null | undefined;
    /** How far it is. */
    status?: ResponseItemStatus | null | undefined;
}

/** A call of a custom tool. */
export interface ResponseCustomToolCall {
    /** Always `custom_tool_call`. */
    type: "custom_tool_call";
    /** Its identifier. */
    id?: string | undefined;
    /** The identifier that its output must name. */
    call_id: string;
    /** The tool's name. */
    name: string;
    /** Its input, as the model wrote it. */
    input: string;
    /** The namespace of the tool. */
    namespace?: string | undefined;
}

/** What a custom tool gave. */
export interface ResponseCustomToolCallOutput {
    /** Always `custom_tool_call_output`. */
    type: "custom_tool_call_output";
    /** The identifier of the call. */
    call_id: string;
    /** What it gave: a text, or parts. */
    output: string | Array<ResponseInputContent>;
    /** Its identifier. */
    id?: string | undefined;
}

/** What the model thought. */
export interface ResponseReasoningItem {
    /** Always `reasoning`. */
    type: "reasoning";
    /** Its identifier. */
    id: string;
    /** A summary, if the request asked. */
    summary: Array<ResponseSummaryText>;
    /** The text itself, from servers that show it. */
    content?: Array<ResponseReasoningText> | undefined;
    /** What it takes to send it back to a server that keeps nothing. */
    encrypted_content?: string | null | undefined;
    /** How far it is. */
    status?: ResponseItemStatus | undefined;
}

/** An item that the server keeps. */
export interface ResponseItemReference {
    /** Always `item_reference`. */
    type: "item_reference";
    /** The item's identifier. */
    id: string;
}

/** What is left of a conversation that was compacted. */
export interface ResponseCompactionItem {
    /** Always `compaction`. */
    type: "compaction";
    /** Its identifier. */
    id: string;
    /** What it holds, for the server alone. */
    encrypted_content: string;
}

/** Some of the items that went into a response, or of a conversation. */
export interface ResponseItemList {
    /** Always `list`. */
    object: "list";
    /** The items. */
    data: Array<ResponseInputItem>;
    /** The first one's identifier. */
    first_id: string;
    /** The last one's identifier. */
    last_id: string;
    /** Whether there are more. */
    has_more: boolean;
}

/** A search of the web. */
export interface ResponseFunctionWebSearch {
    /** Always `web_search_call`. */
    type: "web_search_call";
    /** Its identifier. */
    id: string;
    /** How far it is: `in_progress`, `searching`, `completed`, `failed`. */
    status: string;
    /** What it does: `search`, `open_page` or `find_in_page`, with its details. */
    action?: { [key: string]: unknown } | undefined;
}

/** A search of files. */
export interface ResponseFileSearchToolCall {
    /** Always `file_search_call`. */
    type: "file_search_call";
    /** Its identifier. */
    id: string;
    /** How far it is: `in_progress`, `searching`, `completed`, `incomplete`, `failed`. */
    status: string;
    /** What is searched for. */
    queries: Array<string>;
    /** What was found, if the request asked. */
    results?: Array<{ [key: string]: unknown }> | null | undefined;
}

/** Code that the server runs. */
export interface ResponseCodeInterpreterToolCall {
    /** Always `code_interpreter_call`. */
    type: "code_interpreter_call";
    /** Its identifier. */
    id: string;
    /** How far it is: `in_progress`, `interpreting`, `completed`, `incomplete`, `failed`. */
    status: string;
    /** The container that it runs in. */
    container_id: string;
    /** The code. */
    code: string | null;
    /** What it gave, if the request asked. */
    outputs?: Array<{ [key: string]: unknown }> | null | undefined;
}

/** An image that the server makes. */
export interface ResponseImageGenerationCall {
    /** Always `image_generation_call`. */
    type: "image_generation_call";
    /** Its identifier. */
    id: string;
    /** How far it is: `in_progress`, `generating`, `completed`, `failed`. */
    status: string;
    /** The image, base64. */
    result: string | null;
}

/** A call of a tool of an MCP server. */
export interface ResponseMcpCall {
    /** Always `mcp_call`. */
    type: "mcp_call";
    /** Its identifier. */
    id: string;
    /** Which server. */
    server_label: string;
    /** Which tool. */
    name: string;
    /** The arguments as JSON text. */
    arguments: string;
    /** How far it is. */
    status?: string | undefined;
    /** What the tool gave. */
    output?: string | null | undefined;
    /** What went wrong. */
    error?: unknown | undefined;
    /** The request for approval that led to it. */
    approval_request_id?: string | null | undefined;
}

/** The tools of an MCP server. */
export interface ResponseMcpListTools {
    /** Always `mcp_list_tools`. */
    type: "mcp_list_tools";
    /** Its identifier. */
    id: string;
    /** Which server. */
    server_label: string;
    /** The tools. */
    tools: Array<{ [key: string]: unknown }>;
    /** What went wrong. */
    error?: string | null | undefined;
}

/** A call of a tool of an MCP server that waits for approval. */
export interface ResponseMcpApprovalRequest {
    /** Always `mcp_approval_request`. */
    type: "mcp_approval_request";
    /** Its identifier. */
    id: string;
    /** Which server. */
    server_label: string;
    /** Which tool. */
    name: string;
    /** The arguments as JSON text. */
    arguments: string;
}

/** The answer to a request for approval. */
export interface ResponseMcpApprovalResponse {
    /** Always `mcp_approval_response`. */
    type: "mcp_approval_response";
    /** The request's identifier. */
    approval_request_id: string;
    /** Whether the call may be made. */
    approve: boolean;
    /** Its identifier. */
    id?: string | null | undefined;
    /** Why. */
    reason?: string | null | undefined;
}

/** Commands for a shell. */
export interface ResponseFunctionShellToolCall {
    /** Always `shell_call`. */
    type: "shell_call";
    /** Its identifier. */
    id: string;
    /** The identifier that its output must name. */
    call_id: string;
    /** The commands. */
    action: ResponseFunctionShellToolCallAction;
    /** How far it is. */
    status: string;
    /** Where they run. */
    environment?: { [key: string]: unknown } | null | undefined;
}

/** What a shell has to do. */
export interface ResponseFunctionShellToolCallAction {
    /** The commands. */
    commands: Array<string>;
    /** How long they may take, in milliseconds. */
    timeout_ms: number | null;
    /** How much of their output counts, in characters. */
    max_output_length: number | null;
}

/** What the commands of a shell gave. */
export interface ResponseFunctionShellToolCallOutput {
    /** Always `shell_call_output`. */
    type: "shell_call_output";
    /** Its identifier. */
    id: string;
    /** The identifier of the call. */
    call_id: string;
    /** How far it is. */
    status: string;
    /** What each command gave. */
    output: Array<ResponseFunctionShellCallOutputContent>;
    /** How much of their output counts, in characters. */
    max_output_length: number | null;
}

/** What a command of a shell gave. */
export interface ResponseFunctionShellCallOutputContent {
    /** What it printed. */
    stdout: string;
    /** What it printed of errors. */
    stderr: string;
    /** How it ended. */
    outcome: ResponseFunctionShellCallOutcome;
}

/** How a command ended. */
export interface ResponseFunctionShellCallOutcome {
    /** `exit`, or `timeout`. */
    type: string;
    /** What it gave back when it ended by itself. */
    exit_code?: number | undefined;
}

/** More of what a command prints. */
export interface ResponseShellCallOutputDelta {
    /** Text to append to what it printed. */
    stdout?: string | undefined;
    /** Text to append to what it printed of errors. */
    stderr?: string | undefined;
}

/** How a model thinks. */
export interface Reasoning {
    /** How hard. */
    effort?: ReasoningEffort | null | undefined;
    /** Whether to summarise what it thinks. */
    summary?: ReasoningSummary | null | undefined;
}

/** How a summary of what a model thinks is written. */
export type ReasoningSummary = "auto" | "concise" | "detailed" | (string & {});

/** The form of a text. */
export interface ResponseTextConfig {
    /** Free text, or JSON. */
    format?: ResponseFormatTextConfig | undefined;
    /** How many words the model makes. */
    verbosity?: Verbosity | null | undefined;
}

/** The form that a text has to take. */
export type ResponseFormatTextConfig = ResponseFormatTextText | ResponseFormatTextJSONSchemaConfig | ResponseFormatTextJSONObject;

/** Free text. */
export interface ResponseFormatTextText {
    /** Always `text`. */
    type: "text";
}

/** JSON after a schema. */
export interface ResponseFormatTextJSONSchemaConfig {
    /** Always `json_schema`. */
    type: "json_schema";
    /** A name: letters, digits, `_` and `-`, up to 64 characters. */
    name: string;
    /** The JSON schema. */
    schema: { [key: string]: unknown };
    /** What the form is for; the model reads it. */
    description?: string | undefined;
    /**
     * Whether the text must follow the schema exactly; only a subset of JSON Schema is then
     * allowed. Default `false`.
     */
    strict?: boolean | null | undefined;
}

/** Any valid JSON object. */
export interface ResponseFormatTextJSONObject {
    /** Always `json_object`. */
    type: "json_object";
}

/** What an answer holds only when it is asked for. */
export type ResponseIncludable = "file_search_call.results" | "web_search_call.results" | "web_search_call.action.sources" | "message.input_image.image_url" | "computer_call_output.output.image_url" | "code_interpreter_call.outputs" | "reasoning.encrypted_content" | "message.output_text.logprobs" | (string & {});

/** What a stream carries. */
export interface ResponseStreamOptions {
    /** Whether random characters even out the sizes of events. Default `true`. */
    include_obfuscation?: boolean | undefined;
}

/** What happens to an input that is too long. */
export type ResponseTruncation = "auto" | "disabled" | (string & {});

/** The conversation that a response belongs to. */
export type ResponseConversationParam = string | ResponseConversation;

/** When the server makes a conversation shorter. */
export interface ResponseContextManagement {
    /** What is done: `compaction`. */
    type: string;
    /** From how many tokens on. */
    compact_threshold?: number | null | undefined;
}

/** A prompt that the server keeps. */
export interface ResponsePrompt {
    /** Its identifier. */
    id: string;
    /** Its version. */
    version?: string | null | undefined;
    /** What its variables are. */
    variables?: { [key: string]: unknown } | null | undefined;
}

/** A tool that the model may call. */
export type ResponseTool = FunctionTool | CustomTool | WebSearchTool | FileSearchTool | CodeInterpreterTool | ImageGenerationTool | McpTool;

/** A function. */
export interface FunctionTool {
    /** Always `function`. */
    type: "function";
    /** Its name: letters, digits, `_` and `-`, up to 64 characters. */
    name: string;
    /** What it does; the model decides by it. */
    description?: string | null | undefined;
    /** Its parameters as a JSON schema object. */
    parameters: { [key: string]: unknown } | null;
    /** Whether arguments must follow the schema exactly. Default `true`. */
    strict: boolean | null;
}

/** A tool with free text or a grammar for its input. */
export interface CustomTool {
    /** Always `custom`. */
    type: "custom";
    /** Its name. */
    name: string;
    /** What it does. */
    description?: string | undefined;
    /** The form of its input; default is free text. */
    format?: CustomToolInputFormat | undefined;
}

/** The form of a custom tool's input. */
export type CustomToolInputFormat = CustomToolInputText | CustomToolInputGrammar;

/** Free text. */
export interface CustomToolInputText {
    /** Always `text`. */
    type: "text";
}

/** Text after a grammar. */
export interface CustomToolInputGrammar {
    /** Always `grammar`. */
    type: "grammar";
    /** The grammar's rules. */
    definition: string;
    /** What they are written in. */
    syntax: GrammarSyntax;
}

/** The web. */
export interface WebSearchTool {
    /** Always `web_search`. */
    type: "web_search";
    /** How much of what is found the model reads: `low`, `medium`, `high`. */
    search_context_size?: string | undefined;
    /** Which pages count. */
    filters?: { [key: string]: unknown } | null | undefined;
    /** Where the user is. */
    user_location?: { [key: string]: unknown } | null | undefined;
}

/** Files. */
export interface FileSearchTool {
    /** Always `file_search`. */
    type: "file_search";
    /** The stores that hold them. */
    vector_store_ids: Array<string>;
    /** The most that is given. */
    max_num_results?: number | undefined;
    /** Which files count. */
    filters?: { [key: string]: unknown } | null | undefined;
}

/** Code that the server runs. */
export interface CodeInterpreterTool {
    /** Always `code_interpreter`. */
    type: "code_interpreter";
    /** The container that it runs in: an identifier, or what to make. */
    container: string | { [key: string]: unknown };
}

/** Images that the server makes. */
export interface ImageGenerationTool {
    /** Always `image_generation`. */
    type: "image_generation";
    /** How many stages to show: 0 to 3. */
    partial_images?: number | undefined;
}

/** The tools of an MCP server. */
export interface McpTool {
    /** Always `mcp`. */
    type: "mcp";
    /** A name for the server. */
    server_label: string;
    /** Its address. */
    server_url?: string | undefined;
    /** Which calls need approval: `always`, `never`, or a filter. */
    require_approval?: string | { [key: string]: unknown } | null | undefined;
}

/** Which tool the model has to call, if any. */
export type ResponseToolChoice = ToolChoiceMode | ToolChoiceAllowed | ToolChoiceFunction | ToolChoiceCustom | ToolChoiceMcp;

/** A choice among some of the tools. */
export interface ToolChoiceAllowed {
    /** Always `allowed_tools`. */
    type: "allowed_tools";
    /** Whether one of them must be called. */
    mode: AllowedToolsMode;
    /** The tools, each as `{"type": "function", "name": …}`. */
    tools: Array<{ [key: string]: unknown }>;
}

/** A choice of one function. */
export interface ToolChoiceFunction {
    /** Always `function`. */
    type: "function";
    /** Its name. */
    name: string;
}

/** A choice of one custom tool. */
export interface ToolChoiceCustom {
    /** Always `custom`. */
    type: "custom";
    /** Its name. */
    name: string;
}

/** A choice of an MCP server's tools. */
export interface ToolChoiceMcp {
    /** Always `mcp`. */
    type: "mcp";
    /** The server's name. */
    server_label: string;
    /** The tool's name. */
    name?: string | null | undefined;
}

/** An answer of the model, or one that it is at. */
export interface ModelResponse {
    /** Its identifier. */
    id: string;
    /** Always `response`. */
    object: "response";
    /** When it was made, Unix time in seconds. */
    created_at: number;
    /** How far it is. */
    status?: ResponseStatus | undefined;
    /** When it was whole, Unix time in seconds. */
    completed_at?: number | null | undefined;
    /** What went wrong. */
    error: ResponseError | null;
    /** Why it was cut off. */
    incomplete_details: ResponseIncompleteDetails | null;
    /** The model that makes it. */
    model: string;
    /** What the model made. */
    output: Array<ResponseOutputItem>;
    /** What it cost. */
    usage?: ResponseUsage | undefined;
    /** The instructions. */
    instructions: string | Array<ResponseInputItem> | null;
    /** The response before it. */
    previous_response_id?: string | null | undefined;
    /** The conversation that it belongs to. */
    conversation?: ResponseConversation | null | undefined;
    /** Whether it was made without a caller who waits for it. */
    background?: boolean | null | undefined;
    /** Whether the server keeps it. */
    store?: boolean | undefined;
    /** The most tokens, those of reasoning included. */
    max_output_tokens?: number | null | undefined;
    /** The most calls of tools that the server runs. */
    max_tool_calls?: number | null | undefined;
    /** Whether the model may make several calls at once. */
    parallel_tool_calls: boolean;
    /** How freely the model chooses. */
    temperature: number | null;
    /** Chooses among the tokens that together have this probability. */
    top_p: number | null;
    /** How many of the likeliest tokens are reported at each place. */
    top_logprobs?: number | null | undefined;
    /** The form of the text. */
    text?: ResponseTextConfig | undefined;
    /** How the model thinks. */
    reasoning?: Reasoning | null | undefined;
    /** The tools that the model may call. */
    tools: Array<ResponseTool>;
    /** Which tool it has to call. */
    tool_choice: ResponseToolChoice;
    /** What happens to an input that is too long. */
    truncation?: ResponseTruncation | null | undefined;
    /** How it is processed. */
    service_tier?: ServiceTier | null | undefined;
    /** Up to 16 pairs that are kept with it. */
    metadata: Metadata | null;
    /** A stable identifier of the end user. */
    safety_identifier?: string | null | undefined;
    /** Groups similar requests for the prompt cache. */
    prompt_cache_key?: string | null | undefined;
}

/** How far a response is. */
export type ResponseStatus = "completed" | "failed" | "in_progress" | "cancelled" | "queued" | "incomplete" | (string & {});

/** Why a response failed. */
export interface ResponseError {
    /** A code for programs. */
    code: string;
    /** Words for people. */
    message: string;
}

/** Why a response was cut off. */
export interface ResponseIncompleteDetails {
    /** Why. */
    reason?: ResponseIncompleteReason | undefined;
}

/** Why a response was cut off. */
export type ResponseIncompleteReason = "max_output_tokens" | "content_filter" | (string & {});

/** The identifier of a conversation. */
export interface ResponseConversation {
    /** The identifier. */
    id: string;
}

/** Token counts of a response. */
export interface ResponseUsage {
    /** Tokens that went in. */
    input_tokens: number;
    /** What they were. */
    input_tokens_details: ResponseInputTokensDetails;
    /** Tokens that came out. */
    output_tokens: number;
    /** What they went to. */
    output_tokens_details: ResponseOutputTokensDetails;
    /** Both together. */
    total_tokens: number;
}

/** What the tokens that went in were. */
export interface ResponseInputTokensDetails {
    /** Tokens that came from the prompt cache. */
    cached_tokens: number;
    /** Tokens that were written to the prompt cache. */
    cache_write_tokens?: number | undefined;
}

/** What the tokens that came out went to. */
export interface ResponseOutputTokensDetails {
    /** Tokens that the model spent on reasoning. */
    reasoning_tokens: number;
}

/** A response that the server keeps no longer. */
export interface ResponseDeleted {
    /** Its identifier. */
    id: string;
    /** Always `response`. */
    object: "response";
    /** Always `true`. */
    deleted: boolean;
}

/** An event of a response's stream. */
export type ResponseStreamEvent = ResponseCreatedEvent | ResponseQueuedEvent | ResponseInProgressEvent | ResponseCompletedEvent | ResponseIncompleteEvent | ResponseFailedEvent | ResponseErrorEvent | ResponseCompactingEvent | ResponseOutputItemAddedEvent | ResponseOutputItemDoneEvent | ResponseContentPartAddedEvent | ResponseContentPartDoneEvent | ResponseTextDeltaEvent | ResponseTextDoneEvent | ResponseOutputTextAnnotationAddedEvent | ResponseRefusalDeltaEvent | ResponseRefusalDoneEvent | ResponseReasoningTextDeltaEvent | ResponseReasoningTextDoneEvent | ResponseReasoningSummaryPartAddedEvent | ResponseReasoningSummaryPartDoneEvent | ResponseReasoningSummaryTextDeltaEvent | ResponseReasoningSummaryTextDoneEvent | ResponseFunctionCallArgumentsDeltaEvent | ResponseFunctionCallArgumentsDoneEvent | ResponseCustomToolCallInputDeltaEvent | ResponseCustomToolCallInputDoneEvent | ResponseWebSearchCallInProgressEvent | ResponseWebSearchCallSearchingEvent | ResponseWebSearchCallCompletedEvent | ResponseFileSearchCallInProgressEvent | ResponseFileSearchCallSearchingEvent | ResponseFileSearchCallCompletedEvent | ResponseCodeInterpreterCallInProgressEvent | ResponseCodeInterpreterCallInterpretingEvent | ResponseCodeInterpreterCallCompletedEvent | ResponseCodeInterpreterCallCodeDeltaEvent | ResponseCodeInterpreterCallCodeDoneEvent | ResponseImageGenCallInProgressEvent | ResponseImageGenCallGeneratingEvent | ResponseImageGenCallPartialImageEvent | ResponseImageGenCallCompletedEvent | ResponseMcpCallInProgressEvent | ResponseMcpCallCompletedEvent | ResponseMcpCallFailedEvent | ResponseMcpCallArgumentsDeltaEvent | ResponseMcpCallArgumentsDoneEvent | ResponseMcpListToolsInProgressEvent | ResponseMcpListToolsCompletedEvent | ResponseMcpListToolsFailedEvent | ResponseShellCallCommandAddedEvent | ResponseShellCallCommandDeltaEvent | ResponseShellCallCommandDoneEvent | ResponseShellCallOutputContentDeltaEvent | ResponseShellCallOutputContentDoneEvent | ResponseAudioDeltaEvent | ResponseAudioDoneEvent | ResponseAudioTranscriptDeltaEvent | ResponseAudioTranscriptDoneEvent;

/** A response was made. */
export interface ResponseCreatedEvent {
    /** What the event is. */
    type: "response.created";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The response so far. */
    response: ModelResponse;
}

/** A response waits for its turn. */
export interface ResponseQueuedEvent {
    /** What the event is. */
    type: "response.queued";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The response so far. */
    response: ModelResponse;
}

/** The model is at it. */
export interface ResponseInProgressEvent {
    /** What the event is. */
    type: "response.in_progress";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The response so far. */
    response: ModelResponse;
}

/** The response is whole: the stream ends. */
export interface ResponseCompletedEvent {
    /** What the event is. */
    type: "response.completed";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The response so far. */
    response: ModelResponse;
}

/** The response was cut off by a limit or a filter: the stream ends. */
export interface ResponseIncompleteEvent {
    /** What the event is. */
    type: "response.incomplete";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The response so far. */
    response: ModelResponse;
}

/** The response failed. As a part of a stream it is an error. */
export interface ResponseFailedEvent {
    /** What the event is. */
    type: "response.failed";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The response so far. */
    response: ModelResponse;
}

/** The server gave up. As a part of a stream it is an error. */
export interface ResponseErrorEvent {
    /** What the event is. */
    type: "error";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** What went wrong, for programs. */
    code: string | null;
    /** What went wrong, for people. */
    message: string;
    /** The parameter at fault. */
    param: string | null;
}

/** The server makes the conversation shorter. */
export interface ResponseCompactingEvent {
    /** What the event is. */
    type: "response.compaction.compacting";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
}

/** An item begins. */
export interface ResponseOutputItemAddedEvent {
    /** What the event is. */
    type: "response.output_item.added";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** Which item of the output. */
    output_index: number;
    /** The item so far. */
    item: ResponseOutputItem;
}

/** An item is whole. */
export interface ResponseOutputItemDoneEvent {
    /** What the event is. */
    type: "response.output_item.done";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** Which item of the output. */
    output_index: number;
    /** The item. */
    item: ResponseOutputItem;
}

/** A part of a content begins. */
export interface ResponseContentPartAddedEvent {
    /** What the event is. */
    type: "response.content_part.added";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** Which part of the item's content. */
    content_index: number;
    /** The part so far. */
    part: ResponseOutputText | ResponseOutputRefusal | ResponseReasoningText;
}

/** A part of a content is whole. */
export interface ResponseContentPartDoneEvent {
    /** What the event is. */
    type: "response.content_part.done";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** Which part of the item's content. */
    content_index: number;
    /** The part. */
    part: ResponseOutputText | ResponseOutputRefusal | ResponseReasoningText;
}

/** More of a text. */
export interface ResponseTextDeltaEvent {
    /** What the event is. */
    type: "response.output_text.delta";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** Which part of the item's content. */
    content_index: number;
    /** Text to append. */
    delta: string;
    /** Log probabilities of its tokens, if the request asked. */
    logprobs: Array<ResponseLogprob>;
}

/** A text is whole. */
export interface ResponseTextDoneEvent {
    /** What the event is. */
    type: "response.output_text.done";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** Which part of the item's content. */
    content_index: number;
    /** The text. */
    text: string;
    /** Log probabilities of its tokens, if the request asked. */
    logprobs: Array<ResponseLogprob>;
}

/** A piece of a text refers to something. */
export interface ResponseOutputTextAnnotationAddedEvent {
    /** What the event is. */
    type: "response.output_text.annotation.added";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** Which part of the item's content. */
    content_index: number;
    /** Which annotation of the text. */
    annotation_index: number;
    /** What it refers to. */
    annotation: ResponseAnnotation;
}

/** More of a refusal. */
export interface ResponseRefusalDeltaEvent {
    /** What the event is. */
    type: "response.refusal.delta";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** Which part of the item's content. */
    content_index: number;
    /** Text to append. */
    delta: string;
}

/** A refusal is whole. */
export interface ResponseRefusalDoneEvent {
    /** What the event is. */
    type: "response.refusal.done";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** Which part of the item's content. */
    content_index: number;
    /** The text. */
    refusal: string;
}

/** More of what the model thinks. */
export interface ResponseReasoningTextDeltaEvent {
    /** What the event is. */
    type: "response.reasoning_text.delta";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** Which part of the item's content. */
    content_index: number;
    /** Text to append. */
    delta: string;
}

/** What the model thought is whole. */
export interface ResponseReasoningTextDoneEvent {
    /** What the event is. */
    type: "response.reasoning_text.done";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** Which part of the item's content. */
    content_index: number;
    /** The text. */
    text: string;
}

/** A part of the summary of what the model thinks begins. */
export interface ResponseReasoningSummaryPartAddedEvent {
    /** What the event is. */
    type: "response.reasoning_summary_part.added";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** Which part of the summary. */
    summary_index: number;
    /** The part so far. */
    part: ResponseSummaryText;
}

/** A part of the summary is whole. */
export interface ResponseReasoningSummaryPartDoneEvent {
    /** What the event is. */
    type: "response.reasoning_summary_part.done";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** Which part of the summary. */
    summary_index: number;
    /** The part. */
    part: ResponseSummaryText;
}

/** More of the summary. */
export interface ResponseReasoningSummaryTextDeltaEvent {
    /** What the event is. */
    type: "response.reasoning_summary_text.delta";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** Which part of the summary. */
    summary_index: number;
    /** Text to append. */
    delta: string;
}

/** The text of a part of the summary is whole. */
export interface ResponseReasoningSummaryTextDoneEvent {
    /** What the event is. */
    type: "response.reasoning_summary_text.done";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** Which part of the summary. */
    summary_index: number;
    /** The text. */
    text: string;
}

/** More of a function's arguments. */
export interface ResponseFunctionCallArgumentsDeltaEvent {
    /** What the event is. */
    type: "response.function_call_arguments.delta";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** JSON text to append. */
    delta: string;
}

/** A function's arguments are whole. */
export interface ResponseFunctionCallArgumentsDoneEvent {
    /** What the event is. */
    type: "response.function_call_arguments.done";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** The function's name. */
    name: string;
    /** The arguments as JSON text. */
    arguments: string;
}

/** More of a custom tool's input. */
export interface ResponseCustomToolCallInputDeltaEvent {
    /** What the event is. */
    type: "response.custom_tool_call_input.delta";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** Text to append. */
    delta: string;
}

/** A custom tool's input is whole. */
export interface ResponseCustomToolCallInputDoneEvent {
    /** What the event is. */
    type: "response.custom_tool_call_input.done";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** The input. */
    input: string;
}

/** A search of the web begins. */
export interface ResponseWebSearchCallInProgressEvent {
    /** What the event is. */
    type: "response.web_search_call.in_progress";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** The web is searched. */
export interface ResponseWebSearchCallSearchingEvent {
    /** What the event is. */
    type: "response.web_search_call.searching";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** A search of the web is done. */
export interface ResponseWebSearchCallCompletedEvent {
    /** What the event is. */
    type: "response.web_search_call.completed";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** A search of files begins. */
export interface ResponseFileSearchCallInProgressEvent {
    /** What the event is. */
    type: "response.file_search_call.in_progress";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** Files are searched. */
export interface ResponseFileSearchCallSearchingEvent {
    /** What the event is. */
    type: "response.file_search_call.searching";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** A search of files is done. */
export interface ResponseFileSearchCallCompletedEvent {
    /** What the event is. */
    type: "response.file_search_call.completed";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** The model writes code. */
export interface ResponseCodeInterpreterCallInProgressEvent {
    /** What the event is. */
    type: "response.code_interpreter_call.in_progress";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** The code runs. */
export interface ResponseCodeInterpreterCallInterpretingEvent {
    /** What the event is. */
    type: "response.code_interpreter_call.interpreting";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** The code has run. */
export interface ResponseCodeInterpreterCallCompletedEvent {
    /** What the event is. */
    type: "response.code_interpreter_call.completed";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** More of the code. */
export interface ResponseCodeInterpreterCallCodeDeltaEvent {
    /** What the event is. */
    type: "response.code_interpreter_call_code.delta";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** Text to append. */
    delta: string;
}

/** The code is whole. */
export interface ResponseCodeInterpreterCallCodeDoneEvent {
    /** What the event is. */
    type: "response.code_interpreter_call_code.done";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** The code. */
    code: string;
}

/** An image begins. */
export interface ResponseImageGenCallInProgressEvent {
    /** What the event is. */
    type: "response.image_generation_call.in_progress";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** An image is made. */
export interface ResponseImageGenCallGeneratingEvent {
    /** What the event is. */
    type: "response.image_generation_call.generating";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** An image at some stage. */
export interface ResponseImageGenCallPartialImageEvent {
    /** What the event is. */
    type: "response.image_generation_call.partial_image";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** The image, base64. */
    partial_image_b64: string;
    /** Which stage. */
    partial_image_index: number;
}

/** An image is done. */
export interface ResponseImageGenCallCompletedEvent {
    /** What the event is. */
    type: "response.image_generation_call.completed";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** A call of a tool of an MCP server begins. */
export interface ResponseMcpCallInProgressEvent {
    /** What the event is. */
    type: "response.mcp_call.in_progress";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** A call of a tool of an MCP server is done. */
export interface ResponseMcpCallCompletedEvent {
    /** What the event is. */
    type: "response.mcp_call.completed";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** A call of a tool of an MCP server failed. The response goes on. */
export interface ResponseMcpCallFailedEvent {
    /** What the event is. */
    type: "response.mcp_call.failed";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** More of the arguments of a tool of an MCP server. */
export interface ResponseMcpCallArgumentsDeltaEvent {
    /** What the event is. */
    type: "response.mcp_call_arguments.delta";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** JSON text to append. */
    delta: string;
}

/** The arguments of a tool of an MCP server are whole. */
export interface ResponseMcpCallArgumentsDoneEvent {
    /** What the event is. */
    type: "response.mcp_call_arguments.done";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** The arguments as JSON text. */
    arguments: string;
}

/** The tools of an MCP server are asked for. */
export interface ResponseMcpListToolsInProgressEvent {
    /** What the event is. */
    type: "response.mcp_list_tools.in_progress";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** The tools of an MCP server are known. */
export interface ResponseMcpListToolsCompletedEvent {
    /** What the event is. */
    type: "response.mcp_list_tools.completed";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** The tools of an MCP server could not be had. The response goes on. */
export interface ResponseMcpListToolsFailedEvent {
    /** What the event is. */
    type: "response.mcp_list_tools.failed";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
}

/** A command for a shell begins. */
export interface ResponseShellCallCommandAddedEvent {
    /** What the event is. */
    type: "response.shell_call_command.added";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** Which item of the output. */
    output_index: number;
    /** Which command. */
    command_index: number;
    /** The command so far. */
    command: string;
}

/** More of a command. */
export interface ResponseShellCallCommandDeltaEvent {
    /** What the event is. */
    type: "response.shell_call_command.delta";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** Which item of the output. */
    output_index: number;
    /** Which command. */
    command_index: number;
    /** Text to append. */
    delta: string;
}

/** A command is whole. */
export interface ResponseShellCallCommandDoneEvent {
    /** What the event is. */
    type: "response.shell_call_command.done";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** Which item of the output. */
    output_index: number;
    /** Which command. */
    command_index: number;
    /** The command. */
    command: string;
}

/** More of what a command prints. */
export interface ResponseShellCallOutputContentDeltaEvent {
    /** What the event is. */
    type: "response.shell_call_output_content.delta";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** Which command. */
    command_index: number;
    /** Texts to append. */
    delta: ResponseShellCallOutputDelta;
}

/** What a command printed is whole. */
export interface ResponseShellCallOutputContentDoneEvent {
    /** What the event is. */
    type: "response.shell_call_output_content.done";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** The identifier of the item that it is about. */
    item_id: string;
    /** Which item of the output. */
    output_index: number;
    /** Which command. */
    command_index: number;
    /** What it printed. */
    output: Array<ResponseFunctionShellCallOutputContent>;
}

/** More sound. */
export interface ResponseAudioDeltaEvent {
    /** What the event is. */
    type: "response.audio.delta";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** Bytes to append, base64. */
    delta: string;
}

/** The sound is whole. */
export interface ResponseAudioDoneEvent {
    /** What the event is. */
    type: "response.audio.done";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
}

/** More of what is said. */
export interface ResponseAudioTranscriptDeltaEvent {
    /** What the event is. */
    type: "response.audio.transcript.delta";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
    /** Text to append. */
    delta: string;
}

/** What is said is whole. */
export interface ResponseAudioTranscriptDoneEvent {
    /** What the event is. */
    type: "response.audio.transcript.done";
    /** The event's number, from 0. Some servers leave it out, or send the same with all. */
    sequence_number: number;
    /** Random characters that even out the sizes of events, against listeners. */
    obfuscation?: string | undefined;
}

/** The request for a conversation. */
export interface ConversationCreateParams {
    /** The items that it begins with: up to 20. */
    items?: Array<ResponseInputItem> | null | undefined;
    /** Up to 16 pairs to keep with it: keys up to 64 characters, values up to 512. */
    metadata?: Metadata | null | undefined;
}

/** What to change of a conversation. */
export interface ConversationUpdateParams {
    /** The pairs to keep with it, in place of those before. */
    metadata: Metadata | null;
}

/** Items to add to a conversation. */
export interface ConversationItemCreateParams {
    /** The items: up to 20. */
    items: Array<ResponseInputItem>;
}

/** A conversation that the server keeps. */
export interface Conversation {
    /** Its identifier. */
    id: string;
    /** Always `conversation`. */
    object: "conversation";
    /** When it was made, Unix time in seconds. */
    created_at: number;
    /** The pairs that are kept with it. */
    metadata: Metadata | null;
}

/** A conversation that the server keeps no longer. */
export interface ConversationDeletedResource {
    /** Its identifier. */
    id: string;
    /** Always `conversation.deleted`. */
    object: "conversation.deleted";
    /** Always `true`. */
    deleted: boolean;
}

/** The parameters of a tool's function: a JSON schema object. */
export type FunctionParameters = { [key: string]: unknown };

/** Up to 16 pairs of texts. */
export type Metadata = { [key: string]: string };

/** The request for a chat answer, whole or in pieces. */
export type ChatCompletionCreateParams =
    | ChatCompletionCreateParamsNonStreaming
    | ChatCompletionCreateParamsStreaming;

/** The request for a whole chat answer. */
export interface ChatCompletionCreateParamsNonStreaming extends ChatCompletionCreateParamsBase {
    /** Whether the answer comes in pieces: not. */
    stream?: false | null | undefined;
}

/** The request for a chat answer in pieces. */
export interface ChatCompletionCreateParamsStreaming extends ChatCompletionCreateParamsBase {
    /** Whether the answer comes in pieces: yes. */
    stream: true;
}

export namespace ChatCompletionCreateParams {
    export type Function = FunctionDefinition;
    export type Moderation = ChatCompletionModerationParam;
    export type PromptCacheOptions = PromptCacheOptionsParam;
    export type WebSearchOptions = WebSearchOptionsParam;
}

export namespace ChatCompletion {
    export type Choice = ChatCompletionChoice;
    export namespace Choice {
        export type Logprobs = ChatCompletionLogprobs;
    }
    export type Moderation = ChatCompletionModeration;
}

export namespace ChatCompletionChunk {
    export type Choice = ChatCompletionChunkChoice;
    export namespace Choice {
        export type Delta = ChatCompletionDelta;
        export namespace Delta {
            export type FunctionCall = ChatCompletionFunctionCallDelta;
            export type ToolCall = ChatCompletionToolCallDelta;
        }
        export type Logprobs = ChatCompletionLogprobs;
    }
    export type Moderation = ChatCompletionModeration;
}

export namespace ChatCompletionContentPart {
    export type File = ChatCompletionContentPartFile;
}

export namespace ChatCompletionContentPartImage {
    export type ImageURL = ImageURLInput;
}

export namespace ChatCompletionContentPartInputAudio {
    export type InputAudio = InputAudioData;
}

export namespace ChatCompletionMessage {
    export type Annotation = ChatCompletionAnnotation;
    export type FunctionCall = FunctionCallData;
}

export namespace ChatCompletionMessageFunctionToolCall {
    export type Function = FunctionCallData;
}

export namespace ChatCompletionMessageCustomToolCall {
    export type Custom = CustomToolInput;
}

export namespace ChatCompletionTokenLogprob {
    export type TopLogprob = ChatCompletionTopLogprob;
}

export namespace CompletionUsage {
    export type CompletionTokensDetails = CompletionUsageCompletionTokensDetails;
    export type PromptTokensDetails = CompletionUsagePromptTokensDetails;
}

export namespace ResponseFormatJSONSchema {
    export type JSONSchema = ResponseFormatJSONSchemaDefinition;
}

/** The request for a completion, whole or in pieces. */
export type CompletionCreateParams =
    | CompletionCreateParamsNonStreaming
    | CompletionCreateParamsStreaming;

/** The request for a whole completion. */
export interface CompletionCreateParamsNonStreaming extends CompletionCreateParamsBase {
    /** Whether the completion comes in pieces: not. */
    stream?: false | null | undefined;
}

/** The request for a completion in pieces. */
export interface CompletionCreateParamsStreaming extends CompletionCreateParamsBase {
    /** Whether the completion comes in pieces: yes. */
    stream: true;
}

export namespace CompletionChoice {
    export type Logprobs = CompletionLogprobs;
}

/**
 * A file to upload: a `File`, a `Blob` with a name, a `Response`, or a stream or async iterable
 * of bytes. `toFile` makes one of anything else.
 */
export type Uploadable =
    | File
    | Response
    | (Blob & { readonly name?: string | undefined })
    | AsyncIterable<string | ArrayBuffer | ArrayBufferView | Blob>
    | ReadableStream<string | ArrayBuffer | ArrayBufferView | Blob>
    | { readonly data: AsyncIterable<unknown> | ReadableStream<unknown>; readonly name: string };

/** The request for images from words, whole or in stages. */
export type ImageGenerateParams = ImageGenerateParamsNonStreaming | ImageGenerateParamsStreaming;

/** The request for whole images from words. */
export interface ImageGenerateParamsNonStreaming extends ImageGenerateParamsBase {
    /** Whether images come in stages: not. */
    stream?: false | null | undefined;
}

/** The request for images from words in stages. */
export interface ImageGenerateParamsStreaming extends ImageGenerateParamsBase {
    /** Whether images come in stages: yes. */
    stream: true;
}

/** The request to edit an image, whole or in stages. */
export type ImageEditParams = ImageEditParamsNonStreaming | ImageEditParamsStreaming;

/** The request for whole edited images. */
export interface ImageEditParamsNonStreaming extends ImageEditParamsBase {
    /** Whether images come in stages: not. */
    stream?: false | null | undefined;
}

/** The request for edited images in stages. */
export interface ImageEditParamsStreaming extends ImageEditParamsBase {
    /** Whether images come in stages: yes. */
    stream: true;
}

/** An event of a stream of new images. */
export type ImageGenStreamEvent = ImageStreamEvent;

/** An event of a stream of edited images. */
export type ImageEditStreamEvent = ImageStreamEvent;

export namespace ImagesResponse {
    export type Usage = ImageUsage;
}

export namespace CreateEmbeddingResponse {
    export type Usage = EmbeddingUsage;
}

/** The request for a transcription, whole or in pieces. */
export type TranscriptionCreateParams<
    ResponseFormat extends AudioResponseFormat | undefined = AudioResponseFormat | undefined,
> = TranscriptionCreateParamsNonStreaming<ResponseFormat> | TranscriptionCreateParamsStreaming;

/** The request for a whole transcription. */
export interface TranscriptionCreateParamsNonStreaming<
    ResponseFormat extends AudioResponseFormat | undefined = AudioResponseFormat | undefined,
> extends Omit<TranscriptionCreateParamsBase, "response_format" | "stream"> {
    /** The form of the answer; default `json`. `text`, `srt` and `vtt` come as bare text. */
    response_format?: ResponseFormat | undefined;
    /** Whether the text comes in pieces: not. */
    stream?: false | null | undefined;
}

/** The request for a transcription in pieces. */
export interface TranscriptionCreateParamsStreaming extends TranscriptionCreateParamsBase {
    /** Whether the text comes in pieces: yes. */
    stream: true;
}

export namespace TranscriptionCreateParams {
    export type VadConfig = VadConfigParam;
}

export namespace Transcription {
    export type Logprob = TranscriptionLogprob;
    export type Tokens = TranscriptionTokens;
    export type Duration = TranscriptionDuration;
}

/** What a transcription comes as. */
export type TranscriptionCreateResponse =
    | Transcription
    | TranscriptionDiarized
    | TranscriptionVerbose;

/** The request for a translation into English. */
export interface TranslationCreateParams<
    ResponseFormat extends AudioResponseFormat | undefined = AudioResponseFormat | undefined,
> extends Omit<TranslationCreateParamsBase, "response_format"> {
    /** The form of the answer; default `json`. `text`, `srt` and `vtt` come as bare text. */
    response_format?: ResponseFormat | undefined;
}

/** What a translation comes as. */
export type TranslationCreateResponse = Translation | TranslationVerbose;

export namespace FileCreateParams {
    export type ExpiresAfter = FileExpiresAfter;
}

/** Which categories were found; a model before 2024 knows seven of them. */
export interface ModerationCategories {
    hate: boolean;
    "hate/threatening": boolean;
    harassment: boolean;
    "harassment/threatening": boolean;
    illicit: boolean | null;
    "illicit/violent": boolean | null;
    "self-harm": boolean;
    "self-harm/intent": boolean;
    "self-harm/instructions": boolean;
    sexual: boolean;
    "sexual/minors": boolean;
    violence: boolean;
    "violence/graphic": boolean;
}

/** A score for each category, 0 to 1. */
export interface ModerationCategoryScores {
    hate: number;
    "hate/threatening": number;
    harassment: number;
    "harassment/threatening": number;
    illicit: number;
    "illicit/violent": number;
    "self-harm": number;
    "self-harm/intent": number;
    "self-harm/instructions": number;
    sexual: number;
    "sexual/minors": number;
    violence: number;
    "violence/graphic": number;
}

/** Which kinds of input each score is about. */
export interface ModerationCategoryAppliedInputTypes {
    hate: Array<"text">;
    "hate/threatening": Array<"text">;
    harassment: Array<"text">;
    "harassment/threatening": Array<"text">;
    illicit: Array<"text">;
    "illicit/violent": Array<"text">;
    "self-harm": Array<"text" | "image">;
    "self-harm/intent": Array<"text" | "image">;
    "self-harm/instructions": Array<"text" | "image">;
    sexual: Array<"text" | "image">;
    "sexual/minors": Array<"text">;
    violence: Array<"text" | "image">;
    "violence/graphic": Array<"text" | "image">;
}

export namespace Moderation {
    export type Categories = ModerationCategories;
    export type CategoryScores = ModerationCategoryScores;
    export type CategoryAppliedInputTypes = ModerationCategoryAppliedInputTypes;
}

export namespace ModerationImageURLInput {
    export type ImageURL = ModerationImageURL;
}

/** What goes to the model: items. */
export type ResponseInput = Array<ResponseInputItem>;

/** A part of the content of a message that goes to the model. */
export type ResponseInputContent = ResponseInputText | ResponseInputImage | ResponseInputFile;

/** The request for a response, whole or in pieces. */
export type ResponseCreateParams =
    | ResponseCreateParamsNonStreaming
    | ResponseCreateParamsStreaming;

/** The request for a whole response. */
export interface ResponseCreateParamsNonStreaming extends ResponseCreateParamsBase {
    /** Whether the answer comes in pieces: not. */
    stream?: false | null | undefined;
}

/** The request for a response in pieces. */
export interface ResponseCreateParamsStreaming extends ResponseCreateParamsBase {
    /** Whether the answer comes in pieces: yes. */
    stream: true;
}

/** How to fetch a response. */
export interface ResponseRetrieveParams {
    /** What the answer holds besides. */
    include?: Array<ResponseIncludable> | undefined;
    /** Whether the events come, those that have been and those that will be. */
    stream?: boolean | undefined;
    /** After which event to begin, by its `sequence_number`. */
    starting_after?: number | undefined;
    /** Whether random characters even out the sizes of events. */
    include_obfuscation?: boolean | undefined;
}
