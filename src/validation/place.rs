//! Where a row's parameter stands in a request, and what stands there.

use serde_json::{Map, Value};

use crate::wire::Upload;

/// Characters of a text that an error repeats; a longer text may be a person's.
const SHOWN_CHARACTERS: usize = 24;

/// When a rule holds: another parameter of the same object is one of these.
#[derive(Debug, Clone, Copy)]
pub(super) struct When {
    pub(super) param: &'static str,
    pub(super) is: &'static [&'static str],
    /// Does it hold too when that parameter is absent?
    pub(super) or_absent: bool,
}

impl When {
    pub(super) fn holds(&self, place: &Place<'_>) -> bool {
        match place.beside(self.param) {
            None => self.or_absent,
            Some(value) => value.as_str().is_some_and(|text| self.is.contains(&text)),
        }
    }
}

/// What stands at a place.
pub(super) enum Found<'a> {
    Nothing,
    Json(&'a Value),
    Files(Vec<&'a Upload>),
}

/// A place that a row speaks of.
pub(super) struct Place<'a> {
    /// How an error names it.
    pub(super) path: String,
    pub(super) found: Found<'a>,
    around: Option<&'a Map<String, Value>>,
    pub(super) files: &'a [(&'a str, &'a Upload)],
}

impl<'a> Place<'a> {
    /// Every place of `param` (`a.b`, `a[].b`, `a.*`), also one where nothing stands if its
    /// object does.
    pub(super) fn find(
        param: &str,
        params: &'a Value,
        files: &'a [(&'a str, &'a Upload)],
    ) -> Vec<Self> {
        let uploads: Vec<&Upload> = uploads_of(files, param).collect();
        let mut steps: Vec<Step<'a>> = vec![(String::new(), Some(params), params.as_object())];
        for name in param.replace("[]", ".[]").split('.') {
            steps = steps
                .into_iter()
                .flat_map(|(path, value, _)| inside(&path, value, name))
                .collect();
        }
        let place = |(path, value, around): Step<'a>| Place {
            path,
            found: match value {
                _ if !uploads.is_empty() => Found::Files(uploads.clone()),
                None | Some(Value::Null) => Found::Nothing,
                Some(value) => Found::Json(value),
            },
            around,
            files,
        };
        steps.into_iter().map(place).collect()
    }

    /// Another parameter of the same object, if it is set.
    pub(super) fn beside(&self, name: &str) -> Option<&'a Value> {
        self.around?.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn json(&self) -> Option<&'a Value> {
        match self.found {
            Found::Json(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn uploads(&self) -> &[&'a Upload] {
        match &self.found {
            Found::Files(files) => files,
            _ => &[],
        }
    }

    /// Is there anything?
    pub(super) fn stands(&self) -> bool {
        !matches!(self.found, Found::Nothing)
    }

    pub(super) fn is_set(&self) -> bool {
        match self.found {
            Found::Nothing => false,
            Found::Json(value) => is_set(Some(value)),
            Found::Files(_) => true,
        }
    }
}

type Step<'a> = (String, Option<&'a Value>, Option<&'a Map<String, Value>>);

/// One step of a path further: into each item, each member, or the member of a name.
fn inside<'a>(path: &str, value: Option<&'a Value>, step: &str) -> Vec<Step<'a>> {
    let member = |name: &str| match path {
        "" => name.to_owned(),
        _ => format!("{path}.{name}"),
    };
    match (step, value) {
        ("[]", Some(Value::Array(items))) => items
            .iter()
            .enumerate()
            .map(|(at, item)| (format!("{path}[{at}]"), Some(item), None))
            .collect(),
        ("*", Some(Value::Object(object))) => object
            .iter()
            .map(|(name, value)| (member(&cut(name)), Some(value), Some(object)))
            .collect(),
        ("[]" | "*", _) => Vec::new(),
        (name, Some(Value::Object(object))) => {
            vec![(member(name), object.get(name), Some(object))]
        }
        _ => Vec::new(),
    }
}

pub(super) fn is_set(value: Option<&Value>) -> bool {
    !matches!(value, None | Some(Value::Null | Value::Bool(false)))
}

/// The start of a text.
fn cut(text: &str) -> String {
    let mut start: String = text.chars().take(SHOWN_CHARACTERS).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}

/// A value as an error shows it: short.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => Value::from(cut(text)).to_string(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        other => {
            // `3.0` as JavaScript writes it.
            let text = other.to_string();
            text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
        }
    }
}

/// The files of a field, which is `name[]` where it has several.
pub(super) fn uploads_of<'a>(
    files: &'a [(&'a str, &'a Upload)],
    param: &str,
) -> impl Iterator<Item = &'a Upload> {
    files
        .iter()
        .filter(move |(name, _)| name.strip_suffix("[]").unwrap_or(name) == param)
        .map(|(_, file)| *file)
}
