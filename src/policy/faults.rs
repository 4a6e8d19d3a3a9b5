//! The reasons of this layer as errors; the page's client does without.

use std::error::Error;
use std::fmt;

use super::allow_http::EntryFault;
use super::endpoint::UrlFault;
use super::headers::{CredentialFault, HeaderFault};

impl Error for EntryFault {}
impl Error for HeaderFault {}
impl Error for UrlFault {}
impl Error for CredentialFault {}

impl fmt::Display for CredentialFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.clause())
    }
}
