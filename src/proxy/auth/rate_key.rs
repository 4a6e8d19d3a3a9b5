//! By what requests are counted.
//!
//! Counting itself is the platform's: Cloudflare's rate-limit binding counts per location and over
//! 10 or 60 seconds, so it slows a caller down and guards no money (threat table, row L13). A budget
//! does ([`crate::proxy::budget`]).

use std::net::{IpAddr, Ipv6Addr};

/// The counter of an address: one for each IPv4 address, one for each /64 of IPv6, which is what a
/// single subscriber gets. All who have no readable address share one.
#[must_use]
pub fn address_bucket(address: Option<&str>) -> String {
    let parsed = address.and_then(|address| address.trim().parse::<IpAddr>().ok());
    match parsed.map(|address| address.to_canonical()) {
        Some(IpAddr::V4(address)) => format!("ip:{address}"),
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("ip:{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        None => "ip:unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_counted_by_what_one_subscriber_has() {
        for (address, bucket) in [
            (Some("192.0.2.1"), "ip:192.0.2.1"),
            (Some(" 192.0.2.1 "), "ip:192.0.2.1"),
            (Some("::ffff:192.0.2.1"), "ip:192.0.2.1"),
            (Some("2001:db8:1:2:3:4:5:6"), "ip:2001:db8:1:2::/64"),
            (Some("2001:DB8:1:2::ffff"), "ip:2001:db8:1:2::/64"),
            (Some("2001:db8:1:3::ffff"), "ip:2001:db8:1:3::/64"),
            (Some("192.0.2.1, 198.51.100.1"), "ip:unknown"),
            (Some("192.0.2.01"), "ip:unknown"),
            (Some("localhost"), "ip:unknown"),
            (Some(""), "ip:unknown"),
            (None, "ip:unknown"),
        ] {
            assert_eq!(address_bucket(address), bucket, "{address:?}");
        }
    }
}
