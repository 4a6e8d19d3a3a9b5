//! What a rule demands, in words and as a test. `pkg-template/lib/checks.js` does the same.

use serde_json::{Map, Value};

use super::file;
use super::place::{Found, Place, is_set, shown, uploads_of};

/// The documents' limit for every name.
const NAME_CHARACTERS: usize = 64;

/// Which ends of a range lie outside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    Inside,
    LeastOutside,
    MostOutside,
    Outside,
}

impl Ends {
    pub(super) const fn least_outside(self) -> bool {
        matches!(self, Self::LeastOutside | Self::Outside)
    }

    pub(super) const fn most_outside(self) -> bool {
        matches!(self, Self::MostOutside | Self::Outside)
    }
}

/// A demand on one parameter. Other parameters that it speaks of stand in the same object.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// It is there.
    Required,
    /// A number of a range; without `most`, it has no upper end.
    Number {
        least: f64,
        most: Option<f64>,
        ends: Ends,
        whole: bool,
    },
    /// A whole number of 64 bits, signed.
    Int64,
    /// A text out of these. Objects pass: some parameters are either.
    OneOf(&'static [&'static str]),
    /// A name for machines.
    Name,
    /// How many characters a text has. What is no text passes.
    Length { least: usize, most: usize },
    /// How many items an array, a form's field of files or an object has; the rest passes.
    Items { least: usize, most: usize },
    /// How many characters each key of an object has at most.
    Keys(usize),
    /// A number that is at least another parameter.
    AtLeast(&'static str),
    /// One of these is set too.
    Needs(&'static [&'static str]),
    /// Another parameter has this value.
    NeedsValue(&'static str, &'static str),
    /// Another parameter is not set.
    Excludes(&'static str),
    /// Another parameter has none of these values.
    ExcludesValues(&'static str, &'static [&'static str]),
    /// A file whose name ends in one of these.
    Extension(&'static [&'static str]),
    /// A file of fewer bytes.
    Below { mebibytes: u64 },
    /// A file with a JSON object on each line.
    JsonLines,
    /// A PNG file.
    Png,
    /// A PNG as wide as high.
    Square,
    /// A PNG of the size of another one.
    SizeOf(&'static str),
    /// A PNG with transparency, unless another file is given.
    Transparent { unless: &'static str },
}

impl Rule {
    /// The demand, as a clause after the parameter's name.
    pub(super) fn clause(&self) -> String {
        match self {
            Self::Required => "is required".to_owned(),
            Self::Number {
                least,
                most,
                ends,
                whole,
            } => {
                let kind = if *whole { "a whole number, " } else { "" };
                let range = match (ends, most) {
                    (Ends::Inside, Some(most)) => format!("{least} to {most}"),
                    (_, Some(most)) => format!(
                        "{} {least} and {} {most}",
                        if ends.least_outside() {
                            "above"
                        } else {
                            "at least"
                        },
                        if ends.most_outside() {
                            "below"
                        } else {
                            "at most"
                        },
                    ),
                    (_, None) => format!("at least {least}"),
                };
                format!("must be {kind}{range}")
            }
            Self::Int64 => "must be a whole number of 64 bits".to_owned(),
            Self::OneOf(texts) => format!("must be {}", either(texts, "\"")),
            Self::Name => {
                format!("must be 1 to {NAME_CHARACTERS} letters, digits, underscores and dashes")
            }
            Self::Length { least, most } => {
                format!("must have {}", count(*least, *most, "character"))
            }
            Self::Items { least, most } => format!("must have {}", count(*least, *most, "item")),
            Self::Keys(most) => format!("must have keys of {}", count(0, *most, "character")),
            Self::AtLeast(other) => format!("must be at least {other}"),
            Self::Needs(others) => format!("needs {}", either(others, "")),
            Self::NeedsValue(other, value) => format!("needs {other} \"{value}\""),
            Self::Excludes(other) => format!("cannot go with {other}"),
            Self::ExcludesValues(other, values) => {
                format!("cannot go with {other} {}", either(values, "\""))
            }
            Self::Extension(endings) => format!("must be named {}", either(endings, "")),
            Self::Below { mebibytes } => format!("must be a file of less than {mebibytes} MB"),
            Self::JsonLines => "must have a JSON object on each line".to_owned(),
            Self::Png => "must be a PNG file".to_owned(),
            Self::Square => "must be square".to_owned(),
            Self::SizeOf(other) => format!("must have the size of {other}"),
            Self::Transparent { unless } => {
                format!("must have transparency, or {unless} must be given")
            }
        }
    }

    /// Does the place meet the demand? If not, what was found there; empty if that says nothing.
    pub(super) fn test(&self, place: &Place<'_>) -> Result<(), String> {
        if let Self::Required = self {
            return verdict(place.stands(), String::new);
        }
        match self {
            Self::Extension(_)
            | Self::Below { .. }
            | Self::JsonLines
            | Self::Png
            | Self::Square
            | Self::SizeOf(_)
            | Self::Transparent { .. } => self.test_files(place),
            Self::Needs(others) => verdict(
                !place.is_set() || others.iter().any(|name| is_set(place.beside(name))),
                String::new,
            ),
            Self::NeedsValue(other, value) => verdict(
                !place.is_set() || place.beside(other).and_then(Value::as_str) == Some(value),
                String::new,
            ),
            Self::Excludes(other) => {
                verdict(!place.is_set() || !is_set(place.beside(other)), String::new)
            }
            Self::ExcludesValues(other, values) => {
                let other = place.beside(other).and_then(Value::as_str);
                let clash = other.is_some_and(|other| values.contains(&other));
                verdict(!place.is_set() || !clash, String::new)
            }
            Self::Items { least, most } => {
                let items = match (&place.found, place.json()) {
                    (Found::Files(files), _) => files.len(),
                    (_, Some(Value::Array(items))) => items.len(),
                    (_, Some(Value::Object(members))) => members.len(),
                    _ => return Ok(()),
                };
                verdict((*least..=*most).contains(&items), || items.to_string())
            }
            _ => place
                .json()
                .map_or(Ok(()), |value| self.test_json(value, place)),
        }
    }

    fn test_json(&self, value: &Value, place: &Place<'_>) -> Result<(), String> {
        let good = match self {
            Self::Number {
                least,
                most,
                ends,
                whole,
            } => value.as_f64().is_some_and(|number| {
                let above = number > *least || (number == *least && !ends.least_outside());
                let below = most
                    .is_none_or(|most| number < most || (number == most && !ends.most_outside()));
                above && below && (!whole || number.fract() == 0.0)
            }),
            Self::Int64 => value.is_i64() || value.as_f64().is_some_and(is_int64),
            Self::OneOf(texts) => match value {
                Value::String(text) => texts.contains(&text.as_str()),
                Value::Object(_) => true,
                _ => false,
            },
            Self::Name => value.as_str().is_some_and(is_name),
            Self::Length { least, most } => match value.as_str() {
                Some(text) => {
                    let characters = text.chars().count();
                    return verdict((*least..=*most).contains(&characters), || {
                        characters.to_string()
                    });
                }
                None => true,
            },
            Self::Keys(most) => {
                let keys = value.as_object().into_iter().flat_map(Map::keys);
                let longest = keys.map(|key| key.chars().count()).max().unwrap_or(0);
                return verdict(longest <= *most, || longest.to_string());
            }
            Self::AtLeast(other) => match (value.as_f64(), place.beside(other)) {
                (Some(number), Some(other)) => other.as_f64().is_none_or(|other| number >= other),
                _ => true,
            },
            _ => true,
        };
        verdict(good, || shown(value))
    }

    fn test_files(&self, place: &Place<'_>) -> Result<(), String> {
        for upload in place.uploads() {
            let bytes = &upload.bytes;
            let size = file::png_size(bytes);
            match self {
                Self::Extension(endings) => {
                    // Without an ending, the media type may tell the format.
                    let name = upload.filename.rsplit(['/', '\\']).next().unwrap_or("");
                    if let Some(ending) = name.rfind('.').and_then(|at| name.get(at..)) {
                        let known = endings.iter().any(|e| e.eq_ignore_ascii_case(ending));
                        verdict(known, || shown(&Value::from(ending)))?;
                    }
                }
                Self::Below { mebibytes } => {
                    let length = bytes.len() as u64;
                    verdict(length < mebibytes << 20, || format!("{length} bytes"))?;
                }
                Self::JsonLines => verdict(file::is_json_lines(bytes), String::new)?,
                Self::Png => verdict(size.is_some(), String::new)?,
                Self::Square => {
                    if let Some((width, height)) = size {
                        verdict(width == height, || format!("{width}x{height}"))?;
                    }
                }
                Self::SizeOf(other) => {
                    let first = uploads_of(place.files, other).next();
                    let other = first.and_then(|file| file::png_size(&file.bytes));
                    if let (Some(size), Some(other)) = (size, other) {
                        verdict(size == other, || format!("{}x{}", size.0, size.1))?;
                    }
                }
                Self::Transparent { unless } => verdict(
                    uploads_of(place.files, unless).next().is_some()
                        || file::may_be_transparent(bytes),
                    String::new,
                )?,
                _ => {}
            }
        }
        Ok(())
    }
}

fn verdict(good: bool, found: impl FnOnce() -> String) -> Result<(), String> {
    if good { Ok(()) } else { Err(found()) }
}

fn is_name(text: &str) -> bool {
    (1..=NAME_CHARACTERS).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// `1e3` and `5.0` are whole numbers too.
fn is_int64(number: f64) -> bool {
    const END: f64 = 9_223_372_036_854_775_808.0;
    number.fract() == 0.0 && (-END..END).contains(&number)
}

/// `a, b or c`, each in `quote`.
fn either(texts: &[&str], quote: &str) -> String {
    let texts: Vec<String> = texts
        .iter()
        .map(|text| format!("{quote}{text}{quote}"))
        .collect();
    match texts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// `1 to 4 items`, `at least 1 item`, `at most 16 items`.
fn count(least: usize, most: usize, unit: &str) -> String {
    let (text, last) = match (least, most) {
        (least, usize::MAX) => (format!("at least {least}"), least),
        (0, most) => (format!("at most {most}"), most),
        (least, most) if least == most => (format!("exactly {most}"), most),
        (least, most) => (format!("{least} to {most}"), most),
    };
    let plural = if last == 1 { "" } else { "s" };
    format!("{text} {unit}{plural}")
}
