//! Settings and secrets from a Worker's variables.

use serde_json::{Map, Value};

use crate::proxy::auth::secrets::{Secret, Secrets};
use crate::proxy::config::{Config, ConfigFault};
use crate::wire::plain;

/// The variable that holds options, as a JSON object.
pub const OPTIONS: &str = "PROXY_OPTIONS";

impl Config {
    /// Settings from variables, each of which `var` gives by its name:
    ///
    /// | variable | what |
    /// |---|---|
    /// | `PROXY_OPTIONS` | any settings, as JSON by the names of the npm package's options |
    /// | `OPENAI_BASE_URL` | [`upstream`](Self::upstream), unless it is among those |
    /// | `OPENAI_MODELS` | [`models`](Self::models), separated by commas, or `*`; likewise |
    /// | `SESSION_EPOCH` | [`session_epoch`](Self::session_epoch); likewise |
    ///
    /// ```
    /// use openai_wasm::proxy::Config;
    ///
    /// let config = Config::from_vars(|name| {
    ///     let value = match name {
    ///         "OPENAI_MODELS" => "gpt-5-nano, gpt-5-mini",
    ///         "PROXY_OPTIONS" => r#"{"routes":["models"],"maxConcurrent":8}"#,
    ///         _ => return None,
    ///     };
    ///     Some(value.to_owned())
    /// })?;
    /// assert_eq!(config.max_concurrent, 8);
    /// assert!(config.models.contains("gpt-5-mini"));
    /// # Ok::<(), openai_wasm::proxy::ConfigFault>(())
    /// ```
    ///
    /// # Errors
    /// The first setting that cannot be read. What it says is checked by [`Self::check`].
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigFault> {
        let given = var(OPTIONS).unwrap_or_default();
        let given = if given.trim().is_empty() {
            "{}"
        } else {
            &given
        };
        let options = plain::of_text(given).map_err(|fault| malformed(OPTIONS, &fault))?;
        Self::of_options(options, var)
    }

    /// Options, and from variables what they leave out.
    pub(crate) fn of_options(
        mut options: Map<String, Value>,
        var: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigFault> {
        let text = |name| var(name).filter(|text: &String| !text.trim().is_empty());
        if let Some(url) = text("OPENAI_BASE_URL") {
            options.entry("upstream").or_insert_with(|| url.into());
        }
        let models = text("OPENAI_MODELS").unwrap_or_default();
        let models: Vec<&str> = models
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        options.entry("models").or_insert_with(|| match *models {
            ["*"] => "*".into(),
            _ => models.into(),
        });
        if let Some(epoch) = text("SESSION_EPOCH") {
            let digits = epoch.len() <= 12 && epoch.bytes().all(|byte| byte.is_ascii_digit());
            let seconds: Option<u64> = digits.then(|| epoch.parse().ok()).flatten();
            let seconds = seconds.ok_or(ConfigFault::SessionEpoch)?;
            let given = options.entry("sessionEpoch");
            given.or_insert_with(|| seconds.into());
        }
        plain::of_value(&Value::Object(options)).map_err(|fault| malformed(OPTIONS, &fault))
    }
}

fn malformed(name: &str, fault: &plain::Fault) -> ConfigFault {
    ConfigFault::Malformed(name.to_owned(), fault.to_string())
}

impl Secrets {
    /// The secrets `OPENAI_API_KEY`, `SESSION_SECRET` and, for anonymous sessions, `TURNSTILE_SECRET`,
    /// each of which `var` gives by its name. One that is missing is empty: with it a proxy answers 503
    /// to everything, and its log says which one that is.
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Self {
        let secret = |name| Secret::named(name, &var(name).unwrap_or_default());
        Self {
            key: secret("OPENAI_API_KEY"),
            session: secret("SESSION_SECRET"),
            turnstile: Some(secret("TURNSTILE_SECRET")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::config::Models;

    fn config(vars: &[(&str, &str)]) -> Result<Config, String> {
        let find = |name: &str| vars.iter().find(|(known, _)| *known == name);
        let var = |name: &str| find(name).map(|(_, value)| (*value).to_owned());
        Config::from_vars(var).map_err(|fault| fault.to_string())
    }

    #[test]
    fn an_option_goes_before_the_variable_of_its_own() {
        let config = config(&[
            ("PROXY_OPTIONS", r#"{"models":["a"],"timeout":5}"#),
            ("OPENAI_MODELS", "b,c"),
            ("OPENAI_BASE_URL", "https://models.example.com/v1"),
            ("SESSION_EPOCH", "1795910400"),
        ])
        .unwrap();
        assert_eq!(config.models, Models::List(vec!["a".to_owned()]));
        assert_eq!(config.timeout_ms, 5);
        assert_eq!(config.upstream, "https://models.example.com/v1");
        assert_eq!(config.session_epoch, Some(1_795_910_400));
    }

    #[test]
    fn models_are_names_or_every_model() {
        for (written, models) in [
            ("", Models::None),
            (" , ", Models::None),
            ("*", Models::Any),
            ("a, *", Models::List(vec!["a".to_owned(), "*".to_owned()])),
        ] {
            let config = config(&[("OPENAI_MODELS", written), ("PROXY_OPTIONS", " ")]).unwrap();
            assert_eq!(config.models, models, "{written}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_by_its_name() {
        for (name, value, said) in [
            ("PROXY_OPTIONS", "{", "PROXY_OPTIONS: is not JSON"),
            ("PROXY_OPTIONS", "[]", "PROXY_OPTIONS: is not"),
            (
                "PROXY_OPTIONS",
                r#"{"timeout":"soon"}"#,
                "PROXY_OPTIONS: timeout is not of",
            ),
            (
                "PROXY_OPTIONS",
                r#"{"timeout":-1}"#,
                "PROXY_OPTIONS: timeout is",
            ),
            (
                "PROXY_OPTIONS",
                r#"{"time":1}"#,
                "PROXY_OPTIONS: time is not",
            ),
            (
                "PROXY_OPTIONS",
                r#"{"budget":{"limits":[{"per":"subject","window":"week","usd":1}]}}"#,
                "PROXY_OPTIONS: budget.limits.window is not a known word",
            ),
            (
                "PROXY_OPTIONS",
                r#"{"budget":{"limits":[{"per":"subject","window":"day","usd":"1"}]}}"#,
                "PROXY_OPTIONS: budget.limits.usd is not of",
            ),
            (
                "PROXY_OPTIONS",
                r#"{"budget":{"limits":[{"per":"subject","window":"day","usd":-1}]}}"#,
                "PROXY_OPTIONS: budget",
            ),
            ("SESSION_EPOCH", "now", "SESSION_EPOCH must be a time"),
            ("SESSION_EPOCH", "-1", "SESSION_EPOCH must be a time"),
        ] {
            let fault = config(&[(name, value)]).unwrap_err();
            assert!(fault.starts_with(said), "{fault}");
        }
    }

    #[test]
    fn secrets_carry_the_names_of_their_variables() {
        let secrets = Secrets::from_vars(|_| None);
        let fault = secrets.check(&Config::default()).unwrap_err();
        assert!(fault.of(&secrets).starts_with("OPENAI_API_KEY: "));
    }
}
