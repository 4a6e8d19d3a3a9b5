//! Parts of a message's content.

use super::super::chat::ImageDetail;

literal! {
    InputTextType = "input_text",
    InputImageType = "input_image",
    InputFileType = "input_file",
    OutputTextType = "output_text",
    RefusalType = "refusal",
    ReasoningTextType = "reasoning_text",
    SummaryTextType = "summary_text",
    UrlCitationType = "url_citation",
    FileCitationType = "file_citation",
    ContainerFileCitationType = "container_file_citation",
    FilePathType = "file_path",
}

text_or_list! {
    /// The content of a message that goes to the model.
    enum ResponseContent {
        /// The content as one text.
        Text,
        /// The content in parts.
        Parts(ResponseContentPart),
    }
}

union! {
    /// A part of a content: what goes in, and what comes out.
    enum ResponseContentPart by "type" {
        /// Text that goes in.
        "input_text" => InputText(InputText),
        /// An image that goes in.
        "input_image" => InputImage(InputImage),
        /// A file that goes in.
        "input_file" => InputFile(InputFile),
        /// Text that the model made.
        "output_text" => OutputText(OutputText),
        /// What it said in refusing.
        "refusal" => Refusal(Refusal),
        /// What it thought.
        "reasoning_text" => ReasoningText(ReasoningText),
    }
}

impl ResponseContentPart {
    /// The text that the model made, if this part is one.
    #[must_use]
    pub fn output_text(&self) -> Option<&str> {
        match self {
            Self::OutputText(part) => Some(&part.text),
            _ => None,
        }
    }
}

object! {
    /// Text that goes to the model.
    request struct InputText as "ResponseInputText" {
        /// Always `input_text`.
        r#type: InputTextType,
        /// The text.
        text: String,
    }
}

object! {
    /// An image that goes to the model.
    request struct InputImage as "ResponseInputImage" {
        /// Always `input_image`.
        r#type: InputImageType,
        /// Its address, or a data URL.
        image_url: Option<String>,
        /// The identifier of an uploaded file.
        file_id: Option<String>,
        /// How closely to look; default `auto`.
        detail: Option<ImageDetail>,
    }
}

object! {
    /// A file that goes to the model.
    request struct InputFile as "ResponseInputFile" {
        /// Always `input_file`.
        r#type: InputFileType,
        /// The identifier of an uploaded file.
        file_id: Option<String>,
        /// Its bytes, as a data URL.
        #[ts(optional)]
        file_data: Option<String>,
        /// Its address.
        #[ts(optional)]
        file_url: Option<String>,
        /// Its name.
        #[ts(optional)]
        filename: Option<String>,
    }
}

object! {
    /// Text that the model made.
    response struct OutputText as "ResponseOutputText" {
        /// Always `output_text`.
        r#type: OutputTextType,
        /// The text.
        text: String,
        /// What pieces of the text refer to.
        annotations: Vec<ResponseAnnotation>,
        /// Log probabilities of its tokens, if the request asked.
        logprobs: Option<Vec<ResponseLogprob>>,
    }
}

object! {
    /// What the model said in refusing.
    response struct Refusal as "ResponseOutputRefusal" {
        /// Always `refusal`.
        r#type: RefusalType,
        /// What it said.
        refusal: String,
    }
}

object! {
    /// What the model thought.
    response struct ReasoningText as "ResponseReasoningText" {
        /// Always `reasoning_text`.
        r#type: ReasoningTextType,
        /// The text.
        text: String,
    }
}

object! {
    /// A summary of what the model thought.
    response struct SummaryText as "ResponseSummaryText" {
        /// Always `summary_text`.
        r#type: SummaryTextType,
        /// The text.
        text: String,
    }
}

union! {
    /// What a piece of a text refers to.
    enum ResponseAnnotation by "type" {
        /// A page of the web.
        "url_citation" => UrlCitation(ResponseUrlCitation),
        /// A file.
        "file_citation" => FileCitation(ResponseFileCitation),
        /// A file that code made.
        "container_file_citation" => ContainerFileCitation(ResponseContainerFileCitation),
        /// The path of a file.
        "file_path" => FilePath(ResponseFilePath),
    }
}

object! {
    /// A page of the web that a piece of a text refers to.
    response struct ResponseUrlCitation {
        /// Always `url_citation`.
        r#type: UrlCitationType,
        /// The page's address.
        url: String,
        /// The page's title.
        title: String,
        /// The place of the piece's first character in the text.
        start_index: u64,
        /// The place of the piece's last character in the text.
        end_index: u64,
    }
}

object! {
    /// A file that a piece of a text refers to.
    response struct ResponseFileCitation {
        /// Always `file_citation`.
        r#type: FileCitationType,
        /// The file's identifier.
        file_id: String,
        /// The file's name.
        filename: String,
        /// Its place in the list of files.
        index: u64,
    }
}

object! {
    /// A file, made by code, that a piece of a text refers to.
    response struct ResponseContainerFileCitation {
        /// Always `container_file_citation`.
        r#type: ContainerFileCitationType,
        /// The container's identifier.
        container_id: String,
        /// The file's identifier.
        file_id: String,
        /// The file's name.
        filename: String,
        /// The place of the piece's first character in the text.
        start_index: u64,
        /// The place of the piece's last character in the text.
        end_index: u64,
    }
}

object! {
    /// The path of a file.
    response struct ResponseFilePath {
        /// Always `file_path`.
        r#type: FilePathType,
        /// The file's identifier.
        file_id: String,
        /// Its place in the list of files.
        index: u64,
    }
}

object! {
    /// The log probability of a token.
    response struct ResponseLogprob {
        /// The token.
        token: String,
        /// Its log probability.
        logprob: f64,
        /// The token in UTF-8.
        bytes: Option<Vec<u8>>,
        /// The likeliest tokens at this place.
        top_logprobs: Option<Vec<ResponseTopLogprob>>,
    }
}

object! {
    /// One of the likeliest tokens at a place.
    response struct ResponseTopLogprob {
        /// The token.
        token: String,
        /// Its log probability.
        logprob: f64,
        /// The token in UTF-8.
        bytes: Option<Vec<u8>>,
    }
}
