//! The program as a user runs it, with a server on this machine.

#![allow(clippy::expect_used, clippy::unwrap_used)]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use upstream::{Config, start};

fn run(url: &str, input: &str) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_chat"))
        .env("OPENAI_API_KEY", "sk-test-of-the-example-0123456789")
        .env("OPENAI_BASE_URL", url)
        .env("OPENAI_MODEL", "stand-in-ngram-1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut typed = program.stdin.take().unwrap();
    typed.write_all(input.as_bytes()).unwrap();
    drop(typed);
    program.wait_with_output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_line_is_answered_and_the_conversation_goes_along() {
    let server = start(Config::default()).await.unwrap();
    let url = format!("{}/v1", server.url());
    let ran = tokio::task::spawn_blocking(move || run(&url, "Say this is a test\nrepeat: Hello\n"));
    let ran = ran.await.unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    assert_eq!(
        String::from_utf8_lossy(&ran.stdout),
        "This is a test!\nHello\n"
    );
    let second = &server.log.records()[1].body;
    assert!(
        second.contains(r#"{"role":"assistant","content":"This is a test!"}"#),
        "{second}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_told_and_the_key_is_not() {
    let ran = tokio::task::spawn_blocking(|| run("http://127.0.0.1:1/v1", "Hello\n"));
    let ran = ran.await.unwrap();
    assert!(!ran.status.success());
    let words = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(words.contains("Connection"), "{words}");
    assert!(!words.contains("sk-test"), "{words}");
}
