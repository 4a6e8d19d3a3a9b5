//! Moderations: `POST /moderations`.

use std::collections::BTreeMap;

literal! {
    TextType = "text",
    ImageUrlType = "image_url",
}

object! {
    /// The request to look for harmful content.
    request struct ModerationRequest as "ModerationCreateParams" {
        /// What to look at: a text, texts, or parts (2026).
        #[ts(type = "string | Array<string> | Array<ModerationMultiModalInput>")]
        input: ModerationInput,
        /// The model to ask; default `text-moderation-latest` (2023),
        /// `omni-moderation-latest` (2026).
        #[ts(optional)]
        model: Option<String>,
    }
}

impl ModerationRequest {
    /// A request with nothing but what every request needs.
    pub fn new(input: impl Into<ModerationInput>) -> Self {
        Self {
            input: input.into(),
            ..Self::default()
        }
    }
}

text_or_lists! {
    /// What to look at for harmful content.
    enum ModerationInput, read as "a string, or a list of strings or parts" {
        /// One text.
        Text,
        /// Several texts.
        Texts(String),
        /// Texts and images (2026).
        Parts(ModerationPart),
    }
}

union! {
    /// A text or an image to look at (2026).
    enum ModerationPart as "ModerationMultiModalInput" by "type" {
        /// A text.
        "text" => Text(ModerationText),
        /// An image.
        "image_url" => ImageUrl(ModerationImage),
    }
}

object! {
    /// A text to look at (2026).
    request struct ModerationText as "ModerationTextInput" {
        /// Always `text`.
        r#type: TextType,
        /// The text.
        text: String,
    }
}

object! {
    /// An image to look at (2026).
    request struct ModerationImage as "ModerationImageURLInput" {
        /// Always `image_url`.
        r#type: ImageUrlType,
        /// Where it is.
        image_url: ModerationImageUrl,
    }
}

object! {
    /// Where an image is (2026).
    request struct ModerationImageUrl as "ModerationImageURL" {
        /// The image's address, or a `data:` URL with base64 content.
        url: String,
    }
}

object! {
    /// What was found.
    response struct ModerationResponse as "ModerationCreateResponse" {
        /// The answer's identifier.
        id: String,
        /// The model that looked.
        model: String,
        /// One result an input.
        results: Vec<Moderation>,
    }
}

object! {
    /// What was found in one input. Categories by name: `hate`, `hate/threatening`,
    /// `self-harm`, `sexual`, `sexual/minors`, `violence`, `violence/graphic`; besides, in 2026,
    /// `harassment`, `harassment/threatening`, `illicit`, `illicit/violent`,
    /// `self-harm/intent`, `self-harm/instructions`.
    response struct Moderation {
        /// Whether anything was found.
        flagged: bool,
        /// Which categories were found.
        #[ts(type = "ModerationCategories")]
        categories: BTreeMap<String, bool>,
        /// A score for each category, 0 to 1: the higher the surer, but no probability.
        #[ts(type = "ModerationCategoryScores")]
        category_scores: BTreeMap<String, f64>,
        /// Which kinds of input (`text`, `image`) each score is about (2026).
        #[ts(optional = false, type = "ModerationCategoryAppliedInputTypes")]
        category_applied_input_types: Option<BTreeMap<String, Vec<String>>>,
    }
}
