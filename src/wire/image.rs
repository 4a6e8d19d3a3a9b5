//! Images: `POST /images/{generations,edits,variations}`.

use super::upload::Upload;

object! {
    /// The request for images from words.
    request struct ImageRequest as "ImageGenerateParamsBase" {
        /// What the images are to show: up to 1,000 characters (2023), or 32,000 for GPT image
        /// models and 4,000 for `dall-e-3` (2026).
        prompt: String,
        /// The model to ask (2026); default `dall-e-2`.
        model: Option<String>,
        /// How many images to make: 1 to 10; default 1. `dall-e-3` makes one.
        n: Option<u32>,
        /// Their size, `WIDTHxHEIGHT` in pixels. 2023: `256x256`, `512x512` or `1024x1024`, the
        /// default. 2026: by model, or `auto`.
        size: Option<ImageSize>,
        /// How they come; default `url`. GPT image models always send base64.
        response_format: Option<ImageResponseFormat>,
        /// How good they are to be (2026); default `auto`.
        quality: Option<ImageQuality>,
        /// Their style, `dall-e-3` only (2026); default `vivid`.
        style: Option<ImageStyle>,
        /// Their background, GPT image models only (2026); default `auto`.
        background: Option<ImageBackground>,
        /// How strictly the request is looked at, GPT image models only (2026); default `auto`.
        moderation: Option<ImageModeration>,
        /// The format of the bytes, GPT image models only (2026); default `png`.
        output_format: Option<ImageOutputFormat>,
        /// Compression in percent, 0 to 100, for `webp` and `jpeg` (2026); default 100.
        output_compression: Option<u32>,
        /// Whether images come in stages, as server-sent events (2026). Default `false`.
        stream: Option<bool>,
        /// How many stages, 0 to 3; only with `stream` (2026).
        partial_images: Option<u32>,
        /// An identifier of the end user, against abuse.
        #[ts(optional)]
        user: Option<String>,
    }
}

impl ImageRequest {
    /// A request with nothing but what every request needs.
    pub fn new(prompt: impl Into<String>) -> Self {
        Self {
            prompt: prompt.into(),
            ..Self::default()
        }
    }
}

object! {
    /// The request to edit an image.
    ///
    /// In Rust it goes out through [`Form`](super::form::Form).
    request struct ImageEditRequest as "ImageEditParamsBase" {
        /// The image: a PNG under 4 MB, square; transparent where it is to be edited, unless
        /// there is a mask. GPT image models take up to 16 images, PNG, WebP or JPEG under 50 MB
        /// (2026).
        #[ts(type = "Uploadable | Array<Uploadable>")]
        image: Vec<Upload>,
        /// What the image is to show: up to 1,000 characters, or 32,000 for GPT image models
        /// (2026).
        prompt: String,
        /// An image that is transparent where the first one is to be edited: a PNG under 4 MB
        /// of the same size.
        #[ts(optional)]
        mask: Option<Upload>,
        /// The model to ask (2026).
        model: Option<String>,
        /// How many images to make: 1 to 10; default 1.
        n: Option<u32>,
        /// Their size; default `1024x1024`.
        size: Option<ImageSize>,
        /// How they come; default `url`. GPT image models always send base64.
        response_format: Option<ImageResponseFormat>,
        /// How good they are to be (2026); default `auto`.
        quality: Option<ImageQuality>,
        /// Their background, GPT image models only (2026); default `auto`.
        background: Option<ImageBackground>,
        /// How close to keep to the image's faces and features (2026); default `low`.
        input_fidelity: Option<InputFidelity>,
        /// The format of the bytes, GPT image models only (2026); default `png`.
        output_format: Option<ImageOutputFormat>,
        /// Compression in percent, 0 to 100, for `webp` and `jpeg` (2026); default 100.
        output_compression: Option<u32>,
        /// Whether images come in stages, as server-sent events (2026). Default `false`.
        stream: Option<bool>,
        /// How many stages, 0 to 3; only with `stream` (2026).
        partial_images: Option<u32>,
        /// An identifier of the end user, against abuse.
        #[ts(optional)]
        user: Option<String>,
    }
}

impl ImageEditRequest {
    /// A request to edit `image` as `prompt` says.
    pub fn new(image: Upload, prompt: impl Into<String>) -> Self {
        Self {
            image: vec![image],
            prompt: prompt.into(),
            ..Self::default()
        }
    }
}

object! {
    /// The request for variations of an image.
    ///
    /// In Rust it goes out through [`Form`](super::form::Form).
    request struct ImageVariationRequest as "ImageCreateVariationParams" {
        /// The image: a PNG under 4 MB, square.
        #[ts(type = "Uploadable")]
        image: Upload,
        /// The model to ask (2026); default `dall-e-2`.
        model: Option<String>,
        /// How many images to make: 1 to 10; default 1.
        n: Option<u32>,
        /// Their size: `256x256`, `512x512` or `1024x1024`, the default.
        size: Option<ImageSize>,
        /// How they come; default `url`.
        response_format: Option<ImageResponseFormat>,
        /// An identifier of the end user, against abuse.
        #[ts(optional)]
        user: Option<String>,
    }
}

impl ImageVariationRequest {
    /// A request for variations of `image`.
    #[must_use]
    pub fn new(image: Upload) -> Self {
        Self {
            image,
            ..Self::default()
        }
    }
}

open_enum! {
    /// The size of an image in pixels. `gpt-image-2` takes others too.
    enum ImageSize {
        /// The model decides (2026).
        Auto = "auto",
        /// 256 by 256.
        Square256 = "256x256",
        /// 512 by 512.
        Square512 = "512x512",
        /// 1,024 by 1,024.
        Square1024 = "1024x1024",
        /// 1,536 wide, 1,024 high (2026).
        Landscape1536 = "1536x1024",
        /// 1,024 wide, 1,536 high (2026).
        Portrait1536 = "1024x1536",
        /// 1,792 wide, 1,024 high (2026).
        Landscape1792 = "1792x1024",
        /// 1,024 wide, 1,792 high (2026).
        Portrait1792 = "1024x1792",
    }
}

open_enum! {
    /// How images come.
    enum ImageResponseFormat {
        /// As an address that is good for an hour.
        Url = "url",
        /// As base64.
        B64Json = "b64_json",
    }
}

open_enum! {
    /// How good an image is (2026).
    enum ImageQuality {
        /// The model decides.
        Auto = "auto",
        /// The one quality of `dall-e-2`, and one of two of `dall-e-3`.
        Standard = "standard",
        /// The better one of `dall-e-3`.
        Hd = "hd",
        /// The lowest of GPT image models.
        Low = "low",
        /// The middle one.
        Medium = "medium",
        /// The highest.
        High = "high",
    }
}

open_enum! {
    /// The style of `dall-e-3` (2026).
    enum ImageStyle {
        /// Dramatic.
        Vivid = "vivid",
        /// Less so.
        Natural = "natural",
    }
}

open_enum! {
    /// The background of an image (2026).
    enum ImageBackground {
        /// None; needs `png` or `webp`.
        Transparent = "transparent",
        /// Some.
        Opaque = "opaque",
        /// The model decides.
        Auto = "auto",
    }
}

open_enum! {
    /// How strictly a request for images is looked at (2026).
    enum ImageModeration {
        /// Less.
        Low = "low",
        /// As usual.
        Auto = "auto",
    }
}

open_enum! {
    /// The format of an image's bytes (2026).
    enum ImageOutputFormat {
        /// PNG.
        Png = "png",
        /// JPEG.
        Jpeg = "jpeg",
        /// WebP.
        Webp = "webp",
    }
}

open_enum! {
    /// How close an edit keeps to an image's faces and features (2026).
    enum InputFidelity {
        /// Close.
        High = "high",
        /// Less close.
        Low = "low",
    }
}

object! {
    /// Images.
    response struct ImagesResponse {
        /// When they were made, Unix time in seconds.
        created: u64,
        /// The images.
        #[ts(optional, type = "Array<Image>")]
        data: Option<Vec<Image>>,
        /// Their background (2026).
        background: Option<ImageBackground>,
        /// The format of their bytes (2026).
        output_format: Option<ImageOutputFormat>,
        /// How good they are (2026).
        quality: Option<ImageQuality>,
        /// Their size (2026).
        size: Option<ImageSize>,
        /// What they cost (2026).
        usage: Option<ImageUsage>,
    }
}

object! {
    /// An image: an address or base64.
    response struct Image {
        /// Where it is, for an hour.
        url: Option<String>,
        /// Its bytes, base64.
        b64_json: Option<String>,
        /// What `dall-e-3` made of the prompt (2026).
        revised_prompt: Option<String>,
    }
}

object! {
    /// What images cost in tokens (2026).
    response struct ImageUsage {
        /// Tokens of prompt and images.
        input_tokens: u64,
        /// Tokens of the new images.
        output_tokens: u64,
        /// Both together.
        total_tokens: u64,
        /// What the request's tokens were.
        input_tokens_details: ImageTokensDetails,
        /// What the answer's tokens were.
        output_tokens_details: Option<ImageTokensDetails>,
    }
}

object! {
    /// What tokens were: text or images (2026).
    response struct ImageTokensDetails {
        /// Tokens of images.
        image_tokens: u64,
        /// Tokens of text.
        text_tokens: u64,
    }
}

object! {
    /// A stage of an image that comes as a stream, or the image itself (2026).
    response struct ImageStreamEvent {
        /// Which of the two.
        r#type: ImageStreamEventType,
        /// The bytes, base64.
        b64_json: String,
        /// When it was made, Unix time in seconds.
        created_at: u64,
        /// Its background.
        #[ts(type = "ImageBackground")]
        background: Option<ImageBackground>,
        /// The format of its bytes.
        #[ts(type = "ImageOutputFormat")]
        output_format: Option<ImageOutputFormat>,
        /// How good it is.
        #[ts(type = "ImageQuality")]
        quality: Option<ImageQuality>,
        /// Its size.
        #[ts(type = "ImageSize")]
        size: Option<ImageSize>,
        /// Which stage it is, from 0.
        partial_image_index: Option<u32>,
        /// What it cost; with the image itself.
        usage: Option<ImageUsage>,
    }
}

open_enum! {
    /// What an event of an image stream brings (2026).
    enum ImageStreamEventType {
        /// A stage of a new image.
        GenerationPartial = "image_generation.partial_image",
        /// A new image.
        GenerationCompleted = "image_generation.completed",
        /// A stage of an edited image.
        EditPartial = "image_edit.partial_image",
        /// An edited image.
        EditCompleted = "image_edit.completed",
    }
}
