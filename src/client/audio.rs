//! `POST /audio/{speech,transcriptions,translations}`

use super::read::{bytes, decode, whole};
use super::{ByteStream, Call, Client, EventStream, Meta};
use crate::transport::{Method, Streaming, Transport};
use crate::wire::audio::{
    AudioResponseFormat, Transcription, TranscriptionDiarized, TranscriptionRequest,
    TranscriptionStreamEvent, TranscriptionVerbose, Translation, TranslationRequest,
    TranslationVerbose,
};
use crate::wire::speech::{SpeechRequest, SpeechStreamEvent, SpeechStreamFormat};

/// Audio into text, and text into audio: [`Client::audio`].
#[derive(Debug)]
pub struct Audio<T: Transport>(Client<T>);

/// Speech: [`Audio::speech`].
#[derive(Debug)]
pub struct Speech<T: Transport>(Client<T>);

/// Transcriptions: [`Audio::transcriptions`].
#[derive(Debug)]
pub struct Transcriptions<T: Transport>(Client<T>);

/// Translations into English: [`Audio::translations`].
#[derive(Debug)]
pub struct Translations<T: Transport>(Client<T>);

/// The pieces of a transcription as they arrive.
pub type TranscriptionStream<T> = EventStream<T, TranscriptionStreamEvent>;

/// The pieces of speech as they arrive, with what it cost at the end. Every other end is an error.
pub type SpeechStream<T> = EventStream<T, SpeechStreamEvent>;

impl<T: Transport> Client<T> {
    /// Audio into text, and text into audio.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// # ) -> Result<(), openai_wasm::client::Error> {
    /// use openai_wasm::wire::Upload;
    /// use openai_wasm::wire::audio::{AudioResponseFormat, TranscriptionRequest};
    ///
    /// # let bytes = Vec::new();
    /// let mut request = TranscriptionRequest::new(Upload::new("audio.mp3", bytes), "whisper-1");
    /// request.response_format = Some(AudioResponseFormat::Srt);
    /// let subtitles = client.audio().transcriptions().create(&request).await?;
    /// println!("{}", subtitles.text());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn audio(&self) -> Audio<T> {
        Audio(self.clone())
    }
}

impl<T: Transport> Audio<T> {
    /// Sound of a text.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// # ) -> Result<(), openai_wasm::client::Error>
    /// # where T::Body: openai_wasm::transport::Streaming<T::Fault> {
    /// use openai_wasm::wire::speech::SpeechRequest;
    ///
    /// let request = SpeechRequest::new("gpt-4o-mini-tts", "alloy", "Say this is a test");
    /// let mp3: Vec<u8> = client.audio().speech().create(&request).await?.read_to_end().await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn speech(&self) -> Speech<T> {
        Speech(self.0.clone())
    }

    /// Text in the language that was spoken.
    #[must_use]
    pub fn transcriptions(&self) -> Transcriptions<T> {
        Transcriptions(self.0.clone())
    }

    /// Text in English.
    #[must_use]
    pub fn translations(&self) -> Translations<T> {
        Translations(self.0.clone())
    }
}

impl<T: Transport> Speech<T> {
    /// Asks for sound and gives its bytes as they come, or all of them by
    /// [`read_to_end`](ByteStream::read_to_end); `request.stream_format` is left out.
    ///
    /// Where a server neither tells the length of the sound nor ends it by chunks of HTTP, a connection
    /// that is closed in the middle looks like the end; in [`stream`](Self::stream) it never does.
    pub fn create(&self, request: &SpeechRequest) -> Call<T, ByteStream<T>>
    where
        T: 'static,
        T::Body: Streaming<T::Fault>,
    {
        let mut request = request.clone();
        request.stream_format = None;
        let call = Call::new(&self.0, Method::Post, SPEECH, bytes());
        call.accept("application/octet-stream").json(&request)
    }

    /// Asks for sound in events; `request.stream_format` is set. Not with `tts-1` or `tts-1-hd`.
    pub fn stream(&self, request: &SpeechRequest) -> Call<T, SpeechStream<T>>
    where
        T: 'static,
        T::Body: Streaming<T::Fault>,
    {
        let mut request = request.clone();
        request.stream_format = Some(SpeechStreamFormat::Sse);
        self.0.ask_for_events(Method::Post, SPEECH).json(&request)
    }
}

impl<T: Transport> Transcriptions<T> {
    /// Asks for a transcription in the form that the request names; `request.stream` is left out.
    pub fn create(&self, request: &TranscriptionRequest) -> Call<T, TranscriptionAnswer> {
        let mut request = request.clone();
        request.stream = None;
        let form = Form::of(request.response_format.as_ref());
        let read = whole(move |meta, text| {
            Ok(match form.under(meta) {
                Form::Json => TranscriptionAnswer::Json(decode(meta, &text)?),
                Form::Verbose => TranscriptionAnswer::Verbose(decode(meta, &text)?),
                Form::Diarized => TranscriptionAnswer::Diarized(decode(meta, &text)?),
                Form::Text | Form::Unknown => TranscriptionAnswer::Text(text),
            })
        });
        Call::new(&self.0, Method::Post, TRANSCRIPTIONS, read).form(&request)
    }

    /// Asks for a transcription in pieces (2026); `request.stream` is set.
    pub fn stream(&self, request: &TranscriptionRequest) -> Call<T, TranscriptionStream<T>>
    where
        T: 'static,
        T::Body: Streaming<T::Fault>,
    {
        let mut request = request.clone();
        request.stream = Some(true);
        let call = self.0.ask_for_events(Method::Post, TRANSCRIPTIONS);
        call.form(&request)
    }
}

impl<T: Transport> Translations<T> {
    /// Asks for a translation in the form that the request names.
    pub fn create(&self, request: &TranslationRequest) -> Call<T, TranslationAnswer> {
        let form = Form::of(request.response_format.as_ref());
        let read = whole(move |meta, text| {
            Ok(match form.under(meta) {
                Form::Json | Form::Diarized => TranslationAnswer::Json(decode(meta, &text)?),
                Form::Verbose => TranslationAnswer::Verbose(decode(meta, &text)?),
                Form::Text | Form::Unknown => TranslationAnswer::Text(text),
            })
        });
        Call::new(&self.0, Method::Post, "/audio/translations", read).form(request)
    }
}

const SPEECH: &str = "/audio/speech";
const TRANSCRIPTIONS: &str = "/audio/transcriptions";

/// A transcription in the form that was asked for.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TranscriptionAnswer {
    /// `json`, the default.
    Json(Transcription),
    /// `verbose_json`.
    Verbose(TranscriptionVerbose),
    /// `diarized_json` (2026).
    Diarized(TranscriptionDiarized),
    /// `text`, `srt` or `vtt`, as it came.
    Text(String),
}

impl TranscriptionAnswer {
    /// The text; subtitles as they came.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Json(answer) => &answer.text,
            Self::Verbose(answer) => &answer.text,
            Self::Diarized(answer) => &answer.text,
            Self::Text(text) => text,
        }
    }
}

/// A translation in the form that was asked for.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TranslationAnswer {
    /// `json`, the default.
    Json(Translation),
    /// `verbose_json`.
    Verbose(TranslationVerbose),
    /// `text`, `srt` or `vtt`, as it came.
    Text(String),
}

impl TranslationAnswer {
    /// The text; subtitles as they came.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Json(answer) => &answer.text,
            Self::Verbose(answer) => &answer.text,
            Self::Text(text) => text,
        }
    }
}

/// Which of the forms an answer has.
#[derive(Clone, Copy)]
enum Form {
    Json,
    Verbose,
    Diarized,
    Text,
    /// One that no document names: the media type tells.
    Unknown,
}

impl Form {
    fn of(format: Option<&AudioResponseFormat>) -> Self {
        match format {
            None | Some(AudioResponseFormat::Json) => Self::Json,
            Some(AudioResponseFormat::VerboseJson) => Self::Verbose,
            Some(AudioResponseFormat::DiarizedJson) => Self::Diarized,
            Some(format) if format.is_text() => Self::Text,
            Some(_) => Self::Unknown,
        }
    }

    fn under(self, meta: &Meta) -> Self {
        let json = || meta.media_type().is_some_and(|kind| kind.contains("json"));
        match self {
            Self::Unknown if json() => Self::Json,
            form => form,
        }
    }
}
