//! Message contents: a text, or a list of parts.

use std::borrow::Cow;

literal! {
    TextType = "text",
    ImageUrlType = "image_url",
    InputAudioType = "input_audio",
    FileType = "file",
    RefusalType = "refusal",
    ExplicitMode = "explicit",
}

text_or_list! {
    /// A message's content. Developer, system and tool messages take text parts only; an
    /// assistant's takes text parts, or one refusal (2026).
    enum ChatCompletionContent {
        /// The content as one text.
        Text,
        /// The content in parts (2026), at least one.
        Parts(ChatCompletionContentPart),
    }
}

impl ChatCompletionContent {
    /// The text of it all: the text parts joined, other parts left out.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Parts(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    ChatCompletionContentPart::Text(part) => Some(part.text.as_str()),
                    _ => None,
                })
                .collect(),
        }
    }
}

union! {
    /// A part of a message's content (2026).
    enum ChatCompletionContentPart by "type" {
        /// Text.
        "text" => Text(ContentPartText),
        /// An image, by address or as data.
        "image_url" => ImageUrl(ContentPartImage),
        /// Recorded sound.
        "input_audio" => InputAudio(ContentPartInputAudio),
        /// A file, uploaded before or as data.
        "file" => File(ContentPartFile),
        /// A refusal, in assistant messages only.
        #[ts(skip)]
        "refusal" => Refusal(ContentPartRefusal),
    }
}

impl From<&str> for ChatCompletionContentPart {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl ChatCompletionContentPart {
    /// A text part.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(ContentPartText {
            text: text.into(),
            ..Default::default()
        })
    }

    /// An image by its address, or by a `data:` URL with base64 content.
    pub fn image_url(url: impl Into<String>) -> Self {
        Self::ImageUrl(ContentPartImage {
            image_url: ImageUrl {
                url: url.into(),
                ..Default::default()
            },
            ..Default::default()
        })
    }

    /// Recorded sound: base64 data and its format.
    pub fn input_audio(data: impl Into<String>, format: InputAudioFormat) -> Self {
        Self::InputAudio(ContentPartInputAudio {
            input_audio: InputAudio {
                data: data.into(),
                format,
                ..Default::default()
            },
            ..Default::default()
        })
    }

    /// A file that was uploaded before.
    pub fn file_id(file_id: impl Into<String>) -> Self {
        Self::File(ContentPartFile {
            file: FileInput {
                file_id: Some(file_id.into()),
                ..Default::default()
            },
            ..Default::default()
        })
    }
}

object! {
    /// A text part.
    request struct ContentPartText as "ChatCompletionContentPartText" {
        /// Always `text`.
        r#type: TextType,
        /// The text.
        text: String,
        /// Ends a reusable prefix of the prompt here (2026).
        prompt_cache_breakpoint: Option<PromptCacheBreakpoint>,
    }
}

object! {
    /// An image part (2026).
    request struct ContentPartImage as "ChatCompletionContentPartImage" {
        /// Always `image_url`.
        r#type: ImageUrlType,
        /// The image.
        image_url: ImageUrl,
        /// Ends a reusable prefix of the prompt here (2026).
        prompt_cache_breakpoint: Option<PromptCacheBreakpoint>,
    }
}

object! {
    /// Where an image is, and how closely to look at it (2026).
    request struct ImageUrl as "ImageURLInput" {
        /// The image's address, or a `data:` URL with base64 content.
        url: String,
        /// How closely to look; the server's default is `auto`.
        detail: Option<ImageDetail>,
    }
}

open_enum! {
    /// How closely a model looks at an image (2026).
    enum ImageDetail {
        /// The model decides.
        Auto = "auto",
        /// Quick and cheap.
        Low = "low",
        /// In detail.
        High = "high",
    }
}

object! {
    /// A part of recorded sound (2026).
    request struct ContentPartInputAudio as "ChatCompletionContentPartInputAudio" {
        /// Always `input_audio`.
        r#type: InputAudioType,
        /// The sound.
        input_audio: InputAudio,
        /// Ends a reusable prefix of the prompt here (2026).
        prompt_cache_breakpoint: Option<PromptCacheBreakpoint>,
    }
}

object! {
    /// Recorded sound (2026).
    request struct InputAudio as "InputAudioData" {
        /// The bytes, base64.
        data: String,
        /// Their format.
        format: InputAudioFormat,
    }
}

open_enum! {
    /// The format of recorded sound (2026).
    enum InputAudioFormat {
        /// RIFF WAVE.
        Wav = "wav",
        /// MPEG audio layer III.
        Mp3 = "mp3",
    }
}

object! {
    /// A file part (2026).
    request struct ContentPartFile as "ChatCompletionContentPartFile" {
        /// Always `file`.
        r#type: FileType,
        /// The file.
        file: FileInput,
        /// Ends a reusable prefix of the prompt here (2026).
        prompt_cache_breakpoint: Option<PromptCacheBreakpoint>,
    }
}

object! {
    /// A file, uploaded before (`file_id`) or as data (`file_data` with `filename`) (2026).
    request struct FileInput {
        /// The bytes, base64.
        file_data: Option<String>,
        /// The identifier of an uploaded file.
        file_id: Option<String>,
        /// The file's name, to go with `file_data`.
        filename: Option<String>,
    }
}

object! {
    /// A refusal part (2026), in assistant messages only.
    request struct ContentPartRefusal as "ChatCompletionContentPartRefusal" {
        /// Always `refusal`.
        r#type: RefusalType,
        /// What the model said in refusing.
        refusal: String,
    }
}

object! {
    /// The end of a reusable prefix of the prompt (2026). It lives as long as the request's
    /// `prompt_cache_options.ttl` says.
    request struct PromptCacheBreakpoint {
        /// Always `explicit`.
        mode: ExplicitMode,
    }
}
