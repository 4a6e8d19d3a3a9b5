//! The rows. A document is named as in the list of `src/wire`: by its year, or Fireworks.

use super::Profile::{self, Fireworks, OpenAi};
use super::Row;
use super::place::When;
use super::rule::{Ends, Rule};

// The documents.
const REFERENCE: &str = "API reference, 2023";
const OPENAPI: &str = "OpenAPI description, June 2023";
const COMPLETION: &str = "Create completion, 2024";
const CHAT_OF_FIREWORKS: &str = "Fireworks: create chat completion";
const TODAY: &str = "OpenAPI description, August 2026";

const OPENAI: &[Profile] = &[OpenAi];
const FIREWORKS: &[Profile] = &[Fireworks];
const BOTH: &[Profile] = &[OpenAi, Fireworks];

const COMPLETIONS: &str = "/completions";
const CHAT: &str = "/chat/completions";
const EDITS: &str = "/edits";
const GENERATIONS: &str = "/images/generations";
const IMAGE_EDITS: &str = "/images/edits";
const VARIATIONS: &str = "/images/variations";
const EMBEDDINGS: &str = "/embeddings";
const TRANSCRIPTIONS: &str = "/audio/transcriptions";
const TRANSLATIONS: &str = "/audio/translations";

const CHATS: &[&str] = &[CHAT];
const TEXTS: &[&str] = &[COMPLETIONS, CHAT];
const SAMPLED: &[&str] = &[COMPLETIONS, CHAT, EDITS];
const IMAGES: &[&str] = &[GENERATIONS, IMAGE_EDITS, VARIATIONS];
const PROMPTED_IMAGES: &[&str] = &[GENERATIONS, IMAGE_EDITS];
const UPLOADED_IMAGES: &[&str] = &[IMAGE_EDITS, VARIATIONS];
const AUDIO: &[&str] = &[TRANSCRIPTIONS, TRANSLATIONS];

const FORMATS_OF_AUDIO: &[&str] = &[
    ".flac", ".mp3", ".mp4", ".mpeg", ".mpga", ".m4a", ".ogg", ".wav", ".webm",
];
const FORMATS_OF_TRANSCRIPTS: &[&str] = &["json", "text", "srt", "verbose_json", "vtt"];

const DALL_E_2: When = When {
    param: "model",
    is: &["dall-e-2"],
    or_absent: true,
};

const fn when(param: &'static str, is: &'static [&'static str]) -> When {
    When {
        param,
        is,
        or_absent: false,
    }
}

const fn number(least: f64, most: Option<f64>, ends: Ends, whole: bool) -> Rule {
    Rule::Number {
        least,
        most,
        ends,
        whole,
    }
}

const fn from_to(least: f64, most: f64) -> Rule {
    number(least, Some(most), Ends::Inside, false)
}

const fn between(least: f64, most: f64, ends: Ends) -> Rule {
    number(least, Some(most), ends, false)
}

const fn whole(least: f64, most: f64, ends: Ends) -> Rule {
    number(least, Some(most), ends, true)
}

const fn at_least(least: f64) -> Rule {
    number(least, None, Ends::Inside, true)
}

const fn items(least: usize, most: usize) -> Rule {
    Rule::Items { least, most }
}

const fn length(least: usize, most: usize) -> Rule {
    Rule::Length { least, most }
}

const fn row(
    profiles: &'static [Profile],
    endpoints: &'static [&'static str],
    param: &'static str,
    rule: Rule,
    source: &'static str,
) -> Row {
    Row {
        profiles,
        endpoints,
        param,
        rule,
        when: None,
        source,
    }
}

impl Row {
    const fn when(mut self, when: When) -> Self {
        self.when = Some(when);
        self
    }
}

/// A parameter's first broken row is the one that is told, so what is required stands first.
#[rustfmt::skip] // A row is a line.
pub(super) const ROWS: &[Row] = &[
    row(OPENAI, &[COMPLETIONS, CHAT, EDITS, EMBEDDINGS, TRANSCRIPTIONS, TRANSLATIONS], "model", Rule::Required, REFERENCE),

    // Sampling
    row(OPENAI, SAMPLED, "temperature", from_to(0.0, 2.0), OPENAPI),
    row(FIREWORKS, CHATS, "temperature", between(0.0, 2.0, Ends::Outside), CHAT_OF_FIREWORKS),
    row(OPENAI, SAMPLED, "top_p", from_to(0.0, 1.0), OPENAPI),
    row(FIREWORKS, CHATS, "top_p", between(0.0, 1.0, Ends::LeastOutside), CHAT_OF_FIREWORKS),
    row(FIREWORKS, CHATS, "top_k", whole(1.0, 128.0, Ends::Outside), CHAT_OF_FIREWORKS),
    row(FIREWORKS, CHATS, "min_p", from_to(0.0, 1.0), CHAT_OF_FIREWORKS),
    row(OPENAI, TEXTS, "presence_penalty", from_to(-2.0, 2.0), OPENAPI),
    row(FIREWORKS, CHATS, "presence_penalty", between(-2.0, 2.0, Ends::Outside), CHAT_OF_FIREWORKS),
    row(OPENAI, TEXTS, "frequency_penalty", from_to(-2.0, 2.0), OPENAPI),
    row(FIREWORKS, CHATS, "frequency_penalty", between(-2.0, 2.0, Ends::Outside), CHAT_OF_FIREWORKS),
    row(FIREWORKS, CHATS, "repetition_penalty", between(0.0, 2.0, Ends::Outside), CHAT_OF_FIREWORKS),
    row(OPENAI, TEXTS, "logit_bias.*", from_to(-100.0, 100.0), REFERENCE),
    row(FIREWORKS, CHATS, "logit_bias.*", from_to(-100.0, 100.0), CHAT_OF_FIREWORKS),
    row(OPENAI, TEXTS, "seed", Rule::Int64, COMPLETION),
    row(OPENAI, TEXTS, "stop", items(1, 4), OPENAPI),
    row(OPENAI, &[COMPLETIONS], "max_tokens", at_least(0.0), OPENAPI),

    // How many
    row(OPENAI, TEXTS, "n", whole(1.0, 128.0, Ends::Inside), OPENAPI),
    row(FIREWORKS, CHATS, "n", whole(1.0, 128.0, Ends::MostOutside), CHAT_OF_FIREWORKS),
    row(OPENAI, &[EDITS], "n", whole(1.0, 20.0, Ends::Inside), OPENAPI),
    row(OPENAI, IMAGES, "n", whole(1.0, 10.0, Ends::Inside), REFERENCE),
    row(OPENAI, &[GENERATIONS], "n", whole(1.0, 1.0, Ends::Inside), TODAY).when(when("model", &["dall-e-3"])),
    row(OPENAI, &[COMPLETIONS], "best_of", whole(0.0, 20.0, Ends::Inside), OPENAPI),
    row(OPENAI, &[COMPLETIONS], "best_of", Rule::AtLeast("n"), REFERENCE),
    row(OPENAI, &[COMPLETIONS], "best_of", Rule::Excludes("stream"), REFERENCE),

    // What comes with the answer
    row(OPENAI, &[COMPLETIONS], "logprobs", whole(0.0, 5.0, Ends::Inside), OPENAPI),
    row(OPENAI, CHATS, "top_logprobs", whole(0.0, 20.0, Ends::Inside), TODAY),
    row(FIREWORKS, CHATS, "top_logprobs", whole(0.0, 20.0, Ends::Inside), CHAT_OF_FIREWORKS),
    row(BOTH, CHATS, "top_logprobs", Rule::Needs(&["logprobs"]), CHAT_OF_FIREWORKS),
    row(OPENAI, TEXTS, "stream_options", Rule::Needs(&["stream"]), COMPLETION),
    row(OPENAI, CHATS, "response_format.type", Rule::OneOf(&["text", "json_object", "json_schema"]), TODAY),
    row(BOTH, CHATS, "response_format.json_schema", Rule::Required, CHAT_OF_FIREWORKS).when(when("type", &["json_schema"])),
    row(BOTH, CHATS, "response_format.json_schema", Rule::NeedsValue("type", "json_schema"), CHAT_OF_FIREWORKS),
    row(OPENAI, CHATS, "response_format.json_schema.name", Rule::Required, TODAY),
    row(OPENAI, CHATS, "response_format.json_schema.name", Rule::Name, TODAY),
    row(OPENAI, CHATS, "metadata", items(0, 16), TODAY),
    row(OPENAI, CHATS, "metadata", Rule::Keys(64), TODAY),
    row(OPENAI, CHATS, "metadata.*", length(0, 512), TODAY),
    row(OPENAI, CHATS, "safety_identifier", length(0, 64), TODAY),

    // Prompts and messages
    row(OPENAI, &[COMPLETIONS], "prompt", items(1, usize::MAX), OPENAPI),
    row(OPENAI, &[COMPLETIONS], "prompt[]", items(1, usize::MAX), OPENAPI),
    row(OPENAI, &[COMPLETIONS], "suffix", Rule::ExcludesValues("model", &["davinci-002", "babbage-002"]), COMPLETION),
    row(OPENAI, CHATS, "messages", Rule::Required, REFERENCE),
    row(OPENAI, CHATS, "messages", items(1, usize::MAX), OPENAPI),
    row(OPENAI, CHATS, "messages[].role", Rule::Required, REFERENCE),
    row(OPENAI, CHATS, "messages[].role", Rule::OneOf(&["developer", "system", "user", "assistant", "tool", "function"]), TODAY),
    row(OPENAI, CHATS, "messages[].content", Rule::Required, OPENAPI).when(when("role", &["developer", "system", "user", "tool"])),
    row(OPENAI, CHATS, "messages[].name", Rule::Required, OPENAPI).when(when("role", &["function"])),
    row(OPENAI, CHATS, "messages[].name", Rule::Name, OPENAPI),
    row(OPENAI, &[EDITS], "instruction", Rule::Required, REFERENCE),

    // Tools
    row(OPENAI, CHATS, "tools", items(0, 128), TODAY),
    row(FIREWORKS, CHATS, "tools[].type", Rule::OneOf(&["function"]), CHAT_OF_FIREWORKS),
    row(OPENAI, CHATS, "tools[].function.name", Rule::Required, TODAY),
    row(OPENAI, CHATS, "tools[].function.name", Rule::Name, TODAY),
    row(OPENAI, CHATS, "functions", items(1, 128), TODAY),
    row(OPENAI, CHATS, "functions[].name", Rule::Required, OPENAPI),
    row(OPENAI, CHATS, "functions[].name", Rule::Name, OPENAPI),
    row(OPENAI, CHATS, "function_call", Rule::OneOf(&["none", "auto"]), OPENAPI),
    row(OPENAI, CHATS, "function_call.name", Rule::Required, OPENAPI),

    // Images
    row(OPENAI, PROMPTED_IMAGES, "prompt", Rule::Required, REFERENCE),
    row(OPENAI, PROMPTED_IMAGES, "prompt", length(0, 1000), REFERENCE).when(DALL_E_2),
    row(OPENAI, &[GENERATIONS], "prompt", length(0, 4000), TODAY).when(when("model", &["dall-e-3"])),
    row(OPENAI, IMAGES, "size", Rule::OneOf(&["256x256", "512x512", "1024x1024"]), REFERENCE).when(DALL_E_2),
    row(OPENAI, &[GENERATIONS], "size", Rule::OneOf(&["1024x1024", "1792x1024", "1024x1792"]), TODAY).when(when("model", &["dall-e-3"])),
    row(OPENAI, IMAGES, "response_format", Rule::OneOf(&["url", "b64_json"]), REFERENCE),
    row(OPENAI, UPLOADED_IMAGES, "image", Rule::Required, REFERENCE),
    row(OPENAI, UPLOADED_IMAGES, "image", items(1, 1), TODAY).when(DALL_E_2),
    row(OPENAI, UPLOADED_IMAGES, "image", Rule::Below { mebibytes: 4 }, REFERENCE).when(DALL_E_2),
    row(OPENAI, UPLOADED_IMAGES, "image", Rule::Png, REFERENCE).when(DALL_E_2),
    row(OPENAI, UPLOADED_IMAGES, "image", Rule::Square, REFERENCE).when(DALL_E_2),
    row(OPENAI, &[IMAGE_EDITS], "image", Rule::Transparent { unless: "mask" }, REFERENCE).when(DALL_E_2),
    row(OPENAI, &[IMAGE_EDITS], "mask", Rule::Below { mebibytes: 4 }, REFERENCE),
    row(OPENAI, &[IMAGE_EDITS], "mask", Rule::Png, REFERENCE),
    row(OPENAI, &[IMAGE_EDITS], "mask", Rule::SizeOf("image"), REFERENCE),

    // Embeddings and moderations
    row(OPENAI, &[EMBEDDINGS, "/moderations"], "input", Rule::Required, REFERENCE),
    row(OPENAI, &[EMBEDDINGS], "input", length(1, usize::MAX), TODAY),
    row(OPENAI, &[EMBEDDINGS], "input", items(1, 8192), REFERENCE),
    row(OPENAI, &[EMBEDDINGS], "input[]", length(1, usize::MAX), TODAY),
    row(OPENAI, &[EMBEDDINGS], "input[]", items(1, 8192), REFERENCE),
    row(OPENAI, &[EMBEDDINGS], "dimensions", at_least(1.0), TODAY),
    row(OPENAI, &[EMBEDDINGS], "encoding_format", Rule::OneOf(&["float", "base64"]), TODAY),

    // Audio
    row(OPENAI, AUDIO, "file", Rule::Required, REFERENCE),
    row(OPENAI, AUDIO, "file", Rule::Extension(FORMATS_OF_AUDIO), TODAY),
    row(OPENAI, AUDIO, "temperature", from_to(0.0, 1.0), REFERENCE),
    row(OPENAI, &[TRANSLATIONS], "response_format", Rule::OneOf(FORMATS_OF_TRANSCRIPTS), REFERENCE),
    row(OPENAI, &[TRANSCRIPTIONS], "response_format", Rule::OneOf(FORMATS_OF_TRANSCRIPTS), REFERENCE).when(when("model", &["whisper-1"])),
    row(OPENAI, &[TRANSCRIPTIONS], "timestamp_granularities", Rule::NeedsValue("response_format", "verbose_json"), TODAY),

    // Files and fine-tunes
    row(OPENAI, &["/files"], "file", Rule::Required, REFERENCE),
    row(OPENAI, &["/files"], "purpose", Rule::Required, REFERENCE),
    row(OPENAI, &["/files"], "file", Rule::Extension(&[".jsonl"]), REFERENCE).when(when("purpose", &["fine-tune", "batch"])),
    row(OPENAI, &["/files"], "file", Rule::JsonLines, REFERENCE).when(when("purpose", &["fine-tune", "batch"])),
    row(OPENAI, &["/fine-tunes"], "training_file", Rule::Required, REFERENCE),
    row(OPENAI, &["/fine-tunes"], "suffix", length(1, 40), OPENAPI),
    row(OPENAI, &["/fine-tunes"], "compute_classification_metrics", Rule::Needs(&["validation_file"]), REFERENCE),
    row(OPENAI, &["/fine-tunes"], "compute_classification_metrics", Rule::Needs(&["classification_n_classes", "classification_positive_class"]), REFERENCE),
];
