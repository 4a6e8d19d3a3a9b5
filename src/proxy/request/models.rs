//! Which models a proxy serves.

/// Which models callers may name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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
