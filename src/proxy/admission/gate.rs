//! What all requests of a proxy share: its settings, and how many requests of each caller are in flight.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use serde::Deserialize;

use crate::policy::endpoint::BaseUrl;
use crate::proxy::SigningKeys;
use crate::proxy::auth::secrets::Secrets;
use crate::proxy::config::{Config, ConfigFault};
use crate::proxy::notice::LineLimit;
use crate::proxy::request::prompt::Prompt;
use crate::wire::plain;

/// A proxy's settings, checked, and the requests in flight of each subject. They are counted in one
/// isolate; Cloudflare runs many, so it bounds what one caller can hold of each.
#[derive(Debug)]
pub struct Gate {
    /// The settings.
    pub config: Config,
    /// Missing if it is not to serve anything.
    pub(super) upstream: Option<BaseUrl>,
    pub(super) prompt: Option<Rc<Prompt>>,
    in_flight: RefCell<HashMap<String, u32>>,
    lines: RefCell<LineLimit>,
}

impl Gate {
    /// A proxy with these settings.
    ///
    /// # Errors
    /// The first setting that is refused.
    pub fn new(config: Config) -> Result<Self, ConfigFault> {
        let upstream = config.check()?;
        let prompt = config.system_prompt.as_deref().map(Prompt::new);
        Ok(Self {
            config,
            upstream: Some(upstream),
            prompt: prompt.map(Rc::new),
            in_flight: RefCell::default(),
            lines: RefCell::new(LineLimit::new()),
        })
    }

    /// A proxy that is not to serve anything: of its settings only the origins hold, whose pages may read
    /// that it is not configured.
    #[must_use]
    pub fn closed(config: &str) -> Self {
        #[derive(Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        struct Origins {
            allowed_origins: Vec<String>,
        }
        let origins: Origins = plain::of_text(config).unwrap_or_default();
        let config = Config {
            allowed_origins: origins.allowed_origins,
            ..Config::default()
        };
        Self {
            config,
            upstream: None,
            prompt: None,
            in_flight: RefCell::default(),
            lines: RefCell::new(LineLimit::new()),
        }
    }

    /// May a line of this kind be written now?
    pub fn may_log(&self, kind: &str, now_ms: u64) -> bool {
        let lines = self.lines.try_borrow_mut();
        lines.is_ok_and(|mut lines| lines.due(kind, now_ms))
    }

    /// A place for a request of this subject, unless all of its places are taken.
    pub(super) fn place(self: &Rc<Self>, subject: &str) -> Option<Place> {
        let mut in_flight = self.in_flight.borrow_mut();
        let count = in_flight.get(subject).copied().unwrap_or_default();
        if count >= self.config.max_concurrent {
            return None;
        }
        in_flight.insert(subject.to_owned(), count + 1);
        Some(Place {
            gate: Rc::clone(self),
            subject: subject.to_owned(),
        })
    }
}

/// A request's place among those of its subject that are in flight. It is given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    gate: Rc<Gate>,
    subject: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut in_flight = self.gate.in_flight.borrow_mut();
        match in_flight.get_mut(&self.subject) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                in_flight.remove(&self.subject);
            }
        }
    }
}

/// The secrets of a proxy, checked.
#[derive(Debug)]
pub struct Keys {
    pub(super) secrets: Secrets,
    /// Missing if nothing is signed here.
    pub(super) signing: Option<SigningKeys>,
}

impl Keys {
    /// The secrets that a proxy of these settings needs, checked: if it authenticates by the author's own
    /// function and has no anonymous sessions, nothing is signed here.
    ///
    /// # Errors
    /// What is wrong, for the operator's log.
    pub fn check(secrets: Secrets, config: &Config, authenticates: bool) -> Result<Self, String> {
        let checked = if authenticates && config.anonymous.is_none() {
            secrets.check_key(config).map(|()| None)
        } else {
            let parsed = secrets.check(config);
            parsed.and_then(|()| SigningKeys::parse(&secrets.session).map(Some))
        };
        let turnstile = match config.anonymous {
            Some(_) => secrets.check_turnstile(),
            None => Ok(()),
        };
        match checked.and_then(|signing| turnstile.map(|()| signing)) {
            Ok(signing) => Ok(Self { secrets, signing }),
            Err(fault) => Err(fault.of(&secrets)),
        }
    }

    /// What subjects are hashed with. Without a secret of our own the key serves: the provider, who has
    /// both, learns nothing.
    pub(super) fn pepper(&self) -> &str {
        let own = self.signing.as_ref().map(|signing| signing.first().1);
        own.unwrap_or_else(|| self.secrets.key.expose())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::config::Models;

    #[test]
    fn a_place_is_free_again_when_it_is_dropped_and_a_caller_without_requests_is_forgotten() {
        let config = Config {
            models: Models::Any,
            max_concurrent: 2,
            ..Config::default()
        };
        let gate = Rc::new(Gate::new(config).unwrap());
        let (first, second) = (gate.place("a").unwrap(), gate.place("a").unwrap());
        assert!(gate.place("a").is_none());
        let other = gate.place("b").unwrap();
        drop(first);
        let third = gate.place("a").unwrap();
        assert!(gate.place("a").is_none());
        drop((second, third, other));
        assert!(gate.in_flight.borrow().is_empty());
    }
}
