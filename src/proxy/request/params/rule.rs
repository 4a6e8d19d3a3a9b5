//! What a parameter may be: tables of names and types, and the walk over a body that holds it
//! against them. A name that stands in no table is refused at whatever depth it is.

use std::fmt;

use super::allow;
use crate::proxy::error::ProxyError;
use crate::proxy::notice::{redacted, shown};
use crate::proxy::request::strict_json::{Json, Object};

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
    /// The same, but for values that cost no more than the caps allow.
    ListedUnless(Harmless),
}

/// Values that need no configuration.
pub(super) struct Harmless {
    /// Is it one of them?
    pub is: fn(&Json, Terms) -> bool,
    /// Which they are, for messages and for readers.
    pub what: &'static str,
}

/// What decides besides the value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// Is there a system prompt, which nobody may read or bend?
    pub locked: bool,
    /// Does the cap that is sent cover what the model thinks, too?
    pub caps_thought: bool,
}

/// A parameter's type.
pub(super) enum Rule {
    Flag,
    /// `false`, the default spelled out.
    False,
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
    /// The same, or null, which is a value there.
    Nullable(&'static Rule),
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
    what: &'static str,
    is: fn(&Json, Terms) -> bool,
) -> Field {
    Field {
        name,
        rule,
        allowed: Allowed::ListedUnless(Harmless { is, what }),
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
            Self::Name(Path::Top, name) => f.write_str(&plain(name)),
            Self::Name(parent, name) => write!(f, "{parent}.{}", plain(name)),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// A caller's name, fit for an answer: short, on one line, and no key.
fn plain(name: &str) -> String {
    const MOST: usize = 40;
    redacted(name)
        .chars()
        .filter(|c| !c.is_control())
        .take(MOST)
        .collect()
}

impl Path<'_> {
    /// A refusal whose message begins with the parameter's name: `stop[0] must be a string.`
    pub(super) fn refuse(&self, code: &str, what: &str) -> ProxyError {
        self.refuse_with(400, code, what)
    }

    pub(super) fn refuse_with(&self, status: u16, code: &str, what: &str) -> ProxyError {
        self.refuse_saying(status, code, &format!("{self}{what}"))
    }

    /// A refusal with a message of its own.
    pub(super) fn refuse_saying(&self, status: u16, code: &str, message: &str) -> ProxyError {
        let mut refusal = ProxyError::new(status, code, message);
        refusal.param = Some(self.to_string());
        refusal
    }

    pub(super) fn not_allowed(&self) -> ProxyError {
        let message = format!("The proxy does not accept this parameter: {self}.");
        let refusal = self.refuse_saying(400, "param_not_allowed", &message);
        let dotted = self.dotted();
        let text = if allow::is_never_let_through(&dotted) {
            format!(
                "a parameter was refused that nothing lets through: {}",
                shown(&dotted)
            )
        } else {
            format!(
                "a parameter was refused; allowParams (Config::allowed_params) lets it through: {}",
                shown(&dotted)
            )
        };
        refusal.noting("parameter", text)
    }

    pub(super) fn required(&self) -> ProxyError {
        self.refuse("param_required", " is required.")
    }

    fn type_must_be(&self, what: &str) -> ProxyError {
        self.refuse("invalid_type", &format!(" must be {what}."))
    }

    /// As `allowParams` writes it, for every entry of a list: `messages.content`.
    fn dotted(&self) -> String {
        match self {
            Self::Top => String::new(),
            Self::Name(Path::Top, name) => (*name).to_owned(),
            Self::Name(parent, name) => format!("{}.{name}", parent.dotted()),
            Self::Index(parent, _) => parent.dotted(),
        }
    }

    /// Is it the place of this entry of `allowParams`? Compared name by name: a name that holds a dot
    /// is no path.
    fn is_at(&self, entry: &str) -> bool {
        let mut names = entry.rsplit('.');
        let mut at = self;
        loop {
            match at {
                Self::Top => return names.next().is_none(),
                Self::Index(parent, _) => at = parent,
                Self::Name(parent, name) => {
                    if names.next() != Some(name) {
                        return false;
                    }
                    at = parent;
                }
            }
        }
    }
}

/// What the walk needs to know, and what it counts.
pub(super) struct Walk<'a> {
    /// Parameters that the operator has added.
    pub listed: &'a [String],
    pub terms: Terms,
    pub image_urls: bool,
    pub max_image_chars: usize,
    /// Characters of the images that were met.
    pub image_chars: usize,
    pub images: usize,
    /// What is missing of four characters in each token that was met: so many it counts as.
    pub token_chars: usize,
}

/// As much text is a token, about (<https://help.openai.com/en/articles/4936856>): a caller who sends
/// tokens gets no more of them through than one who sends their text.
const CHARS_PER_TOKEN: usize = 4;

impl Walk<'_> {
    fn is_listed(&self, at: &Path<'_>) -> bool {
        self.listed.iter().any(|entry| at.is_at(entry))
    }

    /// Checks an object's names and values. `null` stands for a member that is not there, as the API
    /// has it, and is left out; where it is a value, the rule says so.
    pub(super) fn object(
        &mut self,
        object: &mut Object,
        fields: &[Field],
        at: &Path<'_>,
    ) -> Result<(), ProxyError> {
        object.retain(|name, value| {
            let here = Path::Name(at, name);
            let field = fields.iter().find(|field| field.name == name);
            if *value == Json::Null {
                return Ok(field.is_some_and(|field| matches!(field.rule, Rule::Nullable(_))));
            }
            let Some(field) = field else {
                if self.is_listed(&here) {
                    return self.check(value, &Rule::Anything, &here).map(|()| true);
                }
                return Err(here.not_allowed());
            };
            if matches!(field.rule, Rule::Dropped) {
                return Ok(false);
            }
            // Its type comes first: `n: [1]` is wrong whatever is listed.
            self.check(value, &field.rule, &here)?;
            match &field.allowed {
                Allowed::Always => Ok(true),
                _ if self.is_listed(&here) => Ok(true),
                Allowed::Listed => Err(here.not_allowed()),
                Allowed::ListedUnless(harmless) if (harmless.is)(value, self.terms) => Ok(true),
                Allowed::ListedUnless(harmless) => {
                    let mut refusal = here.not_allowed();
                    refusal.message = format!(
                        "The proxy does not accept this parameter: {here}. Accepted is {}.",
                        harmless.what
                    );
                    Err(refusal)
                }
            }
        })
    }

    pub(super) fn check(
        &mut self,
        value: &mut Json,
        rule: &Rule,
        at: &Path<'_>,
    ) -> Result<(), ProxyError> {
        match (rule, value) {
            (Rule::Flag, Json::Bool(_))
            | (Rule::False, Json::Bool(false))
            | (Rule::Number, Json::Number(_))
            | (Rule::Text, Json::Text(_))
            | (Rule::Dropped, _) => Ok(()),
            (Rule::Whole, Json::Number(number)) if !number.is_f64() => Ok(()),
            (Rule::Token, Json::Number(number)) if number.is_u64() => {
                let digits = number.to_string().len();
                self.token_chars += CHARS_PER_TOKEN.saturating_sub(digits);
                Ok(())
            }
            (Rule::Word(words), Json::Text(text)) if words.contains(&text.as_str()) => Ok(()),
            (Rule::Nullable(rule), value) => self.check(value, rule, at),
            (Rule::Image, value) => self.image(value, at),
            (Rule::Anything, value) => anything(value, at),
            (Rule::List(most, rule), Json::List(items)) => {
                if items.len() > *most {
                    let what = format!(" may have at most {most} items here.");
                    return Err(at.refuse("too_many_items", &what));
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
            (Rule::False, _) => Err(at.refuse("invalid_value", " must be false here.")),
            (Rule::Number, _) => Err(at.type_must_be("a number")),
            (Rule::Whole, _) => Err(at.type_must_be("a whole number")),
            (Rule::Text, _) => Err(at.type_must_be("a string")),
            (Rule::Token, _) => Err(at.type_must_be("a token, a whole number of 0 or more")),
            (Rule::Word(words), _) => Err(at.refuse("invalid_value", &one_of(words))),
            (Rule::List(..), _) => Err(at.type_must_be("an array")),
            (Rule::Object(_), _) => Err(at.type_must_be("an object")),
        }
    }

    /// An image's address. One of the web would make the provider fetch it, from a place and at a
    /// time that the caller chooses.
    fn image(&mut self, value: &Json, at: &Path<'_>) -> Result<(), ProxyError> {
        const MOST: usize = 16;
        const TYPES: [&str; 4] = ["png", "jpeg", "webp", "gif"];
        let Json::Text(url) = value else {
            return Err(at.type_must_be("a string"));
        };
        self.images += 1;
        if self.images > MOST {
            let message = format!("At most {MOST} images are accepted: {at} is one more.");
            return Err(at.refuse_saying(400, "too_many_items", &message));
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
                let most = self.max_image_chars;
                let what = format!(" is too large: at most {most} characters here.");
                let refusal = at.refuse_with(413, "image_too_large", &what);
                return Err(refusal.noting(
                    "image",
                    format!("an image over {most} bytes: maxImageBytes (Config::max_image_bytes)"),
                ));
            }
            return Ok(());
        }
        if self.image_urls && url.starts_with("https://") {
            return Ok(());
        }
        let what = " must be a data: URL of a png, jpeg, webp or gif in base64";
        let web = if self.image_urls {
            ", or an https:// URL."
        } else {
            "."
        };
        let refusal = at.refuse("image_url_not_allowed", &format!("{what}{web}"));
        Err(if url.starts_with("https://") {
            let text = "an image's https:// URL was refused: imageUrls (Config::image_urls)";
            refusal.noting("image URL", text.to_owned())
        } else {
            refusal
        })
    }
}

/// ` must be "low" or "high" here.`
fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match quoted.split_last() {
        None => " may only be null here.".to_owned(),
        Some((last, [])) => format!(" must be {last} here."),
        Some((last, others)) => format!(" must be {} or {last} here.", others.join(", ")),
    }
}

fn is_base64(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
}

/// Of all JSON, one name is refused: JavaScript servers take it for something else.
fn anything(value: &Json, at: &Path<'_>) -> Result<(), ProxyError> {
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
        (Rule::Nullable(rule), value) => fits(rule, value),
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
