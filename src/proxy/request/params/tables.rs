//! The parameters of each route. What multiplies the cost of an answer, keeps it at the provider or
//! reaches beyond it must be listed by the operator (threat table, rows V8, V11, V12).

use super::responses;
use super::rule::{Field, Rule, Terms, field, listed, listed_unless};
use crate::proxy::request::strict_json::Json;
use crate::proxy::route::Route;

/// The parameters of a route with a JSON body. The model, the end user and the cap on the output
/// have rules of their own, see [`super::check`].
pub(super) const fn of(route: Route) -> &'static [Field] {
    match route {
        Route::ChatCompletions => CHAT,
        Route::Completions => COMPLETIONS,
        Route::Embeddings => EMBEDDINGS,
        Route::Moderations => MODERATIONS,
        Route::ImageGenerations => IMAGES,
        Route::Responses => responses::CREATE,
        Route::InputTokens => responses::INPUT_TOKENS,
        Route::Speech => SPEECH,
        Route::Models | Route::AudioTranscriptions | Route::AudioTranslations => &[],
    }
}

/// So many texts in one request to be completed, embedded or moderated: what the API takes to embed.
/// How long they may be together is for the cap on the input.
const MAX_TEXTS: usize = 2048;
pub(super) const MAX_TOOLS: usize = 128;

/// A text's tokens.
const TOKENS: Rule = Rule::List(usize::MAX, &Rule::Token);

/// A text or several, spelled out or as tokens: the four forms of the API.
const TEXTS: Rule = Rule::Either(&[
    Rule::Text,
    Rule::List(MAX_TEXTS, &Rule::Text),
    TOKENS,
    Rule::List(MAX_TEXTS, &TOKENS),
]);
const STOP: Rule = Rule::Either(&[Rule::Text, Rule::List(16, &Rule::Text)]);

fn one(value: &Json, _: Terms) -> bool {
    up_to(value, 1) && *value != Json::Number(0.into())
}

fn no(value: &Json, _: Terms) -> bool {
    *value == Json::Bool(false)
}

/// Are they names of these?
pub(super) fn is_among(value: &Json, words: &[&str]) -> bool {
    value.as_str().is_some_and(|text| words.contains(&text))
}

pub(super) fn up_to(value: &Json, most: u64) -> bool {
    matches!(value, Json::Number(number) if number.as_u64().is_some_and(|number| number <= most))
}

/// Chances of tokens tell a locked prompt, and a bias bends what it asks for; else they cost nothing.
pub(super) const MAX_TOP_LOGPROBS: u64 = 5;
const MAX_BIASES: usize = 300;

fn few_biases(value: &Json, terms: Terms) -> bool {
    let Json::Object(biases) = value else {
        return false;
    };
    !terms.locked
        && biases.iter().count() <= MAX_BIASES
        && biases
            .iter()
            .all(|(_, bias)| matches!(bias, Json::Number(_)))
}

const BIASES: &str = "up to 300 numbers, where the proxy sets no prompt";

/// As OpenAI limits it.
pub(super) fn small_metadata(value: &Json, _: Terms) -> bool {
    let Json::Object(entries) = value else {
        return false;
    };
    entries.iter().count() <= 16
        && entries.iter().all(|(name, value)| {
            let text = value.as_str();
            name.chars().count() <= 64 && text.is_some_and(|text| text.chars().count() <= 512)
        })
}

const STREAM_OPTIONS: Rule = Rule::Object(&[
    field("include_usage", Rule::Flag),
    field("include_obfuscation", Rule::Flag),
]);

const CHAT: &[Field] = &[
    field("messages", Rule::List(usize::MAX, &Rule::Object(MESSAGE))),
    field("stream", Rule::Flag),
    field("stream_options", STREAM_OPTIONS),
    field("temperature", Rule::Number),
    field("top_p", Rule::Number),
    field("top_k", Rule::Whole),
    field("min_p", Rule::Number),
    field("presence_penalty", Rule::Number),
    field("frequency_penalty", Rule::Number),
    field("repetition_penalty", Rule::Number),
    field("seed", Rule::Whole),
    field("stop", STOP),
    field("response_format", Rule::Object(RESPONSE_FORMAT)),
    field("tools", Rule::List(MAX_TOOLS, &Rule::Object(TOOL))),
    field("tool_choice", TOOL_CHOICE),
    field("parallel_tool_calls", Rule::Flag),
    field("functions", Rule::List(MAX_TOOLS, &Rule::Object(FUNCTION))),
    field("function_call", FUNCTION_CALL_OPTION),
    field("verbosity", Rule::Word(&["low", "medium", "high"])),
    field(
        "context_length_exceeded_behavior",
        Rule::Word(&["truncate", "error"]),
    ),
    listed_unless("n", Rule::Whole, "1", one),
    listed_unless("store", Rule::Flag, "false", no),
    listed_unless(
        "logprobs",
        Rule::Flag,
        "false, or true where the proxy sets no prompt",
        |value, terms| no(value, terms) || !terms.locked,
    ),
    listed_unless(
        "top_logprobs",
        Rule::Whole,
        "up to 5, where the proxy sets no prompt",
        |value, terms| !terms.locked && up_to(value, MAX_TOP_LOGPROBS),
    ),
    listed_unless("logit_bias", Rule::Anything, BIASES, few_biases),
    listed_unless(
        "reasoning_effort",
        Rule::Text,
        "any, where the proxy sends max_completion_tokens, which covers reasoning",
        |_, terms| terms.caps_thought,
    ),
    SERVICE_TIER,
    listed("web_search_options", Rule::Anything),
    listed_unless(
        "modalities",
        Rule::List(8, &Rule::Text),
        "[\"text\"]",
        |value, _| *value == Json::List(vec![Json::from("text")]),
    ),
    listed("audio", Rule::Anything),
    listed("prediction", Rule::Anything),
    METADATA,
    listed("moderation", Rule::Anything),
    listed("prompt_cache_options", Rule::Anything),
    listed("prompt_cache_retention", Rule::Text),
];

/// The tiers that cost no more than the usual one.
pub(super) const SERVICE_TIER: Field = listed_unless(
    "service_tier",
    Rule::Text,
    "\"auto\" and \"default\"",
    |value, _| is_among(value, &["auto", "default"]),
);

pub(super) const METADATA: Field = listed_unless(
    "metadata",
    Rule::Anything,
    "up to 16 texts of at most 512 characters, with names of at most 64",
    small_metadata,
);

/// Of every role: the provider knows which of them goes with which. `annotations` and
/// `audio` are parts of an answer that clients send back with it.
const MESSAGE: &[Field] = &[
    field(
        "role",
        Rule::Word(&[
            "system",
            "developer",
            "user",
            "assistant",
            "tool",
            "function",
        ]),
    ),
    field(
        "content",
        // Null beside tool calls.
        Rule::Nullable(&Rule::Either(&[
            Rule::Text,
            Rule::List(256, &Rule::Object(PART)),
        ])),
    ),
    field("name", Rule::Text),
    field("refusal", Rule::Nullable(&Rule::Text)),
    field("reasoning_content", Rule::Text),
    field("tool_call_id", Rule::Text),
    field(
        "tool_calls",
        Rule::List(MAX_TOOLS, &Rule::Object(TOOL_CALL)),
    ),
    field("function_call", Rule::Object(CALLED)),
    field("annotations", Rule::Dropped),
    // What our own clients put beside a content that came in parts; servers know no such names.
    field("content_parts", Rule::Dropped),
    field("refusal_parts", Rule::Dropped),
    // Nothing but null.
    field("audio", Rule::Word(&[])),
];

/// Parts of a message: texts and images. `file` and `input_audio` would reach stored objects, or
/// cost what no cap here measures.
const PART: &[Field] = &[
    field("type", Rule::Word(&["text", "image_url", "refusal"])),
    field("text", Rule::Text),
    field("refusal", Rule::Text),
    field(
        "image_url",
        Rule::Object(&[
            field("url", Rule::Image),
            field("detail", Rule::Word(&["auto", "low", "high"])),
        ]),
    ),
];

const TOOL_CALL: &[Field] = &[
    field("id", Rule::Text),
    field("type", Rule::Word(TOOL_TYPES)),
    field("index", Rule::Whole),
    field("function", Rule::Object(CALLED)),
    field(
        "custom",
        Rule::Object(&[field("name", Rule::Text), field("input", Rule::Text)]),
    ),
];

const CALLED: &[Field] = &[field("name", Rule::Text), field("arguments", Rule::Text)];

/// Tools that the caller runs itself. Those that the provider hosts are billed by the call.
pub(super) const TOOL_TYPES: &[&str] = &["function", "custom"];

const TOOL: &[Field] = &[
    field("type", Rule::Word(TOOL_TYPES)),
    field("function", Rule::Object(FUNCTION)),
    field("custom", Rule::Object(CUSTOM)),
];

/// A tool whose input is a text, of a grammar perhaps.
const CUSTOM: &[Field] = &[
    field("name", Rule::Text),
    field("description", Rule::Text),
    field(
        "format",
        Rule::Object(&[
            field("type", Rule::Word(&["text", "grammar"])),
            field(
                "grammar",
                Rule::Object(&[
                    field("definition", Rule::Text),
                    field("syntax", Rule::Word(&["lark", "regex"])),
                ]),
            ),
        ]),
    ),
];

const FUNCTION: &[Field] = &[
    field("name", Rule::Text),
    field("description", Rule::Text),
    field("parameters", Rule::Anything),
    field("strict", Rule::Flag),
];

const TOOL_CHOICE: Rule = Rule::Either(&[
    Rule::Word(&["none", "auto", "required", "any"]),
    Rule::Object(&[
        field("type", Rule::Word(&["function", "custom", "allowed_tools"])),
        field("function", NAMED),
        field("custom", NAMED),
        field(
            "allowed_tools",
            Rule::Object(&[
                field("mode", Rule::Word(&["auto", "required"])),
                field("tools", Rule::List(MAX_TOOLS, &Rule::Object(CHOSEN))),
            ]),
        ),
    ]),
]);

const NAMED: Rule = Rule::Object(&[field("name", Rule::Text)]);

const CHOSEN: &[Field] = &[
    field("type", Rule::Word(TOOL_TYPES)),
    field("function", NAMED),
    field("custom", NAMED),
];

const FUNCTION_CALL_OPTION: Rule = Rule::Either(&[Rule::Word(&["none", "auto"]), NAMED]);

const RESPONSE_FORMAT: &[Field] = &[
    field("type", Rule::Word(&["text", "json_object", "json_schema"])),
    field(
        "json_schema",
        Rule::Object(&[
            field("name", Rule::Text),
            field("description", Rule::Text),
            field("schema", Rule::Anything),
            field("strict", Rule::Flag),
        ]),
    ),
    // Fireworks has it here.
    field("schema", Rule::Anything),
];

const COMPLETIONS: &[Field] = &[
    field("prompt", TEXTS),
    field("suffix", Rule::Text),
    field("stream", Rule::Flag),
    field("stream_options", STREAM_OPTIONS),
    field("temperature", Rule::Number),
    field("top_p", Rule::Number),
    field("top_k", Rule::Whole),
    field("min_p", Rule::Number),
    field("presence_penalty", Rule::Number),
    field("frequency_penalty", Rule::Number),
    field("repetition_penalty", Rule::Number),
    field("seed", Rule::Whole),
    field("stop", STOP),
    listed_unless("n", Rule::Whole, "1", one),
    listed_unless("best_of", Rule::Whole, "1", one),
    listed_unless("echo", Rule::Flag, "false", no),
    listed_unless("logprobs", Rule::Whole, "up to 5", |value, terms| {
        !terms.locked && up_to(value, MAX_TOP_LOGPROBS)
    }),
    listed_unless("logit_bias", Rule::Anything, BIASES, few_biases),
];

const EMBEDDINGS: &[Field] = &[
    field("input", TEXTS),
    field("encoding_format", Rule::Word(&["float", "base64"])),
    field("dimensions", Rule::Whole),
];

/// Texts, or one message's texts and images.
const MODERATIONS: &[Field] = &[field(
    "input",
    Rule::Either(&[
        Rule::Text,
        Rule::List(MAX_TEXTS, &Rule::Text),
        Rule::List(MAX_TEXTS, &Rule::Object(MODERATED)),
    ]),
)];

const MODERATED: &[Field] = &[
    field("type", Rule::Word(&["text", "image_url"])),
    field("text", Rule::Text),
    field("image_url", Rule::Object(&[field("url", Rule::Image)])),
];

/// How fast speech may be without being listed, as the API has it. What is slower takes longer, and costs
/// more where sound is priced.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.25..=4.0;

/// A voice that is an object is one that is kept in the account, by its id.
const SPEECH: &[Field] = &[
    field("input", Rule::Text),
    field("voice", Rule::Text),
    field("instructions", Rule::Text),
    field(
        "response_format",
        Rule::Word(&["mp3", "opus", "aac", "flac", "wav", "pcm"]),
    ),
    field("stream_format", Rule::Word(&["audio", "sse"])),
    listed_unless(
        "speed",
        Rule::Number,
        "from 0.25 to 4",
        |value, _| matches!(value, Json::Number(speed) if speed.as_f64().is_some_and(|speed| SPEEDS.contains(&speed))),
    ),
];

const IMAGES: &[Field] = &[
    field("prompt", Rule::Text),
    field("response_format", Rule::Word(&["url", "b64_json"])),
    field("output_format", Rule::Word(&["png", "jpeg", "webp"])),
    field("style", Rule::Word(&["vivid", "natural"])),
    listed_unless("n", Rule::Whole, "1", one),
    listed_unless("stream", Rule::Flag, "false", no),
    listed_unless(
        "size",
        Rule::Text,
        "\"256x256\", \"512x512\" and \"1024x1024\"",
        |value, _| is_among(value, &["256x256", "512x512", "1024x1024"]),
    ),
    listed("quality", Rule::Text),
    listed("background", Rule::Text),
    listed("moderation", Rule::Text),
    listed("output_compression", Rule::Whole),
    listed("partial_images", Rule::Whole),
];
