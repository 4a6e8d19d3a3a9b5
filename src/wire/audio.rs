//! Audio into text: `POST /audio/{transcriptions,translations}`.

use super::upload::Upload;

object! {
    /// The request for a transcription.
    ///
    /// In Rust it goes out through [`Form`](super::form::Form).
    request struct TranscriptionRequest as "TranscriptionCreateParamsBase" {
        /// The sound: mp3, mp4, mpeg, mpga, m4a, wav or webm; flac and ogg too (2026).
        #[ts(type = "Uploadable")]
        file: Upload,
        /// The model to ask, for instance `whisper-1`.
        model: String,
        /// The language of the sound, ISO 639-1. Naming it gives better results sooner.
        #[ts(optional)]
        language: Option<String>,
        /// Words that set the style or come before, in the sound's language.
        #[ts(optional)]
        prompt: Option<String>,
        /// The form of the answer; default `json`. `text`, `srt` and `vtt` come as bare text.
        #[ts(optional)]
        response_format: Option<AudioResponseFormat>,
        /// How freely the model chooses: 0 to 1; default 0, where it raises it by itself as
        /// needed.
        #[ts(optional)]
        temperature: Option<f64>,
        /// Which times to report, with `verbose_json` only; default `segment` (2026).
        #[ts(optional, type = "Array<TimestampGranularity>")]
        timestamp_granularities: Option<Vec<TimestampGranularity>>,
        /// What else to report: `logprobs`, with `json` only (2026).
        #[ts(optional, type = "Array<\"logprobs\">")]
        include: Option<Vec<String>>,
        /// Whether the text comes in pieces, as server-sent events (2026). Default `false`; not
        /// with `whisper-1`.
        stream: Option<bool>,
        /// How the sound is cut (2026).
        chunking_strategy: Option<ChunkingStrategy>,
        /// Names of up to 4 speakers whose voices are in `known_speaker_references` (2026).
        #[ts(optional, type = "Array<string>")]
        known_speaker_names: Option<Vec<String>>,
        /// Samples of those voices as `data:` URLs, 2 to 10 seconds each (2026).
        #[ts(optional, type = "Array<string>")]
        known_speaker_references: Option<Vec<String>>,
        /// Languages that the sound may be in, ISO 639-1, for `gpt-transcribe` (2026).
        #[ts(optional, type = "Array<string>")]
        languages: Option<Vec<String>>,
        /// Words to expect, for `gpt-transcribe` (2026).
        #[ts(optional, type = "Array<string>")]
        keywords: Option<Vec<String>>,
    }
}

impl TranscriptionRequest {
    /// A request with nothing but what every request needs.
    pub fn new(file: Upload, model: impl Into<String>) -> Self {
        Self {
            file,
            model: model.into(),
            ..Self::default()
        }
    }
}

object! {
    /// The request for a translation into English.
    ///
    /// In Rust it goes out through [`Form`](super::form::Form).
    request struct TranslationRequest as "TranslationCreateParamsBase" {
        /// The sound: mp3, mp4, mpeg, mpga, m4a, wav or webm; flac and ogg too (2026).
        #[ts(type = "Uploadable")]
        file: Upload,
        /// The model to ask, for instance `whisper-1`.
        model: String,
        /// Words that set the style or come before, in English.
        #[ts(optional)]
        prompt: Option<String>,
        /// The form of the answer; default `json`. `text`, `srt` and `vtt` come as bare text.
        #[ts(optional)]
        response_format: Option<AudioResponseFormat>,
        /// How freely the model chooses: 0 to 1; default 0, where it raises it by itself as
        /// needed.
        #[ts(optional)]
        temperature: Option<f64>,
    }
}

impl TranslationRequest {
    /// A request with nothing but what every request needs.
    pub fn new(file: Upload, model: impl Into<String>) -> Self {
        Self {
            file,
            model: model.into(),
            ..Self::default()
        }
    }
}

open_enum! {
    /// The form of a transcription or translation.
    enum AudioResponseFormat {
        /// An object with the text.
        Json = "json",
        /// The bare text.
        Text = "text",
        /// Subtitles, `SubRip`.
        Srt = "srt",
        /// An object with text, times and more.
        VerboseJson = "verbose_json",
        /// Subtitles, `WebVTT`.
        Vtt = "vtt",
        /// An object with the speakers told apart (2026).
        DiarizedJson = "diarized_json",
    }
}

impl AudioResponseFormat {
    /// Whether the answer is bare text, no JSON.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Srt | Self::Vtt)
    }
}

open_enum! {
    /// Which times a transcription reports (2026).
    enum TimestampGranularity {
        /// Of each word; takes longer.
        Word = "word",
        /// Of each segment.
        Segment = "segment",
    }
}

union! {
    /// How sound is cut into chunks (2026).
    enum ChunkingStrategy by "type", text Mode(String) = "`auto`: the server decides." {
        /// At pauses in speech.
        "server_vad" => ServerVad(VadConfig),
    }
}

literal! {
    ServerVadType = "server_vad",
    DeltaType = "transcript.text.delta",
    DoneType = "transcript.text.done",
    SegmentType = "transcript.text.segment",
    TokensType = "tokens",
    DurationType = "duration",
}

object! {
    /// How pauses in speech are found (2026).
    request struct VadConfig as "VadConfigParam" {
        /// Always `server_vad`.
        r#type: ServerVadType,
        /// Sound to keep before speech, in milliseconds; default 300.
        #[ts(optional)]
        prefix_padding_ms: Option<u32>,
        /// Silence that ends speech, in milliseconds; default 200.
        #[ts(optional)]
        silence_duration_ms: Option<u32>,
        /// How loud speech must be, 0 to 1; default 0.5.
        #[ts(optional)]
        threshold: Option<f64>,
    }
}

object! {
    /// A transcription.
    response struct Transcription {
        /// The text.
        text: String,
        /// Log probabilities of its tokens, if the request asked (2026).
        logprobs: Option<Vec<TranscriptionLogprob>>,
        /// What it cost (2026).
        usage: Option<TranscriptionUsage>,
    }
}

object! {
    /// A token of a transcription (2026).
    response struct TranscriptionLogprob {
        /// The token's text.
        token: Option<String>,
        /// Its UTF-8 bytes.
        #[ts(optional, type = "Array<number>")]
        bytes: Option<Vec<u8>>,
        /// The natural logarithm of its probability.
        logprob: Option<f64>,
    }
}

union! {
    /// What a transcription cost (2026).
    enum TranscriptionUsage by "type" {
        /// In tokens.
        "tokens" => Tokens(TranscriptionTokens),
        /// By time.
        "duration" => Duration(TranscriptionDuration),
    }
}

object! {
    /// What a transcription cost in tokens (2026).
    response struct TranscriptionTokens {
        /// Always `tokens`.
        r#type: TokensType,
        /// Tokens of sound and prompt.
        input_tokens: u64,
        /// Tokens of the text.
        output_tokens: u64,
        /// Both together.
        total_tokens: u64,
        /// What the request's tokens were.
        input_token_details: Option<TranscriptionTokenDetails>,
    }
}

object! {
    /// What the tokens of a request for a transcription were (2026).
    response struct TranscriptionTokenDetails {
        /// Tokens of sound.
        audio_tokens: Option<u64>,
        /// Tokens of text.
        text_tokens: Option<u64>,
    }
}

object! {
    /// What a transcription cost by time (2026).
    response struct TranscriptionDuration {
        /// Always `duration`.
        r#type: DurationType,
        /// The sound's length in seconds.
        seconds: f64,
    }
}

object! {
    /// A transcription with times and more.
    response struct TranscriptionVerbose {
        /// `transcribe`; in no schema, but in the documents' examples.
        #[ts(optional)]
        task: Option<String>,
        /// The text.
        text: String,
        /// The language of the sound.
        language: String,
        /// The sound's length in seconds.
        duration: f64,
        /// The text in segments.
        segments: Option<Vec<TranscriptionSegment>>,
        /// The text in words, if the request asked (2026).
        words: Option<Vec<TranscriptionWord>>,
        /// What it cost (2026).
        #[ts(optional, type = "TranscriptionDuration")]
        usage: Option<TranscriptionUsage>,
    }
}

object! {
    /// A segment of a transcription.
    response struct TranscriptionSegment {
        /// Its number.
        id: u64,
        /// Where it was sought, in the model's frames.
        seek: u64,
        /// When it begins, in seconds.
        start: f64,
        /// When it ends, in seconds.
        end: f64,
        /// The text.
        text: String,
        /// The text's tokens.
        tokens: Vec<u32>,
        /// The temperature that it was made with.
        temperature: f64,
        /// The tokens' average log probability; below −1 the model has failed.
        avg_logprob: f64,
        /// How far the text compresses; above 2.4 the model has failed.
        compression_ratio: f64,
        /// The probability of silence; near 1 with an `avg_logprob` below −1 it is silence.
        no_speech_prob: f64,
    }
}

object! {
    /// A word of a transcription (2026).
    response struct TranscriptionWord {
        /// The word.
        word: String,
        /// When it begins, in seconds.
        start: f64,
        /// When it ends, in seconds.
        end: f64,
    }
}

object! {
    /// A transcription with the speakers told apart (2026).
    response struct TranscriptionDiarized {
        /// Always `transcribe`.
        #[ts(type = "\"transcribe\"")]
        task: String,
        /// The text.
        text: String,
        /// The sound's length in seconds.
        duration: f64,
        /// The text in segments, one speaker each.
        segments: Vec<TranscriptionDiarizedSegment>,
        /// What it cost.
        usage: Option<TranscriptionUsage>,
    }
}

object! {
    /// What one speaker said (2026); also an event of a streamed transcription.
    response struct TranscriptionDiarizedSegment {
        /// Always `transcript.text.segment`.
        r#type: SegmentType,
        /// Its identifier.
        id: String,
        /// Who spoke: a name that the request knew, or a letter.
        speaker: String,
        /// When it begins, in seconds.
        start: f64,
        /// When it ends, in seconds.
        end: f64,
        /// The text.
        text: String,
    }
}

union! {
    /// An event of a streamed transcription (2026).
    enum TranscriptionStreamEvent by "type" {
        /// Text to append.
        "transcript.text.delta" => Delta(TranscriptionTextDelta),
        /// The whole text.
        "transcript.text.done" => Done(TranscriptionTextDone),
        /// What one speaker said.
        "transcript.text.segment" => Segment(TranscriptionDiarizedSegment),
    }
}

object! {
    /// Text to append to a transcription (2026).
    response struct TranscriptionTextDelta as "TranscriptionTextDeltaEvent" {
        /// Always `transcript.text.delta`.
        r#type: DeltaType,
        /// The text.
        delta: String,
        /// Log probabilities of its tokens, if the request asked.
        logprobs: Option<Vec<TranscriptionLogprob>>,
        /// The segment that it belongs to.
        segment_id: Option<String>,
    }
}

object! {
    /// The whole text of a transcription (2026).
    response struct TranscriptionTextDone as "TranscriptionTextDoneEvent" {
        /// Always `transcript.text.done`.
        r#type: DoneType,
        /// The text.
        text: String,
        /// Log probabilities of its tokens, if the request asked.
        logprobs: Option<Vec<TranscriptionLogprob>>,
        /// What it cost.
        #[ts(optional, type = "TranscriptionTokens")]
        usage: Option<TranscriptionUsage>,
    }
}

object! {
    /// A translation into English.
    response struct Translation {
        /// The text.
        text: String,
    }
}

object! {
    /// A translation into English with times and more.
    response struct TranslationVerbose {
        /// `translate`; in no schema, but in the documents' examples.
        #[ts(optional)]
        task: Option<String>,
        /// The text.
        text: String,
        /// The language of the text: always `english`.
        language: String,
        /// The sound's length in seconds.
        duration: f64,
        /// The text in segments.
        segments: Option<Vec<TranscriptionSegment>>,
    }
}
