//! The parameters of responses. All callers of the proxy share one account, and anyone who
//! knows the id of a stored object could read it. So the proxy stores nothing and accepts no ids of stored
//! objects: [`super::check`] sends `store: false`, and the tables leave out `previous_response_id`,
//! `conversation`, `background`, `prompt`, files and the tools that the provider runs.

use super::rule::{Field, Rule, field, listed, listed_unless};
use super::tables::{
    MAX_TOOLS, MAX_TOP_LOGPROBS, METADATA, SERVICE_TIER, TOOL_TYPES, is_among, up_to,
};
use crate::proxy::request::strict_json::Json;

/// Of what an answer holds besides, these reach nothing that is kept.
const INCLUDE: [&str; 2] = [LOGPROBS, "reasoning.encrypted_content"];
const LOGPROBS: &str = "message.output_text.logprobs";

const INPUT: Rule = Rule::Either(&[Rule::Text, Rule::List(usize::MAX, &Rule::Object(ITEM))]);
const TOOLS: Rule = Rule::List(MAX_TOOLS, &Rule::Object(TOOL));

/// Of `POST /v1/responses`.
pub(super) const CREATE: &[Field] = &[
    field("input", INPUT),
    field("instructions", Rule::Text),
    field("stream", Rule::Flag),
    field(
        "stream_options",
        Rule::Object(&[field("include_obfuscation", Rule::Flag)]),
    ),
    field("temperature", Rule::Number),
    field("top_p", Rule::Number),
    field("tools", TOOLS),
    field("tool_choice", TOOL_CHOICE),
    field("parallel_tool_calls", Rule::Flag),
    field("text", Rule::Object(TEXT)),
    // The cap on the output covers what the model thinks.
    field("reasoning", Rule::Object(REASONING)),
    field("truncation", Rule::Word(&["auto", "disabled"])),
    field("max_tool_calls", Rule::Whole),
    field("background", Rule::False),
    listed_unless(
        "include",
        Rule::List(8, &Rule::Text),
        "\"reasoning.encrypted_content\", and \"message.output_text.logprobs\" where the proxy sets no prompt",
        |value, terms| {
            let Json::List(names) = value else {
                return false;
            };
            names.iter().all(|name| {
                is_among(name, &INCLUDE) && !(terms.locked && is_among(name, &[LOGPROBS]))
            })
        },
    ),
    listed_unless(
        "top_logprobs",
        Rule::Whole,
        "up to 5, where the proxy sets no prompt",
        |value, terms| !terms.locked && up_to(value, MAX_TOP_LOGPROBS),
    ),
    field("store", Rule::False),
    SERVICE_TIER,
    METADATA,
    listed("moderation", Rule::Anything),
    listed("prompt_cache_options", Rule::Anything),
    listed("prompt_cache_retention", Rule::Text),
];

/// Of `POST /v1/responses/input_tokens`.
pub(super) const INPUT_TOKENS: &[Field] = &[
    field("input", INPUT),
    field("instructions", Rule::Text),
    field("tools", TOOLS),
    field("tool_choice", TOOL_CHOICE),
    field("parallel_tool_calls", Rule::Flag),
    field("text", Rule::Object(TEXT)),
    field("reasoning", Rule::Object(REASONING)),
    field("truncation", Rule::Word(&["auto", "disabled"])),
];

/// Of every type: the provider knows which of them goes with which. An item's `id` would reach one that
/// is kept; its own content goes with it, so the id is left out.
const ITEM: &[Field] = &[
    field(
        "type",
        Rule::Word(&[
            "message",
            "reasoning",
            "function_call",
            "function_call_output",
            "custom_tool_call",
            "custom_tool_call_output",
        ]),
    ),
    field("id", Rule::Dropped),
    field(
        "role",
        Rule::Word(&["user", "assistant", "system", "developer"]),
    ),
    field("content", PARTS),
    field("status", Rule::Text),
    field("phase", Rule::Text),
    field("call_id", Rule::Text),
    field("name", Rule::Text),
    field("namespace", Rule::Text),
    field("arguments", Rule::Text),
    field("input", Rule::Text),
    field("output", PARTS),
    field("summary", Rule::List(256, &Rule::Object(PART))),
    field("encrypted_content", Rule::Text),
];

const PARTS: Rule = Rule::Either(&[Rule::Text, Rule::List(256, &Rule::Object(PART))]);

/// Parts of a content: texts and images. `input_file` would reach stored objects, or cost what no cap
/// here measures.
const PART: &[Field] = &[
    field(
        "type",
        Rule::Word(&[
            "input_text",
            "input_image",
            "output_text",
            "refusal",
            "reasoning_text",
            "summary_text",
        ]),
    ),
    field("text", Rule::Text),
    field("refusal", Rule::Text),
    field("image_url", Rule::Image),
    field("detail", Rule::Word(&["auto", "low", "high"])),
    // Parts of an answer that clients send back with it.
    field("annotations", Rule::Dropped),
    field("logprobs", Rule::Dropped),
    field("parsed", Rule::Dropped),
];

const TOOL: &[Field] = &[
    field("type", Rule::Word(TOOL_TYPES)),
    field("name", Rule::Text),
    field("description", Rule::Text),
    field("parameters", Rule::Nullable(&Rule::Anything)),
    field("strict", Rule::Nullable(&Rule::Flag)),
    field(
        "format",
        Rule::Object(&[
            field("type", Rule::Word(&["text", "grammar"])),
            field("definition", Rule::Text),
            field("syntax", Rule::Word(&["lark", "regex"])),
        ]),
    ),
];

const CHOSEN: &[Field] = &[
    field("type", Rule::Word(TOOL_TYPES)),
    field("name", Rule::Text),
];

const TOOL_CHOICE: Rule = Rule::Either(&[
    Rule::Word(&["none", "auto", "required"]),
    Rule::Object(&[
        field("type", Rule::Word(&["function", "custom", "allowed_tools"])),
        field("name", Rule::Text),
        field("mode", Rule::Word(&["auto", "required"])),
        field("tools", Rule::List(MAX_TOOLS, &Rule::Object(CHOSEN))),
    ]),
]);

const TEXT: &[Field] = &[
    field(
        "format",
        Rule::Object(&[
            field("type", Rule::Word(&["text", "json_object", "json_schema"])),
            field("name", Rule::Text),
            field("description", Rule::Text),
            field("schema", Rule::Anything),
            field("strict", Rule::Flag),
        ]),
    ),
    field("verbosity", Rule::Word(&["low", "medium", "high"])),
];

const REASONING: &[Field] = &[
    field("effort", Rule::Text),
    field("summary", Rule::Word(&["auto", "concise", "detailed"])),
];
