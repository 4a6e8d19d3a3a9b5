//! How many tokens a picture counts as.

/// Tokens of a picture whose size is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageTokens {
    /// With `detail: "low"`.
    pub low: i64,
    /// A picture of 1024 by 1024.
    pub usual: i64,
    /// The most that any picture can have.
    pub most: i64,
}

/// 85 and 170 for each of at most 8 tiles.
const TILES: ImageTokens = ImageTokens {
    low: 85,
    usual: 765,
    most: 1_445,
};
/// 2,833 and 5,667 for each tile.
const TILES_MINI: ImageTokens = ImageTokens {
    low: 2_833,
    usual: 25_501,
    most: 48_169,
};
/// At most 1,536 patches, times at most 2.46.
const PATCHES: ImageTokens = ImageTokens {
    low: 630,
    usual: 2_520,
    most: 3_779,
};
/// At most 10,000 patches, times at most 2.46.
const MANY_PATCHES: ImageTokens = ImageTokens {
    low: 630,
    usual: 2_520,
    most: 24_600,
};

/// The first beginning of a name that fits decides.
const IMAGES: &[(&str, ImageTokens)] = &[
    ("gpt-4o-mini", TILES_MINI),
    ("gpt-4.1-mini", PATCHES),
    ("gpt-4.1-nano", PATCHES),
    ("gpt-4", TILES),
    ("o1", TILES),
    ("o3", TILES),
    ("o4-mini", PATCHES),
];

impl Default for ImageTokens {
    /// Those of a model that is not known.
    fn default() -> Self {
        MANY_PATCHES
    }
}

impl ImageTokens {
    /// Those of a model, by its name.
    #[must_use]
    pub fn of_model(id: &str) -> Self {
        let id = id.strip_prefix("ft:").unwrap_or(id);
        let known = IMAGES.iter().find(|(start, _)| id.starts_with(start));
        known.map_or(MANY_PATCHES, |(_, image)| *image)
    }
}
