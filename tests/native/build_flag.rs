//! The build-time flag `proxy-only`: what must not compile does not, and says why.

use std::path::Path;
use std::process::Command;

/// Checks the crate as a dependent's build would, in a target folder of its own.
fn check(features: &str, proxy_url: Option<&str>) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(root)
        .args(["check", "--quiet", "--lib", "--package", "openai-wasm"])
        .args(["--no-default-features", "--features", features])
        .args(["--color", "never"])
        .env("CARGO_TARGET_DIR", root.join("target/build-flag"))
        .env_remove("OPENAI_PROXY_URL")
        .env_remove("RUSTFLAGS");
    if let Some(url) = proxy_url {
        cargo.env("OPENAI_PROXY_URL", url);
    }
    let output = cargo.output().expect("cargo starts");
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
#[ignore = "runs cargo many times: cargo xtask test --rest"]
fn proxy_only_compiles_with_a_good_url_and_with_nothing_else() {
    for good in ["https://example.com/v1", "http://localhost:8787/v1", "/v1"] {
        assert_eq!(check("proxy-only", Some(good)), Ok(()), "{good}");
    }
    for (url, words) in [
        (None, "needs the environment variable OPENAI_PROXY_URL"),
        (Some(""), "is empty"),
        (Some("example.com/v1"), "must be https://"),
        (Some("http://example.com/v1"), "must be https://"),
        (
            Some("https://user:pass@example.com"),
            "user name or password",
        ),
        (
            Some("https://example.com/v1?key=1"),
            "a query or a fragment",
        ),
        (Some("https:///v1"), "names no host"),
        (Some("https://api.openai.com/v1"), "model provider's host"),
        (
            Some("https://API.FIREWORKS.AI./inference/v1"),
            "model provider's host",
        ),
    ] {
        let message = check("proxy-only", url).expect_err(&format!("{url:?} compiled"));
        assert!(message.contains(words), "{url:?}: {message}");
    }
}

#[test]
#[ignore = "runs cargo many times: cargo xtask test --rest"]
fn proxy_only_does_not_compile_together_with_a_feature_that_can_hold_a_key() {
    for feature in ["direct", "proxy-handler", "edge"] {
        let features = format!("proxy-only,{feature}");
        let message = check(&features, Some("/v1")).expect_err(&format!("{features} compiled"));
        assert!(
            message.contains("cannot stand together with"),
            "{features}: {message}"
        );
    }
}
