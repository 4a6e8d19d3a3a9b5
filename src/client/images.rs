//! `POST /images/{generations,edits,variations}`

use super::{Call, Client, EventStream};
use crate::transport::{Method, Streaming, Transport};
use crate::wire::image::{
    ImageEditRequest, ImageRequest, ImageStreamEvent, ImageVariationRequest, ImagesResponse,
};

/// Images: [`Client::images`].
#[derive(Debug)]
pub struct Images<T: Transport>(Client<T>);

/// The stages of an image as they arrive.
pub type ImageStream<T> = EventStream<T, ImageStreamEvent>;

impl<T: Transport> Client<T> {
    /// Images from words and from images.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// # ) -> Result<(), openai_wasm::client::Error> {
    /// use openai_wasm::wire::Upload;
    /// use openai_wasm::wire::image::{ImageEditRequest, ImageRequest};
    ///
    /// let images = client.images().generate(&ImageRequest::new("A baby sea otter")).await?;
    ///
    /// # let png = Vec::new();
    /// let otter = Upload::new("otter.png", png);
    /// let edit = ImageEditRequest::new(otter, "A baby sea otter with a beret");
    /// let images = client.images().edit(&edit).await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn images(&self) -> Images<T> {
        Images(self.clone())
    }
}

impl<T: Transport> Images<T> {
    /// Asks for images from words; `request.stream` is left out.
    pub fn generate(&self, request: &ImageRequest) -> Call<T, ImagesResponse> {
        let mut request = request.clone();
        request.stream = None;
        self.0.ask(Method::Post, GENERATIONS).json(&request)
    }

    /// Asks for an image from words in stages (2026); `request.stream` is set.
    pub fn stream_generate(&self, request: &ImageRequest) -> Call<T, ImageStream<T>>
    where
        T: 'static,
        T::Body: Streaming<T::Fault>,
    {
        let mut request = request.clone();
        request.stream = Some(true);
        let call = self.0.ask_for_events(Method::Post, GENERATIONS);
        call.json(&request)
    }

    /// Edits an image; `request.stream` is left out.
    pub fn edit(&self, request: &ImageEditRequest) -> Call<T, ImagesResponse> {
        let mut request = request.clone();
        request.stream = None;
        let call = self.0.ask(Method::Post, EDITS);
        with_image(call, &request)
    }

    /// Edits an image in stages (2026); `request.stream` is set.
    pub fn stream_edit(&self, request: &ImageEditRequest) -> Call<T, ImageStream<T>>
    where
        T: 'static,
        T::Body: Streaming<T::Fault>,
    {
        let mut request = request.clone();
        request.stream = Some(true);
        with_image(self.0.ask_for_events(Method::Post, EDITS), &request)
    }

    /// Asks for variations of an image.
    pub fn create_variation(&self, request: &ImageVariationRequest) -> Call<T, ImagesResponse> {
        self.0.ask(Method::Post, "/images/variations").form(request)
    }
}

fn with_image<T: Transport, R>(call: Call<T, R>, request: &ImageEditRequest) -> Call<T, R> {
    call.refuse_if(request.image.is_empty(), "image", "is required")
        .form(request)
}

const GENERATIONS: &str = "/images/generations";
const EDITS: &str = "/images/edits";
