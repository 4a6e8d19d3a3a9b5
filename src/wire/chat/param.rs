//! The smaller parameters of a chat request.

use super::ChatCompletionContent;

literal! {
    ApproximateType = "approximate",
    PredictedContentType = "content",
}

text_or_list! {
    /// Where the model has to stop: up to 4 sequences, which are not part of the answer.
    enum StopSequences {
        /// One sequence.
        Text,
        /// One to 4 sequences.
        List(String),
    }
}

object! {
    /// What a stream carries besides the answer.
    request struct StreamOptions as "ChatCompletionStreamOptions" {
        /// Asks for a last chunk with the usage of the whole request and no choices; every other
        /// chunk then has `usage: null` (Fireworks, 2026).
        #[ts(optional)]
        include_usage: Option<bool>,
        /// Asks for random characters in every chunk that even out its size, against listeners
        /// (2026). The server's default is to send them; `false` saves bandwidth on a network
        /// that is trusted.
        #[ts(optional)]
        include_obfuscation: Option<bool>,
    }
}

open_enum! {
    /// How hard a reasoning model thinks (2026). The server's default is `medium` for most
    /// models.
    enum ReasoningEffort {
        /// Not at all.
        None = "none",
        /// Hardly.
        Minimal = "minimal",
        /// A little.
        Low = "low",
        /// Middling.
        Medium = "medium",
        /// Hard.
        High = "high",
        /// Very hard.
        Xhigh = "xhigh",
        /// As hard as it can.
        Max = "max",
    }
}

open_enum! {
    /// How many words a model makes (2026). The server's default is `medium`.
    enum Verbosity {
        /// Few.
        Low = "low",
        /// Middling.
        Medium = "medium",
        /// Many.
        High = "high",
    }
}

open_enum! {
    /// How a request is processed (2026). A response names the tier that was used.
    enum ServiceTier {
        /// As the project's settings say: the default.
        Auto = "auto",
        /// At standard price and speed.
        Default = "default",
        /// Cheaper and slower.
        Flex = "flex",
        /// On capacity that was bought ahead.
        Scale = "scale",
        /// Dearer and faster.
        Priority = "priority",
        /// Fast processing.
        Fast = "fast",
    }
}

open_enum! {
    /// A kind of output (2026).
    enum Modality as "ChatCompletionModality" {
        /// Text: the default.
        Text = "text",
        /// Sound; needs the request's `audio`.
        Audio = "audio",
    }
}

open_enum! {
    /// What the server does when prompt and `max_tokens` together exceed the model's context
    /// (Fireworks).
    enum ContextLengthExceededBehavior {
        /// It lowers `max_tokens` to fit: Fireworks' default.
        Truncate = "truncate",
        /// It answers with an error, as OpenAI does.
        Error = "error",
    }
}

object! {
    /// The form of an answer in sound (2026).
    request struct AudioParam as "ChatCompletionAudioParam" {
        /// The format of the bytes.
        format: AudioFormat,
        /// The voice.
        voice: Voice,
    }
}

open_enum! {
    /// The format of an answer in sound (2026).
    enum AudioFormat {
        /// RIFF WAVE.
        Wav = "wav",
        /// Advanced Audio Coding.
        Aac = "aac",
        /// MPEG audio layer III.
        Mp3 = "mp3",
        /// Free Lossless Audio Codec.
        Flac = "flac",
        /// Opus.
        Opus = "opus",
        /// Raw 16-bit samples.
        Pcm16 = "pcm16",
    }
}

union! {
    /// A voice (2026).
    enum Voice by "type" or Custom, text Name(String) = "A built-in one, by its name: alloy, ash, ballad, coral, echo, sage, shimmer, verse, marin, cedar." {
        /// One of the caller's own.
        "custom" => Custom(VoiceId),
    }
}

object! {
    /// A voice of the caller's own (2026).
    request struct VoiceId {
        /// Its identifier.
        id: String,
    }
}

object! {
    /// Text that the answer will largely repeat, which makes it faster (2026).
    request struct PredictedContent as "ChatCompletionPredictionContent" {
        /// Always `content`.
        r#type: PredictedContentType,
        /// The text, or text parts.
        #[ts(type = "string | Array<ChatCompletionContentPartText>")]
        content: ChatCompletionContent,
    }
}

open_enum! {
    /// How long a prompt stays cached (2026, deprecated: see [`PromptCacheOptions`]).
    enum PromptCacheRetention {
        /// In memory, for minutes.
        InMemory = "in_memory",
        /// For up to a day.
        Day = "24h",
    }
}

object! {
    /// How the prompt is cached (2026).
    request struct PromptCacheOptions as "PromptCacheOptionsParam" {
        /// Who sets the breakpoints.
        #[ts(optional)]
        mode: Option<PromptCacheMode>,
        /// How long a cached prefix lives at least; the one documented value is `30m`.
        #[ts(optional, type = "\"30m\" | (string & {})")]
        ttl: Option<String>,
    }
}

open_enum! {
    /// Who sets the breakpoints of the prompt cache (2026).
    enum PromptCacheMode {
        /// The server, besides those of the request: the default.
        Implicit = "implicit",
        /// Only the request.
        Explicit = "explicit",
    }
}

object! {
    /// Asks for moderation of the request and its answer (2026).
    request struct ModerationParam as "ChatCompletionModerationParam" {
        /// The moderation model, for instance `omni-moderation-latest`.
        model: String,
        /// What to do with what it finds.
        policy: Option<ModerationPolicy>,
    }
}

object! {
    /// What to do with what moderation finds (2026).
    request struct ModerationPolicy {
        /// In the request.
        input: Option<ModerationConfig>,
        /// In the answer.
        output: Option<ModerationConfig>,
    }
}

object! {
    /// What to do with what moderation finds on one side (2026).
    request struct ModerationConfig {
        /// Score or block.
        mode: ModerationMode,
    }
}

open_enum! {
    /// What to do with what moderation finds (2026).
    enum ModerationMode {
        /// Report it.
        Score = "score",
        /// Stop.
        Block = "block",
    }
}

object! {
    /// Lets the model search the web (2026).
    request struct WebSearchOptions as "WebSearchOptionsParam" {
        /// How much of the context the search may use; the server's default is `medium`.
        #[ts(optional)]
        search_context_size: Option<SearchContextSize>,
        /// Where the user is, roughly.
        user_location: Option<UserLocation>,
    }
}

open_enum! {
    /// How much of the context a search may use (2026).
    enum SearchContextSize {
        /// Little.
        Low = "low",
        /// Middling.
        Medium = "medium",
        /// Much.
        High = "high",
    }
}

object! {
    /// Where the user is (2026).
    request struct UserLocation {
        /// Always `approximate`.
        r#type: ApproximateType,
        /// The place.
        approximate: WebSearchLocation,
    }
}

object! {
    /// A place (2026).
    request struct WebSearchLocation {
        /// Two-letter country code, ISO 3166-1.
        #[ts(optional)]
        country: Option<String>,
        /// Region, in words.
        #[ts(optional)]
        region: Option<String>,
        /// City, in words.
        #[ts(optional)]
        city: Option<String>,
        /// IANA time zone.
        #[ts(optional)]
        timezone: Option<String>,
    }
}
