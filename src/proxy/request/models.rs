//! Which models a proxy serves.

use serde::Deserialize;

/// Which models callers may name. In JSON it is a list of names, or `"*"` for any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(try_from = "Written")]
#[non_exhaustive]
pub enum Models {
    /// None was listed: the proxy does not start.
    #[default]
    None,
    /// These, compared byte by byte.
    List(Vec<String>),
    /// Whatever the key opens, fine-tunes and the dearest model included.
    Any,
}

impl Models {
    /// May a caller name this model?
    #[must_use]
    pub fn contains(&self, model: &str) -> bool {
        match self {
            Self::None => false,
            Self::List(models) => models.iter().any(|known| known == model),
            Self::Any => {
                (1..=256).contains(&model.len()) && model.bytes().all(|b| b.is_ascii_graphic())
            }
        }
    }
}

/// These models and no others.
impl<Name: Into<String>, const COUNT: usize> From<[Name; COUNT]> for Models {
    fn from(names: [Name; COUNT]) -> Self {
        Self::List(names.map(Into::into).into())
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Names(Vec<String>),
    Any(String),
}

impl TryFrom<Written> for Models {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written::Names(names) if names.is_empty() => Ok(Self::None),
            Written::Names(names) => Ok(Self::List(names)),
            Written::Any(any) if any == "*" => Ok(Self::Any),
            Written::Any(_) => Err("models must be a list of names, or \"*\""),
        }
    }
}
