//! What the proxy can serve. Behind one key stand all users' files, answers and fine-tunes, so what
//! is not listed here does not exist, and what is listed lets no caller see another's objects.

use serde::Deserialize;

/// An endpoint of the API. In JSON it is its [name](Route::name).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(try_from = "String")]
#[cfg_attr(test, serde(into = "String"))]
#[non_exhaustive]
pub enum Route {
    /// `POST /v1/chat/completions`, always served.
    ChatCompletions,
    /// `GET /v1/models`, and `GET /v1/models/{model}` below it.
    Models,
    /// `POST /v1/completions`
    Completions,
    /// `POST /v1/embeddings`
    Embeddings,
    /// `POST /v1/moderations`
    Moderations,
    /// `POST /v1/images/generations`
    ImageGenerations,
    /// `POST /v1/responses`, of which nothing is kept.
    Responses,
    /// `POST /v1/responses/input_tokens`, which costs nothing.
    InputTokens,
    /// `POST /v1/audio/transcriptions`
    AudioTranscriptions,
    /// `POST /v1/audio/translations`
    AudioTranslations,
    /// `POST /v1/audio/speech`
    Speech,
}

/// What a route takes as its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// Nothing.
    None,
    /// `application/json`, read and checked.
    Json,
    /// `multipart/form-data`, passed through unread.
    Multipart,
}

impl TryFrom<String> for Route {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::named(&name)
            .ok_or_else(|| format!("routes must not hold \"{name}\", which is not served"))
    }
}

impl From<Route> for String {
    fn from(route: Route) -> Self {
        route.name()
    }
}

impl Route {
    /// Every route.
    pub const ALL: [Self; 11] = [
        Self::ChatCompletions,
        Self::Models,
        Self::Completions,
        Self::Embeddings,
        Self::Moderations,
        Self::ImageGenerations,
        Self::Responses,
        Self::InputTokens,
        Self::AudioTranscriptions,
        Self::AudioTranslations,
        Self::Speech,
    ];

    /// The route of a name in the configuration: `"images.generations"`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|route| route.name() == name)
    }

    /// Its name in the configuration.
    #[must_use]
    pub fn name(self) -> String {
        self.upstream_path()
            .trim_start_matches('/')
            .replace('/', ".")
    }

    /// The method that it has; `GET` stands for `HEAD`, too.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::Models => "GET",
            _ => "POST",
        }
    }

    /// Its path at the proxy.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::ChatCompletions => "/v1/chat/completions",
            Self::Models => "/v1/models",
            Self::Completions => "/v1/completions",
            Self::Embeddings => "/v1/embeddings",
            Self::Moderations => "/v1/moderations",
            Self::ImageGenerations => "/v1/images/generations",
            Self::Responses => "/v1/responses",
            Self::InputTokens => "/v1/responses/input_tokens",
            Self::AudioTranscriptions => "/v1/audio/transcriptions",
            Self::AudioTranslations => "/v1/audio/translations",
            Self::Speech => "/v1/audio/speech",
        }
    }

    /// Its path below the upstream's base URL.
    #[must_use]
    pub fn upstream_path(self) -> &'static str {
        self.path().strip_prefix("/v1").unwrap_or_default()
    }

    /// Does it have this method?
    #[must_use]
    pub fn has(self, method: &str) -> bool {
        method == self.method() || (method == "HEAD" && self.method() == "GET")
    }

    pub(super) const fn allow(self) -> &'static str {
        match self {
            Self::Models => "GET, HEAD, OPTIONS",
            _ => "POST, OPTIONS",
        }
    }

    /// What its body is.
    #[must_use]
    pub const fn media(self) -> Media {
        match self {
            Self::Models => Media::None,
            Self::AudioTranscriptions | Self::AudioTranslations => Media::Multipart,
            _ => Media::Json,
        }
    }

    /// Does it take a body?
    #[must_use]
    pub const fn has_body(self) -> bool {
        !matches!(self.media(), Media::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_named_as_the_official_client_names_it() {
        for (name, route) in [
            ("chat.completions", Some(Route::ChatCompletions)),
            ("models", Some(Route::Models)),
            ("images.generations", Some(Route::ImageGenerations)),
            ("audio.transcriptions", Some(Route::AudioTranscriptions)),
            ("audio.speech", Some(Route::Speech)),
            ("files", None),
            ("fine_tuning.jobs", None),
            ("responses", Some(Route::Responses)),
            ("responses.input_tokens", Some(Route::InputTokens)),
            ("conversations", None),
            ("images/generations", None),
            ("", None),
        ] {
            assert_eq!(Route::named(name), route, "{name}");
        }
    }
}
