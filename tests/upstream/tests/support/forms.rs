//! Forms, files and refusals of the other endpoints.

use upstream::Handle;

use super::{Answer, exchange, request};

pub type Part<'a> = (&'a str, Option<&'a str>, Vec<u8>);

pub fn field<'a>(name: &'a str, value: &str) -> Part<'a> {
    (name, None, value.as_bytes().to_vec())
}

pub async fn form(server: &Handle, path: &str, parts: &[Part<'_>]) -> Answer {
    let mut body = Vec::new();
    for (name, filename, bytes) in parts {
        let filename = filename
            .map(|name| format!("; filename=\"{name}\""))
            .unwrap_or_default();
        let head =
            format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"{filename}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    let headers = "Content-Type: multipart/form-data; boundary=XX\r\n";
    exchange(server, &request("POST", path, headers, &body)).await
}

pub async fn delete(server: &Handle, path: &str) -> Answer {
    exchange(server, &request("DELETE", path, "", b"")).await
}

/// Asserts a refusal that names `param`.
pub fn refused(answer: &Answer, param: &str) {
    assert_eq!(answer.status, 400, "{param}: {}", answer.text());
    assert_eq!(answer.json()["error"]["param"], param, "{}", answer.text());
}

pub async fn upload(server: &Handle, purpose: &str, bytes: &[u8]) -> Answer {
    let parts = [
        field("purpose", purpose),
        ("file", Some("mydata.jsonl"), bytes.to_vec()),
    ];
    form(server, "/v1/files", &parts).await
}

pub const EXAMPLES: &[u8] =
    b"{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"prompt\": \"c\", \"completion\": \"d\"}\n";
