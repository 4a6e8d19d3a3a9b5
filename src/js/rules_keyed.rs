//! What the key-holding client may send: any header. Its base URL is judged by `keyed.rs`, which knows
//! the hosts of `allowHttp`.

use crate::policy::endpoint::{BaseUrl, UrlFault};
use crate::policy::headers::{self, HeaderFault};

pub(super) fn base(url: &str) -> Result<(), UrlFault> {
    BaseUrl::of_server::<&str>(url, &[]).map(|_| ())
}

pub(super) fn header(name: &str, value: &str) -> Result<(), HeaderFault> {
    headers::check(name, value)
}
