//! A client on bare sockets: it sees what a library would hide.
#![allow(dead_code)]

pub mod forms;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use upstream::{Config, Handle, start};

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With its length or its last chunk.
    Whole,
    /// FIN before that.
    Truncated,
    /// RST.
    Reset,
    /// Still open when the test stopped looking.
    Open,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    pub end: End,
    /// Sizes of the chunks of a chunked body.
    pub chunks: Vec<usize>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (other, value) = line.split_once(':')?;
            other.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The data of each event.
    pub fn events(&self) -> Vec<String> {
        self.text()
            .split("\n\n")
            .filter_map(|block| block.lines().find_map(|line| line.strip_prefix("data: ")))
            .map(str::to_owned)
            .collect()
    }

    /// The text of one choice of a streamed chat answer.
    pub fn streamed(&self, index: u64) -> String {
        self.events()
            .iter()
            .filter_map(|data| serde_json::from_str::<Value>(data).ok())
            .flat_map(|chunk| chunk["choices"].as_array().cloned().unwrap_or_default())
            .filter(|choice| choice["index"] == index)
            .filter_map(|choice| choice["delta"]["content"].as_str().map(str::to_owned))
            .collect()
    }
}

pub async fn server() -> Handle {
    start(Config::default()).await.unwrap()
}

pub fn chat(question: &str, more: Value) -> Value {
    let mut body = json!({
        "model": "stand-in-ngram-1",
        "messages": [{"role": "user", "content": question}],
    });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

pub fn request(method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "{method} {path} HTTP/1.1\r\nHost: test\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// Sends bytes, and leaves the socket open.
pub async fn open(server: &Handle, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(server.addr).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// Sends bytes and reads until the answer is whole, the connection ends, or
/// nothing came for `patience`.
pub async fn exchange_for(server: &Handle, bytes: &[u8], patience: Duration) -> Answer {
    let mut stream = open(server, bytes).await;
    let mut raw = Vec::new();
    let mut buffer = vec![0; 65536];
    let mut end = loop {
        if parse(&raw).is_some_and(|answer| answer.end == End::Whole) {
            break End::Whole;
        }
        match tokio::time::timeout(patience, stream.read(&mut buffer)).await {
            Err(_) => break End::Open,
            Ok(Ok(0)) => break End::Truncated,
            Ok(Ok(count)) => raw.extend_from_slice(&buffer[..count]),
            Ok(Err(_)) => break End::Reset,
        }
    };
    let parsed = parse(&raw);
    if parsed
        .as_ref()
        .is_some_and(|answer| answer.end == End::Whole)
    {
        end = End::Whole;
    }
    let none = Answer {
        status: 0,
        head: String::new(),
        body: raw,
        end,
        chunks: Vec::new(),
    };
    Answer {
        end,
        ..parsed.unwrap_or(none)
    }
}

pub async fn exchange(server: &Handle, bytes: &[u8]) -> Answer {
    exchange_for(server, bytes, Duration::from_secs(10)).await
}

pub async fn post(server: &Handle, path: &str, fault: &str, body: &Value) -> Answer {
    let headers = format!("Content-Type: application/json\r\nX-Fault: {fault}\r\n");
    exchange(
        server,
        &request("POST", path, &headers, body.to_string().as_bytes()),
    )
    .await
}

pub async fn get(server: &Handle, path: &str) -> Answer {
    exchange(server, &request("GET", path, "", b"")).await
}

pub async fn ask(server: &Handle, fault: &str, body: &Value) -> Answer {
    post(server, "/v1/chat/completions", fault, body).await
}

/// Reads what there is of an answer.
fn parse(raw: &[u8]) -> Option<Answer> {
    let at = raw.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&raw[..at]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let mut answer = Answer {
        status,
        head,
        body: Vec::new(),
        end: End::Open,
        chunks: Vec::new(),
    };
    let mut rest = &raw[at + 4..];
    if answer.header("transfer-encoding") == Some("chunked") {
        while let Some(line) = rest.windows(2).position(|window| window == b"\r\n") {
            let size = std::str::from_utf8(&rest[..line]).ok()?;
            let size = usize::from_str_radix(size, 16).ok()?;
            rest = &rest[line + 2..];
            if size == 0 {
                answer.end = End::Whole;
                break;
            }
            let have = size.min(rest.len());
            answer.body.extend_from_slice(&rest[..have]);
            answer.chunks.push(have);
            if rest.len() < size + 2 {
                break;
            }
            rest = &rest[size + 2..];
        }
    } else {
        let length: usize = answer
            .header("content-length")
            .map_or(0, |v| v.parse().unwrap());
        answer.body = rest.to_vec();
        if rest.len() >= length {
            answer.end = End::Whole;
        }
    }
    Some(answer)
}
