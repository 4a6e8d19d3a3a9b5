//! What the key-holding client may send: any header. Its base URL is judged by `keyed.rs`, which knows
//! the hosts of `allowHttp`.

use crate::policy::endpoint::{BaseUrl, UrlFault};
pub(super) use crate::policy::headers::check_name as header_name;

pub(super) fn base(url: &str) -> Result<(), UrlFault> {
    BaseUrl::of_server::<&str>(url, &[]).map(|_| ())
}
