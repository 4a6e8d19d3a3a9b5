//! What the pure features pull in, asked of cargo itself.

use std::process::Command;

/// What only a build for the web may depend on.
const WEB: &[&str] = &[
    "wasm-bindgen",
    "js-sys",
    "web-sys",
    "gloo-net",
    "wasm-streams",
    "serde-wasm-bindgen",
];

/// The names of every crate that the library depends on with these features. Without a `target` it is
/// the host's.
fn crates(features: &str, target: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tree", "--package", "openai-wasm", "--edges", "normal"])
        .args(target)
        .args([
            "--prefix",
            "none",
            "--format",
            "{p}",
            "--no-default-features",
            "--features",
            features,
        ])
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree failed: {error}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect()
}

fn web_crates(features: &str) -> Vec<String> {
    web_crates_for(features, &["--target", "all"])
}

fn web_crates_for(features: &str, target: &[&str]) -> Vec<String> {
    let mut crates = crates(features, target);
    assert!(
        crates.iter().any(|name| name == "serde_json"),
        "the list is one of crates"
    );
    crates.retain(|name| WEB.contains(&name.as_str()));
    crates
}

#[test]
fn the_pure_layers_depend_on_nothing_of_the_web() {
    assert_eq!(web_crates(""), Vec::<String>::new());
    assert_eq!(web_crates("tokens"), Vec::<String>::new());
}

#[test]
fn the_generic_client_depends_on_nothing_of_the_web() {
    assert_eq!(web_crates("client"), Vec::<String>::new());
    assert_eq!(web_crates("direct"), Vec::<String>::new());
}

#[test]
fn the_native_transport_depends_on_nothing_of_the_web() {
    assert_eq!(web_crates_for("reqwest", &[]), Vec::<String>::new());
}

#[test]
fn the_web_transport_is_seen_to_depend_on_the_web() {
    assert!(
        web_crates("fetch")
            .iter()
            .any(|name| name == "wasm-bindgen")
    );
}
