//! Parameters are held to the provider's documents before they are sent.

use serde_json::Value;

use super::Error;
use super::builder::Builder;
use super::call::no_json;
use crate::transport::Transport;
use crate::validation::{self, Profile};
use crate::wire::Upload;

impl<T: Transport> Builder<T> {
    /// Whose documented ranges and rules the parameters are held to before they are sent; see
    /// [`validation`](crate::validation). Default: none, or with a key the provider's whose host
    /// is the base URL's.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = Some(profile);
        self
    }
}

/// Refuses what the profile's documents rule out.
pub(super) fn check(
    profile: Profile,
    path: &str,
    params: impl FnOnce() -> serde_json::Result<Value>,
    files: &[(&str, &Upload)],
) -> Result<(), Error> {
    let params = params().map_err(|cause| no_json(&cause))?;
    validation::check(profile, path, &params, files)
        .map_err(|refused| Error::option(&refused.param, refused.message))
}
