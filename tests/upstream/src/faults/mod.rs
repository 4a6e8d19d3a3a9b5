//! Faults on request: how they are named, and which apply to a request.

pub mod events;
pub mod head;
pub mod send;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use serde::Deserialize;

/// Names that [`Faults`] knows; the README explains each.
const NAMES: [&str; 57] = [
    "hang",
    "delay",
    "status",
    "error-body",
    "code",
    "retry-after",
    "retry-after-ms",
    "should-retry",
    "redirect",
    "html",
    "content-type",
    "json",
    "sse",
    "json-error",
    "empty",
    "header",
    "account-headers",
    "stall",
    "drip",
    "split",
    "chunk",
    "cut",
    "cut-events",
    "end",
    "end-events",
    "reset",
    "reset-events",
    "error",
    "error-after",
    "giant",
    "giant-line",
    "bad-utf8",
    "events",
    "event-size",
    "interval",
    "stepped",
    "no-done",
    "no-finish",
    "after-done",
    "hold-open",
    "comments",
    "keepalive",
    "ping",
    "line-end",
    "bom",
    "no-space",
    "unterminated",
    "echo-key",
    "usage",
    "gzip-lie",
    "short-length",
    "empty-choices",
    "named-events",
    "id-fields",
    "bad-json",
    "leading-blanks",
    "no-streams",
];

/// The faults of one request: `name` or `name=value`, in the order given.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    text: String,
    pairs: Vec<(String, String)>,
}

impl Faults {
    /// Reads a comma list. In values, `%2C` stands for a comma.
    ///
    /// # Errors
    /// Names the first unknown fault.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pairs = Vec::new();
        for item in text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
        {
            let (name, value) = item.split_once('=').unwrap_or((item, ""));
            let (name, value) = (name.trim(), value.trim().replace("%2C", ","));
            if !NAMES.contains(&name) {
                return Err(format!("unknown fault `{name}`"));
            }
            pairs.push((name.to_owned(), value));
        }
        Ok(Self {
            text: text.to_owned(),
            pairs,
        })
    }

    /// The list as given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Value of a fault; empty if it was given without one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// All values of a fault that may be given more than once.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a fault was asked for.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A fault's number; `default` if it was given without one.
    pub fn number(&self, name: &str, default: u64) -> Option<u64> {
        self.get(name).map(|value| value.parse().unwrap_or(default))
    }

    fn extend(&mut self, other: Faults) {
        if !other.pairs.is_empty() {
            self.text = [self.text.as_str(), other.text.as_str()]
                .iter()
                .filter(|text| !text.is_empty())
                .copied()
                .collect::<Vec<_>>()
                .join(",");
            self.pairs.extend(other.pairs);
        }
    }
}

/// An order to apply faults to later requests: the body of `POST /__control/faults`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// A fault list; empty lets the request pass unharmed.
    pub faults: String,
    /// How many requests it is for.
    #[serde(default = "one")]
    pub times: u64,
    /// Only for paths that start so.
    #[serde(default)]
    pub path: String,
}

fn one() -> u64 {
    1
}

/// Orders not yet used up, oldest first.
#[derive(Clone, Default)]
pub struct Armed(Arc<Mutex<VecDeque<(Order, Faults)>>>);

impl Armed {
    /// Adds an order.
    ///
    /// # Errors
    /// Names the first unknown fault.
    pub fn arm(&self, order: Order) -> Result<(), String> {
        let faults = Faults::parse(&order.faults)?;
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back((order, faults));
        Ok(())
    }

    /// Drops all orders.
    pub fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// Number of requests that orders still wait for.
    pub fn left(&self) -> u64 {
        let orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        orders.iter().map(|(order, _)| order.times).sum()
    }

    /// The faults for a request: those of its header and of the first order that fits.
    ///
    /// # Errors
    /// Names the first unknown fault of the header.
    pub fn take(&self, path: &str, header: Option<&str>) -> Result<Faults, String> {
        let mut faults = Faults::parse(header.unwrap_or_default())?;
        let mut orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |(order, _): &(Order, Faults)| order.times > 0 && path.starts_with(&order.path);
        if let Some(position) = orders.iter().position(fits) {
            if let Some((order, armed)) = orders.get_mut(position) {
                order.times -= 1;
                faults.extend(armed.clone());
            }
            orders.retain(|(order, _)| order.times > 0);
        }
        Ok(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_keeps_values_with_colons_equals_signs_and_escaped_commas() {
        let faults = Faults::parse("stall=3, header=a: b=c%2Cd,header=e:f, drip").unwrap();
        assert_eq!(faults.number("stall", 0), Some(3));
        assert_eq!(faults.number("drip", 7), Some(7));
        assert_eq!(
            faults.all("header").collect::<Vec<_>>(),
            ["a: b=c,d", "e:f"]
        );
        assert!(Faults::parse("stal=3").is_err());
    }

    #[test]
    fn orders_are_used_up_in_turn_and_only_on_their_path() {
        let armed = Armed::default();
        let order = |faults: &str, times, path: &str| Order {
            faults: faults.into(),
            times,
            path: path.into(),
        };
        armed.arm(order("status=500", 2, "/v1/chat")).unwrap();
        armed.arm(order("", 1, "")).unwrap();
        armed.arm(order("status=429", 1, "")).unwrap();
        let take = |path: &str| {
            armed
                .take(path, None)
                .unwrap()
                .get("status")
                .map(str::to_owned)
        };
        assert_eq!(take("/v1/models"), None);
        assert_eq!(take("/v1/models").as_deref(), Some("429"));
        assert_eq!(take("/v1/chat/completions").as_deref(), Some("500"));
        assert_eq!(take("/v1/chat/completions").as_deref(), Some("500"));
        assert_eq!(take("/v1/chat/completions"), None);
    }
}
