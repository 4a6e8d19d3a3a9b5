//! What the lock file may bring: licences that the product can be shipped with, and no crate that is
//! banned. Advisories change without a commit; the release checks them.

use std::process::Command;

use serde_json::Value;
use spdx::{Expression, ParseMode};

const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-3-Clause",
    "BSL-1.0",
    // Certificates of the roots that browsers trust: data
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Zlib",
];

/// Crates that must not come back, and what is used instead.
const BANNED: &[(&str, &str)] = &[
    (
        "openssl-sys",
        "rustls, which builds everywhere without a C library",
    ),
    ("native-tls", "rustls"),
    ("wee_alloc", "talc, which is maintained"),
];

/// Each package of the lock file, of whatever platform: its name and its licence.
fn packages() -> Vec<(String, Option<String>)> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {told}");
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let listed = metadata["packages"].as_array().unwrap().iter();
    listed
        .filter(|package| package["source"].is_string())
        .map(|package| {
            let name = package["name"].as_str().unwrap().to_owned();
            (name, package["license"].as_str().map(str::to_owned))
        })
        .collect()
}

/// Whether one of the licences that an expression offers is allowed.
fn is_allowed(licence: &str) -> bool {
    let Ok(expression) = Expression::parse_mode(licence, ParseMode::LAX) else {
        return false;
    };
    expression.evaluate(|requirement| {
        let id = requirement.license.id();
        id.is_some_and(|id| ALLOWED.contains(&id.name))
    })
}

#[test]
fn every_dependency_has_a_licence_that_is_allowed() {
    let refused: Vec<_> = packages()
        .into_iter()
        .filter(|(_, licence)| !licence.as_deref().is_some_and(is_allowed))
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
    for (licence, allowed) in [
        ("MIT/Apache-2.0", true),
        ("GPL-3.0-only OR MIT", true),
        ("MIT AND GPL-3.0-only", false),
        ("AGPL-3.0-only", false),
        ("LicenseRef-mine", false),
        ("nonsense", false),
    ] {
        assert_eq!(is_allowed(licence), allowed, "control: {licence}");
    }
}

#[test]
fn no_dependency_is_banned() {
    let packages = packages();
    assert!(packages.iter().any(|(name, _)| name == "serde"), "control");
    for (banned, instead) in BANNED {
        let found = packages.iter().any(|(name, _)| name == banned);
        assert!(!found, "{banned} is banned; use {instead}");
    }
}
