//! Streams that come back, over real sockets.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use openai_wasm::client::{Client, Error, ErrorKind, EventStream, NativeClient, RequestOptions};
use openai_wasm::stream::Chunk;
use openai_wasm::transport::ReqwestTransport;
use openai_wasm::wire::chat::{
    ChatCompletionChunk, ChatCompletionMessageParam, ChatCompletionRequest,
};
use openai_wasm::wire::completion::{Completion, CompletionRequest};
use openai_wasm::wire::responses::{ResponseRequest, ResponseStreamEvent};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use upstream::faults::Order;
use upstream::record::Record;
use upstream::{Config, Handle};

const TEXT: &str = "This is a test!";

async fn server() -> Handle {
    upstream::start(Config::default()).await.unwrap()
}

fn client(server: &Handle) -> NativeClient {
    let builder = Client::native_builder().unwrap();
    let builder = builder.proxy_url(&format!("{}/v1", server.url())).unwrap();
    builder.resumable(true).build().unwrap()
}

/// Connections to these paths get these faults, in turn.
fn arm(server: &Handle, path: &str, faults: &[&str]) {
    for fault in faults {
        let (faults, path) = ((*fault).to_owned(), path.to_owned());
        let order = Order {
            faults,
            times: 1,
            path,
        };
        server.armed.arm(order).unwrap();
    }
}

fn chat(text: &str) -> ChatCompletionRequest {
    ChatCompletionRequest::new("stand-in-ngram-1", [ChatCompletionMessageParam::user(text)])
}

type Events<C> = EventStream<ReqwestTransport, C>;

async fn all<C: DeserializeOwned + Chunk + Serialize>(
    mut stream: Events<C>,
) -> (Vec<Value>, Option<Error>) {
    let mut chunks = Vec::new();
    loop {
        match stream.try_next().await {
            Ok(Some(chunk)) => chunks.push(serde_json::to_value(chunk).unwrap()),
            Ok(None) => return (chunks, None),
            Err(error) => return (chunks, Some(error)),
        }
    }
}

/// What came of a stream is what a second reader gets.
async fn whole<C: DeserializeOwned + Chunk + Serialize + 'static>(
    client: &NativeClient,
    stream: Events<C>,
    what: &str,
) -> usize {
    let id = stream.id().expect("it can be resumed").to_owned();
    let (chunks, error) = all(stream).await;
    assert!(error.is_none(), "{what}: {error:?}");
    let again = client.streams().resume::<C>(&id, 0).await.unwrap();
    assert_eq!(all(again).await.0, chunks, "{what}");
    chunks.len()
}

fn lines(server: &Handle) -> Vec<String> {
    let line = |record: &Record| {
        let path = record.path.split('/').take(4).collect::<Vec<_>>().join("/");
        format!("{} {path}", record.method)
    };
    let short = |line: String| match line.find("/streams/") {
        Some(at) => format!("{}/streams/ID", &line[..at]),
        None => line,
    };
    server.log.records().iter().map(line).map(short).collect()
}

#[tokio::test]
async fn streams_that_are_cut_after_any_event_go_on_with_nothing_lost_and_nothing_twice() {
    let server = server().await;
    let client = client(&server);
    let mut completion = CompletionRequest::new("stand-in-ngram-1", "The sea");
    completion.max_tokens = Some(6);
    let response = ResponseRequest::new("stand-in-ngram-1", "Say this is a test");
    let mut counts = [0; 3];
    for at in 0..18 {
        let fault = format!(
            "{}={at}",
            ["cut-events", "reset-events", "end-events"][at % 3]
        );
        arm(&server, "/v1/chat", &[&fault]);
        let stream = client.chat().stream(&chat("Say this is a test")).await;
        let chats = whole::<ChatCompletionChunk>(&client, stream.unwrap(), &fault).await;
        arm(&server, "/v1/completions", &[&fault]);
        let stream = client.completions().stream(&completion).await;
        let completions = whole::<Completion>(&client, stream.unwrap(), &fault).await;
        arm(&server, "/v1/responses", &[&fault]);
        let stream = client.responses().stream(&response).await;
        let responses = whole::<ResponseStreamEvent>(&client, stream.unwrap(), &fault).await;
        let now = [chats, completions, responses];
        assert!(at == 0 || now == counts, "{fault}: {now:?}");
        counts = now;
    }
    assert!(counts.iter().all(|count| *count > 5), "{counts:?}");
}

#[tokio::test]
async fn a_stream_that_is_cut_at_a_byte_goes_on_and_only_attempts_without_progress_count() {
    let server = server().await;
    let client = client(&server);
    for at in 0..10 {
        arm(&server, "/v1/chat", &[&format!("cut={}", at * 211)]);
        let stream = client.chat().stream(&chat("Say this is a test")).await;
        whole::<ChatCompletionChunk>(&client, stream.unwrap(), &at.to_string()).await;
    }
    arm(&server, "/v1/chat", &["cut-events=1"]);
    arm(&server, "/v1/streams", &["cut-events=1"; 6]);
    let mut stream = client
        .chat()
        .stream(&chat("Say this is a test"))
        .await
        .unwrap();
    let mut ids = Vec::new();
    while stream.try_next().await.unwrap().is_some() {
        ids.push(stream.last_event_id().unwrap());
    }
    assert_eq!(ids, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(stream.text(), TEXT);
}

#[tokio::test]
async fn a_proxy_that_cannot_be_reached_is_asked_five_times_and_the_text_stays() {
    let server = server().await;
    let client = client(&server);
    arm(&server, "/v1/chat", &["cut-events=3"]);
    arm(&server, "/v1/streams", &["status=503,retry-after-ms=1"; 6]);
    let stream = client
        .chat()
        .stream(&chat("Say this is a test"))
        .await
        .unwrap();
    let id = stream.id().unwrap().to_owned();
    let error = all(stream).await.1.unwrap();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert_eq!(error.partial_text(), Some("This is"));
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("503"), "{cause}");
    assert_eq!(lines(&server).len(), 6);
    server.armed.clear();
    let rest = client.streams().resume::<ChatCompletionChunk>(&id, 3).await;
    let (chunks, error) = all(rest.unwrap()).await;
    assert!(error.is_none() && chunks.len() == 4, "{chunks:?}");
}

#[tokio::test]
async fn a_stream_that_is_gone_fails_as_it_broke_off() {
    for (cut, kind) in [
        ("cut-events=3", ErrorKind::Connection),
        ("end-events=3", ErrorKind::StreamTruncated),
    ] {
        let server = server().await;
        arm(&server, "/v1/chat", &[cut]);
        arm(
            &server,
            "/v1/streams",
            &["status=404,code=stream_not_found"],
        );
        let stream = client(&server).chat().stream(&chat("Say this is a test"));
        let error = all(stream.await.unwrap()).await.1.unwrap();
        assert_eq!(error.kind(), kind);
        assert_eq!(error.partial_text(), Some("This is"));
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("404"), "{cause}");
        assert_eq!(
            lines(&server),
            ["POST /v1/chat/completions", "GET /v1/streams/ID"]
        );
    }
}

#[tokio::test]
async fn a_proxy_without_resumable_streams_gives_an_ordinary_one() {
    let server = server().await;
    let client = client(&server);
    arm(&server, "/v1/chat", &["no-streams,cut-events=3"]);
    let stream = client
        .chat()
        .stream(&chat("Say this is a test"))
        .await
        .unwrap();
    assert_eq!((stream.id(), stream.last_event_id()), (None, None));
    let error = all(stream).await.1.unwrap();
    assert_eq!(error.kind(), ErrorKind::Connection);
    let asked = client.chat().stream(&chat("Say this is a test"));
    let stream = asked
        .with(RequestOptions::new().resumable(false))
        .await
        .unwrap();
    assert_eq!(stream.id(), None);
    drop(stream);
    assert_eq!(lines(&server), ["POST /v1/chat/completions"; 2]);
}

/// Waits until the server has had so many requests.
async fn requests(server: &Handle, count: usize) -> Vec<String> {
    let come = async {
        while server.log.records().len() < count {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), come)
        .await
        .expect("the requests come");
    lines(server)
}

#[tokio::test]
async fn a_stream_that_is_dropped_is_stopped_and_one_that_is_detached_or_has_ended_is_not() {
    let server = server().await;
    let client = client(&server);
    let long = chat("Tell me of the sea");
    let open = async || {
        arm(&server, "/v1/chat", &["interval=20"]);
        let mut stream = client.chat().stream(&long).await.unwrap();
        stream.next().await.unwrap().unwrap();
        stream
    };
    let detached = open().await;
    let id = detached.id().unwrap().to_owned();
    detached.detach();
    whole::<ChatCompletionChunk>(
        &client,
        client.streams().resume(&id, 0).await.unwrap(),
        "what was detached",
    )
    .await;
    let before = lines(&server).len();
    assert!(!lines(&server).iter().any(|line| line.starts_with("DELETE")));
    drop(open().await);
    let all = requests(&server, before + 2).await;
    assert_eq!(all.last().unwrap(), "DELETE /v1/streams/ID");
}

#[tokio::test]
async fn a_call_that_is_dropped_before_its_answer_is_stopped() {
    let server = server().await;
    arm(&server, "/v1/chat", &["hang"]);
    let client = client(&server);
    let call = client.chat().stream(&chat("x")).into_future();
    let hanging = tokio::time::timeout(Duration::from_millis(300), call).await;
    assert!(hanging.is_err());
    let all = requests(&server, 2).await;
    assert_eq!(all, ["POST /v1/chat/completions", "DELETE /v1/streams/ID"]);
}

#[tokio::test]
async fn a_stream_is_stopped_by_its_id_and_says_so() {
    let server = server().await;
    let client = client(&server);
    let stream = client
        .chat()
        .stream(&chat("Say this is a test"))
        .await
        .unwrap();
    let id = stream.id().unwrap().to_owned();
    all(stream).await;
    client.streams().stop(&id).await.unwrap();
    let rest = client.streams().resume::<ChatCompletionChunk>(&id, 0).await;
    let error = all(rest.unwrap()).await.1.unwrap();
    assert_eq!(error.code(), Some("stream_stopped"));
    let gone = client.streams().stop("aaaaaaaaaaaaaaaaaaaaaa").await;
    assert_eq!(gone.unwrap_err().code(), Some("stream_not_found"));
    let wrong = client.streams().stop("..").await;
    assert_eq!(wrong.unwrap_err().option_name(), Some("id"));
}
