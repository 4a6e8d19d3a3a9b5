//! What a parameter may be: tables of names and types, and the walk over a body that holds it
//! against them. A name that stands in no table is refused at whatever depth it is.

use std::fmt;

use super::super::json::{Json, Object};
use super::super::refusal::Refusal;
use crate::policy::headers::looks_like_a_key;

/// A parameter.
pub(super) struct Field {
    pub name: &'static str,
    pub rule: Rule,
    pub allowed: Allowed,
}

/// When a parameter may be sent.
pub(super) enum Allowed {
    Always,
    /// It multiplies the cost or changes what is kept: only if the configuration lists it.
    Listed,
    /// The same, but for the one value that changes nothing.
    ListedUnless(fn(&Json) -> bool),
}

/// A parameter's type.
pub(super) enum Rule {
    Flag,
    Number,
    Whole,
    Text,
    /// A token's number in a vocabulary.
    Token,
    /// One of these texts.
    Word(&'static [&'static str]),
    /// An array of at most so many.
    List(usize, &'static Rule),
    /// An object of these names and no other.
    Object(&'static [Field]),
    /// Whichever fits.
    Either(&'static [Rule]),
    /// Any JSON: a schema, what the operator listed.
    Anything,
    /// Accepted from clients that send answers back, and left out.
    Dropped,
    /// An image, checked by [`super::chat`].
    Image,
}

pub(super) const fn field(name: &'static str, rule: Rule) -> Field {
    Field {
        name,
        rule,
        allowed: Allowed::Always,
    }
}

pub(super) const fn listed(name: &'static str, rule: Rule) -> Field {
    Field {
        name,
        rule,
        allowed: Allowed::Listed,
    }
}

pub(super) const fn listed_unless(
    name: &'static str,
    rule: Rule,
    harmless: fn(&Json) -> bool,
) -> Field {
    Field {
        name,
        rule,
        allowed: Allowed::ListedUnless(harmless),
    }
}

/// Where a value stands: `messages[0].content`.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    Top,
    Name(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Top => Ok(()),
            Self::Name(Path::Top, name) => f.write_str(&shown(name)),
            Self::Name(parent, name) => write!(f, "{parent}.{}", shown(name)),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// A caller's name, fit for an answer: short, on one line, and no key.
fn shown(name: &str) -> String {
    const MOST: usize = 40;
    if looks_like_a_key(name) {
        return "[redacted]".to_owned();
    }
    name.chars()
        .filter(|c| !c.is_control())
        .take(MOST)
        .collect()
}

impl Path<'_> {
    pub(super) fn refuse(&self, code: &str, message: &str) -> Refusal {
        self.refuse_with(400, code, message)
    }

    pub(super) fn refuse_with(&self, status: u16, code: &str, message: &str) -> Refusal {
        let mut refusal = Refusal::new(status, code, message);
        refusal.param = Some(self.to_string());
        refusal
    }

    pub(super) fn not_allowed(&self) -> Refusal {
        self.refuse(
            "param_not_allowed",
            "The proxy does not accept this parameter.",
        )
    }

    fn type_must_be(&self, what: &str) -> Refusal {
        self.refuse("invalid_type", &format!("This parameter must be {what}."))
    }
}

/// What the walk needs to know, and what it counts.
pub(super) struct Walk<'a> {
    /// Parameters that the operator has added.
    pub listed: &'a [String],
    pub image_urls: bool,
    pub max_image_chars: usize,
    /// Characters of the images that were met.
    pub image_chars: usize,
    pub images: usize,
    /// How many tokens were met.
    pub tokens: usize,
}

impl Walk<'_> {
    fn is_listed(&self, name: &str) -> bool {
        self.listed.iter().any(|known| known == name)
    }

    /// Checks an object's names and values. `null` stands for a parameter that is not there, as the
    /// API has it.
    pub(super) fn object(
        &mut self,
        object: &mut Object,
        fields: &[Field],
        at: &Path<'_>,
    ) -> Result<(), Refusal> {
        object.retain(|name, value| {
            let here = Path::Name(at, name);
            let Some(field) = fields.iter().find(|field| field.name == name) else {
                // An operator may list what this table does not know, at the top alone.
                if matches!(at, Path::Top) && self.is_listed(name) {
                    return self.check(value, &Rule::Anything, &here).map(|()| true);
                }
                return Err(here.not_allowed());
            };
            if matches!(field.rule, Rule::Dropped) {
                return Ok(false);
            }
            if *value == Json::Null {
                return Ok(!matches!(at, Path::Top));
            }
            let may = match field.allowed {
                Allowed::Always => true,
                Allowed::Listed => self.is_listed(name),
                Allowed::ListedUnless(harmless) => self.is_listed(name) || harmless(value),
            };
            // Its type comes first: `n: [1]` is wrong whatever is listed.
            self.check(value, &field.rule, &here)?;
            if may {
                Ok(true)
            } else {
                Err(here.not_allowed())
            }
        })
    }

    pub(super) fn check(
        &mut self,
        value: &mut Json,
        rule: &Rule,
        at: &Path<'_>,
    ) -> Result<(), Refusal> {
        match (rule, value) {
            (Rule::Flag, Json::Bool(_))
            | (Rule::Number, Json::Number(_))
            | (Rule::Text, Json::Text(_))
            | (Rule::Dropped, _) => Ok(()),
            (Rule::Whole, Json::Number(number)) if !number.is_f64() => Ok(()),
            (Rule::Token, Json::Number(number)) if number.is_u64() => {
                self.tokens += 1;
                Ok(())
            }
            (Rule::Word(words), Json::Text(text)) if words.contains(&text.as_str()) => Ok(()),
            (Rule::Image, value) => self.image(value, at),
            (Rule::Anything, value) => anything(value, at),
            (Rule::List(most, rule), Json::List(items)) => {
                if items.len() > *most {
                    return Err(at.refuse("too_many_items", "This list is too long."));
                }
                for (index, item) in items.iter_mut().enumerate() {
                    self.check(item, rule, &Path::Index(at, index))?;
                }
                Ok(())
            }
            (Rule::Object(fields), Json::Object(object)) => self.object(object, fields, at),
            (Rule::Either(rules), value) => {
                // If none fits, one for lists tells which of the items is wrong.
                let list =
                    |rule: &&Rule| matches!((rule, &*value), (Rule::List(..), Json::List(_)));
                let meant = rules.iter().find(|rule| fits(rule, value));
                match meant.or_else(|| rules.iter().find(list)) {
                    Some(rule) => self.check(value, rule, at),
                    None => Err(at.type_must_be("of another type")),
                }
            }
            (Rule::Flag, _) => Err(at.type_must_be("true or false")),
            (Rule::Number, _) => Err(at.type_must_be("a number")),
            (Rule::Whole, _) => Err(at.type_must_be("a whole number")),
            (Rule::Text, _) => Err(at.type_must_be("a string")),
            (Rule::Token, _) => Err(at.type_must_be("a token, a whole number of 0 or more")),
            (Rule::Word(_), _) => Err(at.refuse(
                "invalid_value",
                "The proxy does not accept this value here.",
            )),
            (Rule::List(..), _) => Err(at.type_must_be("an array")),
            (Rule::Object(_), _) => Err(at.type_must_be("an object")),
        }
    }

    /// An image's address. One of the web would make the provider fetch it, from a place and at a
    /// time that the caller chooses.
    fn image(&mut self, value: &Json, at: &Path<'_>) -> Result<(), Refusal> {
        const MOST: usize = 16;
        const TYPES: [&str; 4] = ["png", "jpeg", "webp", "gif"];
        let Json::Text(url) = value else {
            return Err(at.type_must_be("a string"));
        };
        self.images += 1;
        if self.images > MOST {
            return Err(at.refuse("too_many_items", "There are too many images."));
        }
        let data = url.strip_prefix("data:image/").is_some_and(|rest| {
            TYPES.iter().any(|name| {
                rest.strip_prefix(name)
                    .and_then(|rest| rest.strip_prefix(";base64,"))
                    .is_some_and(is_base64)
            })
        });
        if data {
            self.image_chars += url.len();
            if url.len() > self.max_image_chars {
                return Err(at.refuse_with(413, "image_too_large", "The image is too large."));
            }
            return Ok(());
        }
        if self.image_urls && url.starts_with("https://") {
            return Ok(());
        }
        Err(at.refuse(
            "image_url_not_allowed",
            "The proxy does not accept this image address.",
        ))
    }
}

fn is_base64(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
}

/// Of all JSON, one name is refused: JavaScript servers take it for something else.
fn anything(value: &Json, at: &Path<'_>) -> Result<(), Refusal> {
    match value {
        Json::List(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| anything(item, &Path::Index(at, index))),
        Json::Object(object) => object.iter().try_for_each(|(name, value)| {
            let here = Path::Name(at, name);
            if name == "__proto__" {
                return Err(here.not_allowed());
            }
            anything(value, &here)
        }),
        _ => Ok(()),
    }
}

/// Is it the rule to hold a value against? Its inside is checked afterwards; of a list the first item
/// tells which one is meant.
fn fits(rule: &Rule, value: &Json) -> bool {
    match (rule, value) {
        (Rule::List(_, rule), Json::List(items)) => {
            items.first().is_none_or(|first| fits(rule, first))
        }
        _ => matches!(
            (rule, value),
            (Rule::Flag, Json::Bool(_))
                | (Rule::Number | Rule::Whole | Rule::Token, Json::Number(_))
                | (Rule::Text | Rule::Word(_), Json::Text(_))
                | (Rule::Object(_), Json::Object(_))
                | (Rule::Anything, _)
        ),
    }
}
