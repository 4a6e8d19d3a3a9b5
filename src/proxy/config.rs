//! What the author of a Worker sets, checked once.

use crate::policy::allow_http;
use crate::policy::endpoint::BaseUrl;
use crate::proxy::bounds::BOUNDS;
use crate::proxy::budget::Budget;
use crate::proxy::response::deadlines::Limits;
use serde::Deserialize;

pub use crate::proxy::auth::anonymous::Anonymous;
pub use crate::proxy::config_fault::ConfigFault;
use crate::proxy::cors::is_origin;
pub use crate::proxy::request::end_user::EndUser;
pub use crate::proxy::request::models::Models;
use crate::proxy::request::pace::Pace;
use crate::proxy::request::params::allow;
use crate::proxy::route::{Media, Route};
pub use crate::proxy::streams::Resumable;

/// Where requests go by default.
pub const DEFAULT_UPSTREAM: &str = "https://api.openai.com/v1";

/// The largest request body by default: room for a long conversation.
pub const DEFAULT_MAX_BODY_BYTES: u32 = 256 * 1024;

/// How far in the future a token may expire by default: 15 minutes.
pub const DEFAULT_MAX_TOKEN_SECONDS: u32 = 900;

/// How long the upstream's head may take by default: 10 minutes, as the official client waits.
pub const DEFAULT_TIMEOUT_MS: u32 = 600_000;

/// The largest multipart body by default: what the API takes as audio.
pub const DEFAULT_MAX_UPLOAD_BYTES: u32 = 25 * 1024 * 1024;

/// The most tokens of an answer by default.
pub const DEFAULT_MAX_OUTPUT_TOKENS: u32 = 2048;

/// The most messages of a conversation by default.
pub const DEFAULT_MAX_MESSAGES: u32 = 256;

/// The most text of a request by default: some 32,000 tokens.
pub const DEFAULT_MAX_INPUT_CHARS: u32 = 128 * 1024;

/// The longest `data:` URL of an image by default.
pub const DEFAULT_MAX_IMAGE_BYTES: u32 = 128 * 1024;

/// Requests of one caller in flight by default.
pub const DEFAULT_MAX_CONCURRENT: u32 = 4;

/// How long an answer may bring nothing by default: 5 minutes.
pub const DEFAULT_IDLE_TIMEOUT_MS: u32 = 300_000;

/// How long an answer may take by default: 30 minutes.
pub const DEFAULT_MAX_DURATION_MS: u32 = 1_800_000;

/// How large an answer may be by default: 64 MiB.
pub const DEFAULT_MAX_ANSWER_BYTES: u64 = 64 * 1024 * 1024;

/// How long a stream may be silent before its caller gets a comment, unless the configuration says
/// otherwise: 10 seconds.
pub const DEFAULT_HEARTBEAT_MS: u32 = 10_000;

with_setters! {
    /// How a proxy behaves. [`Config::default`] serves one origin, its own, and no model.
    ///
    /// It can be read from JSON, in which the names are those of the npm package's options, and what is
    /// missing has its default:
    ///
    /// ```
    /// use openai_wasm::proxy::Config;
    ///
    /// let config: Config = serde_json::from_str(r#"{"models":["gpt-5-nano"],"timeout":60000}"#)?;
    /// assert_eq!(config.timeout_ms, 60_000);
    /// assert_eq!(config.max_messages, 256);
    /// config.check().expect("every setting is good");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Or each setting has a method:
    ///
    /// ```
    /// use openai_wasm::proxy::Config;
    ///
    /// let config = Config::default().models(["gpt-5-nano"]).timeout_ms(60_000);
    /// config.check().expect("every setting is good");
    /// ```
    #[derive(Debug, Clone, Deserialize)]
    #[cfg_attr(test, derive(serde::Serialize))]
    #[serde(default, rename_all = "camelCase", deny_unknown_fields)]
    pub struct Config {
        /// The server's base URL with its path: `https://api.openai.com/v1`.
        pub upstream: String,
        /// Hosts of your own, each with its port, that may be the upstream over plain `http://`:
        /// `ollama:11434`. Loopback needs no entry.
        pub allow_http: Vec<String>,
        /// Is the upstream a server of your own, whose key may be shorter than 32 bytes, a word even?
        pub allow_short_key: bool,
        /// Other origins whose pages may use the proxy, each exactly as a browser sends it:
        /// `https://app.example.com`. The proxy's own origin needs no entry.
        pub allowed_origins: Vec<String>,
        /// Routes beyond chat completions, each switched on by itself.
        pub routes: Vec<Route>,
        /// The models that callers may name.
        pub models: Models,
        /// Parameters beyond the usual ones, most of which multiply the cost: `reasoning_effort`, `n`. A
        /// path opens a member: `messages.content.cache_control`. See [`allow::check`].
        #[serde(rename = "allowParams")]
        pub allowed_params: Vec<String>,
        /// The most tokens of an answer, to several prompts together; a request that names none gets this.
        pub max_output_tokens: u32,
        /// The most messages of a conversation.
        pub max_messages: u32,
        /// The most characters of a request as JSON, images aside; a token counts as four at least.
        pub max_input_chars: u32,
        /// The most tokens of a request. What has no more bytes than that passes uncounted, since a token is
        /// at least one; the rest the check `count_tokens` counts, and is refused without it.
        pub max_input_tokens: Option<u32>,
        /// The longest `data:` URL of an image.
        pub max_image_bytes: u32,
        /// May images be named by `https://` URLs, which the provider then fetches?
        pub image_urls: bool,
        /// The first message of every chat. Callers then send neither `system` nor `developer` messages,
        /// and the route for completions, which it could not bind, cannot be switched on.
        pub system_prompt: Option<String>,
        /// How the provider learns whom a request is for.
        #[serde(rename = "endUserParam")]
        pub end_user: EndUser,
        /// Requests of one caller that may be in flight, in one isolate.
        pub max_concurrent: u32,
        /// The largest request body in bytes.
        pub max_body_bytes: u32,
        /// The largest multipart body in bytes.
        pub max_upload_bytes: u32,
        /// How far in the future a session token may expire, in seconds.
        pub max_token_seconds: u32,
        /// How long the upstream may take to begin its answer, in milliseconds.
        #[serde(rename = "timeout")]
        pub timeout_ms: u32,
        /// How long an answer may bring nothing, in milliseconds.
        #[serde(rename = "idleTimeout")]
        pub idle_timeout_ms: u32,
        /// How long an answer may take from its first byte, in milliseconds.
        #[serde(rename = "maxDuration")]
        pub max_duration_ms: u32,
        /// How large an answer may be, in bytes.
        pub max_answer_bytes: u64,
        /// After how long a silence the caller of a stream gets a comment between two events, in
        /// milliseconds; 0 for never. A caller who has closed its connection is noticed so.
        pub heartbeat_ms: u32,
        /// Is each event of an answer looked at before the caller gets it? If not, the platform passes
        /// the bytes on alone: a broken stream is a broken connection, nothing limits an answer behind
        /// its head, nothing looks for the key, and nobody counts what it cost.
        pub inspect_answers: bool,
        /// The `iss` that session tokens must have, if any.
        pub issuer: Option<String>,
        /// The `aud` that session tokens must have, if any.
        pub audience: Option<String>,
        /// Tokens signed before this time, in seconds since 1970, are revoked.
        pub session_epoch: Option<u64>,
        /// Sessions for anonymous pages, if there are any.
        #[serde(rename = "anonymousSessions")]
        pub anonymous: Option<Anonymous>,
        /// How slowly a request's body may come. The limits of an upload are those of its upstream.
        pub body_pace: Pace,
        /// What requests may cost, if there is a limit.
        pub budget: Option<Budget>,
        /// Whether a caller who was cut off can read on, and for how long.
        pub resumable: Option<Resumable>,
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            upstream: DEFAULT_UPSTREAM.to_owned(),
            allow_http: Vec::new(),
            allow_short_key: false,
            allowed_origins: Vec::new(),
            routes: Vec::new(),
            models: Models::None,
            allowed_params: Vec::new(),
            max_output_tokens: DEFAULT_MAX_OUTPUT_TOKENS,
            max_messages: DEFAULT_MAX_MESSAGES,
            max_input_chars: DEFAULT_MAX_INPUT_CHARS,
            max_input_tokens: None,
            max_image_bytes: DEFAULT_MAX_IMAGE_BYTES,
            image_urls: false,
            system_prompt: None,
            end_user: EndUser::User,
            max_concurrent: DEFAULT_MAX_CONCURRENT,
            max_body_bytes: DEFAULT_MAX_BODY_BYTES,
            max_upload_bytes: DEFAULT_MAX_UPLOAD_BYTES,
            max_token_seconds: DEFAULT_MAX_TOKEN_SECONDS,
            timeout_ms: DEFAULT_TIMEOUT_MS,
            idle_timeout_ms: DEFAULT_IDLE_TIMEOUT_MS,
            max_duration_ms: DEFAULT_MAX_DURATION_MS,
            max_answer_bytes: DEFAULT_MAX_ANSWER_BYTES,
            heartbeat_ms: DEFAULT_HEARTBEAT_MS,
            inspect_answers: true,
            issuer: None,
            audience: None,
            session_epoch: None,
            anonymous: None,
            body_pace: Pace::default(),
            budget: None,
            resumable: None,
        }
    }
}

impl Config {
    /// The upstream's base URL.
    ///
    /// # Errors
    /// The first setting that is refused.
    pub fn check(&self) -> Result<BaseUrl, ConfigFault> {
        for (index, entry) in self.allow_http.iter().enumerate() {
            allow_http::check_entry(entry).map_err(|fault| ConfigFault::AllowHttp(index, fault))?;
        }
        let upstream =
            BaseUrl::of_server(&self.upstream, &self.allow_http).map_err(ConfigFault::Upstream)?;
        let routes: Vec<Route> = Route::ALL
            .into_iter()
            .filter(|route| self.serves(*route))
            .collect();
        for (index, entry) in self.allowed_params.iter().enumerate() {
            allow::check(entry, &routes)
                .map_err(|fault| ConfigFault::AllowedParam(index, fault))?;
        }
        if self.system_prompt.is_some() && self.serves(Route::Completions) {
            return Err(ConfigFault::LockedCompletions);
        }
        if let Some(bad) = self
            .allowed_origins
            .iter()
            .position(|origin| !is_origin(origin))
        {
            return Err(ConfigFault::Origin(bad));
        }
        if let Some(fault) = BOUNDS.iter().find_map(|bounds| bounds.fault(self)) {
            return Err(fault);
        }
        if matches!(&self.models, Models::None)
            || matches!(&self.models, Models::List(models) if models.is_empty())
        {
            return Err(ConfigFault::Models);
        }
        if let Some(anonymous) = &self.anonymous {
            BaseUrl::of_server::<&str>(&anonymous.verify_url, &[])
                .map_err(ConfigFault::VerifyUrl)?;
            if anonymous.hostnames.is_empty() {
                return Err(ConfigFault::Hostnames);
            }
            if anonymous.ttl_seconds > self.max_token_seconds {
                return Err(ConfigFault::SessionLifetime);
            }
        }
        if let Some(budget) = &self.budget {
            budget.check(self).map_err(ConfigFault::Budget)?;
        }
        Ok(upstream)
    }

    /// Is the route switched on?
    #[must_use]
    pub fn serves(&self, route: Route) -> bool {
        matches!(route, Route::ChatCompletions) || self.routes.contains(&route)
    }

    /// The limits of an answer behind its head.
    #[must_use]
    pub const fn answer_limits(&self) -> Limits {
        Limits {
            idle_timeout_ms: self.idle_timeout_ms,
            max_duration_ms: self.max_duration_ms,
            max_answer_bytes: self.max_answer_bytes,
            heartbeat_ms: self.heartbeat_ms,
        }
    }

    /// The name of the cap on a chat's tokens: OpenAI's newer models know only the newer one, other
    /// servers often only the older one.
    pub(super) fn cap_param(&self) -> &'static str {
        let host = self.upstream.split('/').nth(2).unwrap_or_default();
        let ours = |name: &str| {
            host.strip_suffix(name)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        if ours("api.openai.com") || ours("openai.azure.com") {
            "max_completion_tokens"
        } else {
            "max_tokens"
        }
    }

    /// What a body of this kind may measure.
    #[must_use]
    pub const fn max_bytes(&self, media: Media) -> u32 {
        match media {
            Media::Multipart => self.max_upload_bytes,
            Media::None | Media::Json => self.max_body_bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_is_a_server_over_https_or_on_loopback() {
        for (url, good) in [
            ("https://api.openai.com/v1", true),
            ("https://api.fireworks.ai/inference/v1/", true),
            ("http://127.0.0.1:8080/v1", true),
            ("http://example.com/v1", false),
            ("https://u:p@example.com/v1", false),
            ("https://example.com/v1?key=1", false),
            ("https://example.com/v1#x", false),
            ("/v1", false),
            ("", false),
        ] {
            let config = Config::default()
                .upstream(url.to_owned())
                .models(Models::Any);
            assert_eq!(config.check().is_ok(), good, "{url}");
        }
    }

    #[test]
    fn an_allowed_origin_is_written_as_browsers_send_it() {
        for (origin, good) in [
            ("https://app.example.com", true),
            ("http://localhost:5173", true),
            ("https://[2001:db8::1]:8443", true),
            ("capacitor://localhost", true),
            ("*", false),
            ("null", false),
            ("", false),
            ("https://*.example.com", false),
            ("https://app.example.com/", false),
            ("https://app.example.com/path", false),
            ("https://app.example.com:443", false),
            ("HTTPS://app.example.com", false),
            ("https://App.example.com", false),
            ("https://user@app.example.com", false),
            ("https://a.example.com, https://b.example.com", false),
            ("app.example.com", false),
        ] {
            let config = Config::default()
                .allowed_origins(vec![
                    "https://first.example.com".to_owned(),
                    origin.to_owned(),
                ])
                .models(Models::Any);
            let expected = if good {
                None
            } else {
                Some(ConfigFault::Origin(1))
            };
            assert_eq!(config.check().err(), expected, "{origin}");
        }
    }

    #[test]
    fn plain_http_leads_to_listed_hosts_of_ones_own() {
        for (upstream, list, expected) in [
            ("http://ollama:11434/v1", &["ollama:11434"][..], None),
            ("http://ollama:11434/v1", &[], Some("allowHttp")),
            (
                "http://ollama:11434/v1",
                &["ollama:1143"],
                Some("allowHttp"),
            ),
            ("https://x.example.com/v1", &["*"], Some("allow_http[0]")),
            (
                "https://x.example.com/v1",
                &["a:1", "api.openai.com:80"],
                Some("allow_http[1]"),
            ),
        ] {
            let config = Config::default()
                .upstream(upstream.to_owned())
                .allow_http(
                    list.iter()
                        .map(|entry| (*entry).to_owned())
                        .collect::<Vec<_>>(),
                )
                .models(Models::Any);
            let said = config.check().err().map(|fault| fault.to_string());
            match expected {
                None => assert_eq!(said, None),
                Some(part) => assert!(said.is_some_and(|said| said.contains(part)), "{upstream}"),
            }
        }
    }

    #[test]
    fn a_setting_that_undoes_another_is_refused_by_name() {
        let config = Config::default().models(Models::Any);
        let locked = config
            .clone()
            .system_prompt(Some("Speak only of cheese.".to_owned()))
            .routes(vec![Route::Embeddings]);
        locked.check().unwrap();
        let both = locked.routes(vec![Route::Completions]);
        let said = both.check().unwrap_err().to_string();
        assert!(
            said.contains("routes") && said.contains("systemPrompt"),
            "{said}"
        );
        for (entry, part) in [
            ("messages.content.cache_control", None),
            (
                "model",
                Some("allowed_params[1] (the option allowParams) must not open model"),
            ),
            ("messages.contents.x", Some("names contents")),
        ] {
            let config = config
                .clone()
                .allowed_params(vec!["n".to_owned(), entry.to_owned()]);
            let said = config.check().err().map(|fault| fault.to_string());
            assert_eq!(said.is_some(), part.is_some(), "{said:?}");
            assert!(
                said.unwrap_or_default().contains(part.unwrap_or_default()),
                "{entry}"
            );
        }
    }

    #[test]
    fn a_proxy_without_models_does_not_start() {
        assert_eq!(Config::default().check().err(), Some(ConfigFault::Models));
        let empty = Config::default().models(Models::List(Vec::new()));
        assert_eq!(empty.check().err(), Some(ConfigFault::Models));
    }

    #[test]
    fn the_cap_has_the_name_that_the_server_knows() {
        for (upstream, name) in [
            ("https://api.openai.com/v1", "max_completion_tokens"),
            ("https://eu.api.openai.com/v1", "max_completion_tokens"),
            (
                "https://x.openai.azure.com/openai/v1",
                "max_completion_tokens",
            ),
            ("https://evilapi.openai.com/v1", "max_tokens"),
            ("https://api.fireworks.ai/inference/v1", "max_tokens"),
            ("https://api.openai.com.example.com/v1", "max_tokens"),
            ("http://127.0.0.1:8080/v1", "max_tokens"),
        ] {
            let config = Config::default().upstream(upstream.to_owned());
            assert_eq!(config.cap_param(), name, "{upstream}");
        }
    }

    #[test]
    fn a_limit_that_is_none_is_refused_by_name() {
        let refused = |edit: fn(&mut Config)| {
            let mut config = Config::default().models(Models::Any);
            config.check().unwrap();
            edit(&mut config);
            config.check().unwrap_err().to_string()
        };
        for (edit, expected) in [
            (
                (|c| c.timeout_ms = 0) as fn(&mut Config),
                "timeout_ms (the option timeout) must be from 1 to 2147483647 milliseconds",
            ),
            (
                |c| c.idle_timeout_ms = u32::MAX,
                "idle_timeout_ms (the option idleTimeout) must be from 1 to 2147483647 milliseconds",
            ),
            (
                |c| c.heartbeat_ms = 1 << 31,
                "heartbeat_ms (the option heartbeatMs) must be from 0 to 2147483647 milliseconds",
            ),
            (
                |c| c.max_answer_bytes = 0,
                "max_answer_bytes (the option maxAnswerBytes) must be from 1 to 1099511627776 bytes",
            ),
            (
                |c| c.max_concurrent = 0,
                "max_concurrent (the option maxConcurrent) must be from 1 to 10000 requests",
            ),
            (
                |c| c.max_input_tokens = Some(0),
                "max_input_tokens (the option maxInputTokens) must be from 1 to 2147483648 tokens",
            ),
        ] {
            assert_eq!(refused(edit), expected);
        }
    }
}
