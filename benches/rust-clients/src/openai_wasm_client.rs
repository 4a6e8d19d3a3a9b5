//! This crate over a transport that answers from memory.

use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use openai_wasm::client::{Client, SessionToken};
use openai_wasm::policy::headers::HeaderList;
use openai_wasm::policy::retry::Permille;
use openai_wasm::transport::{Body, Fault, FaultKind, Request, Response, Streaming, Transport};
use openai_wasm::wire::chat::{ChatCompletionMessageParam as Message, ChatCompletionRequest};
use openai_wasm::wire::form::FormField;

use crate::Failure;

/// The length of the text and of the arguments of tool calls.
pub async fn read(pieces: Vec<Bytes>) -> Result<usize, Failure> {
    let client = Client::with_transport(Memory(Mutex::new(pieces)))
        .proxy_url("https://proxy.example/v1")?
        .token(SessionToken::fixed("session"))
        .build()?;
    let request = ChatCompletionRequest::new("m", [Message::user("Say this is a test")]);
    let mut chunks = client.chat().stream(&request).await?;
    let mut length = 0;
    while let Some(chunk) = chunks.try_next().await? {
        for choice in chunk.choices {
            length += choice.delta.content.map_or(0, |text| text.len());
            for call in choice.delta.tool_calls.into_iter().flatten() {
                length += call
                    .function
                    .and_then(|function| function.arguments)
                    .map_or(0, |text| text.len());
            }
        }
    }
    Ok(length)
}

/// Answers a request with the pieces.
struct Memory(Mutex<Vec<Bytes>>);

#[derive(Debug)]
struct NoForms;

impl fmt::Display for NoForms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the benchmark sends no form")
    }
}

impl std::error::Error for NoForms {}

impl Fault for NoForms {
    fn kind(&self) -> FaultKind {
        FaultKind::Network
    }
}

struct Pieces(std::vec::IntoIter<Bytes>);

impl Stream for Pieces {
    type Item = Result<Vec<u8>, NoForms>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(|piece| Ok(piece.to_vec())))
    }
}

impl Body<NoForms> for Pieces {
    fn text(self) -> impl Future<Output = Result<String, NoForms>> + Send {
        let bytes: Vec<u8> = self.0.flatten().collect();
        ready(Ok(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

impl Streaming<NoForms> for Pieces {
    type Bytes = Self;

    fn into_bytes(self) -> Self {
        self
    }
}

impl Transport for Memory {
    type Payload = String;
    type Body = Pieces;
    type Fault = NoForms;

    fn form(&self, _: &[FormField<'_>]) -> Result<String, NoForms> {
        Err(NoForms)
    }

    fn send(
        &self,
        _: Request<String>,
    ) -> impl Future<Output = Result<Response<Pieces>, NoForms>> + Send {
        let pieces = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        ready(Ok(Response {
            status: 200,
            headers: HeaderList::from_iter([("content-type", "text/event-stream")]),
            body: Pieces(pieces.into_iter()),
        }))
    }

    fn sleep(&self, ms: u32) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(Duration::from_millis(ms.into()))
    }

    fn now_unix_ms(&self) -> u64 {
        0
    }

    fn chance(&self) -> Permille {
        Permille(0)
    }
}
