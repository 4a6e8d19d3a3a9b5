//! Text into sound (2026): `POST /audio/speech`.

use super::chat::Voice;
use super::embedding::base64;

object! {
    /// The request for speech (2026).
    request struct SpeechRequest as "SpeechCreateParams" {
        /// The text to speak, at most 4096 characters.
        input: String,
        /// The model to ask, for instance `gpt-4o-mini-tts`.
        model: String,
        /// Whose voice it is.
        voice: Voice,
        /// How to speak; not with `tts-1` or `tts-1-hd`.
        #[ts(optional)]
        instructions: Option<String>,
        /// The format of the sound; default `mp3`.
        #[ts(optional)]
        response_format: Option<SpeechFormat>,
        /// How fast it is: 0.25 to 4; default 1.
        #[ts(optional)]
        speed: Option<f64>,
        /// Whether the sound comes as bytes, which is the default, or in server-sent events; not with
        /// `tts-1` or `tts-1-hd`.
        #[ts(optional)]
        stream_format: Option<SpeechStreamFormat>,
    }
}

impl SpeechRequest {
    /// A request with nothing but what every request needs; `voice` is the name of a built-in one.
    pub fn new(
        model: impl Into<String>,
        voice: impl Into<String>,
        input: impl Into<String>,
    ) -> Self {
        Self {
            input: input.into(),
            model: model.into(),
            voice: Voice::Name(voice.into()),
            ..Self::default()
        }
    }
}

open_enum! {
    /// The format of speech (2026).
    enum SpeechFormat {
        /// MPEG audio layer III.
        Mp3 = "mp3",
        /// Opus.
        Opus = "opus",
        /// Advanced Audio Coding.
        Aac = "aac",
        /// Free Lossless Audio Codec.
        Flac = "flac",
        /// RIFF WAVE.
        Wav = "wav",
        /// Raw 16-bit samples, 24,000 a second, little-endian.
        Pcm = "pcm",
    }
}

open_enum! {
    /// How speech comes (2026).
    enum SpeechStreamFormat {
        /// In server-sent events.
        Sse = "sse",
        /// As its bytes.
        Audio = "audio",
    }
}

literal! {
    SpeechDeltaType = "speech.audio.delta",
    SpeechDoneType = "speech.audio.done",
}

union! {
    /// An event of streamed speech (2026).
    enum SpeechStreamEvent by "type" {
        /// Sound to append.
        "speech.audio.delta" => Delta(SpeechAudioDelta),
        /// The end, and what it cost.
        "speech.audio.done" => Done(SpeechAudioDone),
    }
}

object! {
    /// Sound to append (2026).
    response struct SpeechAudioDelta as "SpeechAudioDeltaEvent" {
        /// Always `speech.audio.delta`.
        r#type: SpeechDeltaType,
        /// The bytes in base64.
        audio: String,
    }
}

impl SpeechAudioDelta {
    /// The bytes; `None` if they are not base64.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        base64(&self.audio)
    }
}

object! {
    /// The end of streamed speech (2026).
    response struct SpeechAudioDone as "SpeechAudioDoneEvent" {
        /// Always `speech.audio.done`.
        r#type: SpeechDoneType,
        /// What it cost.
        usage: Option<SpeechUsage>,
    }
}

object! {
    /// What speech cost in tokens (2026).
    response struct SpeechUsage {
        /// Tokens of the text.
        input_tokens: u64,
        /// Tokens of the sound.
        output_tokens: u64,
        /// Both together.
        total_tokens: u64,
    }
}
