//! The native client over real sockets, against the stand-in server.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use futures_util::{StreamExt, TryStreamExt};
use openai_wasm::client::{
    Call, Client, Error, ErrorKind, EventStream, NativeClient, RequestOptions, SessionToken,
};
use openai_wasm::transport::{ReqwestFault, ReqwestTransport};
use openai_wasm::wire::Upload;
use openai_wasm::wire::audio::TranscriptionRequest;
use openai_wasm::wire::chat::{
    ChatCompletion, ChatCompletionChunk, ChatCompletionMessageParam, ChatCompletionRequest,
};
use openai_wasm::wire::speech::{SpeechFormat, SpeechRequest, SpeechStreamEvent};
use tokio::net::TcpListener;
use upstream::faults::Order;
use upstream::record::Outcome;
use upstream::{Config, Handle};

const MAX_EVENT_BYTES: usize = 64 * 1024;

/// Everything of a client may go to another thread.
const _: () = {
    const fn crosses<T: Send + Sync>() {}
    crosses::<NativeClient>();
    crosses::<Call<ReqwestTransport, ChatCompletion>>();
    crosses::<SessionToken>();
    crosses::<Error>();
    const fn moves<T: Send>() {}
    moves::<EventStream<ReqwestTransport, ChatCompletionChunk>>();
    moves::<<Call<ReqwestTransport, ChatCompletion> as IntoFuture>::IntoFuture>();
};

async fn server() -> Handle {
    upstream::start(Config::default()).await.unwrap()
}

fn client(server: &Handle, fault: &str) -> NativeClient {
    Client::native_builder()
        .unwrap()
        .proxy_url(&format!("{}/v1", server.url()))
        .unwrap()
        .token(SessionToken::from_fn(async || {
            Ok::<_, Error>("session".to_owned())
        }))
        .header("x-fault", Some(fault).filter(|fault| !fault.is_empty()))
        .unwrap()
        .max_retries(0)
        .max_event_bytes(MAX_EVENT_BYTES)
        .build()
        .unwrap()
}

fn request(text: &str) -> ChatCompletionRequest {
    ChatCompletionRequest::new("stand-in-ngram-1", [ChatCompletionMessageParam::user(text)])
}

/// How a stream ended.
async fn end_of(call: impl IntoFuture<Output = Result<Chunks, Error>>) -> Result<String, Error> {
    let mut stream = call.await?;
    while stream.try_next().await?.is_some() {}
    assert!(stream.next().await.is_none(), "it has ended");
    Ok(stream.text().to_owned())
}

type Chunks = EventStream<ReqwestTransport, ChatCompletionChunk>;

#[tokio::test]
async fn a_whole_answer_and_a_streamed_one_are_the_same() {
    let server = server().await;
    let client = client(&server, "");
    let asked = request("Say this is a test");
    let whole = client.chat().create(&asked).await.unwrap();
    assert_eq!(whole.text(), "This is a test!");
    assert_eq!(
        end_of(client.chat().stream(&asked)).await.unwrap(),
        whole.text()
    );
    let sent = server.log.records();
    let shown = ("authorization".to_owned(), "Bearer session".to_owned());
    assert!(sent[0].headers.contains(&shown), "{:?}", sent[0].headers);
}

#[tokio::test]
async fn every_split_of_the_bytes_gives_the_same_answer() {
    let server = server().await;
    for fault in [
        "split",
        "chunk=7",
        "line-end=cr",
        "bom",
        "comments",
        "unterminated",
    ] {
        let client = client(&server, fault);
        let text = end_of(client.chat().stream(&request("repeat: Grüße, 世界 🌍"))).await;
        assert_eq!(text.unwrap(), "Grüße, 世界 🌍", "{fault}");
    }
}

/// A time limit that each of these faults must meet, and no other case may.
const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn twelve_faults_end_a_stream_as_the_errors_that_they_are() {
    let giant = format!("giant={}", MAX_EVENT_BYTES + 1);
    let server = server().await;
    for (fault, limit, kind, status) in [
        ("cut-events=3", LONG, ErrorKind::Connection, None),
        ("end-events=3", LONG, ErrorKind::StreamTruncated, None),
        ("bad-json", LONG, ErrorKind::Decode, None),
        ("status=500", LONG, ErrorKind::Status, Some(500)),
        ("status=429", LONG, ErrorKind::Status, Some(429)),
        (
            "redirect=https://example.com/",
            LONG,
            ErrorKind::Redirect,
            None,
        ),
        ("stall=3", SHORT, ErrorKind::StreamIdle, None),
        ("hang", SHORT, ErrorKind::Timeout, None),
        ("html", LONG, ErrorKind::Decode, None),
        ("empty", LONG, ErrorKind::StreamTruncated, None),
        (
            "error=openai,error-after=3",
            LONG,
            ErrorKind::Reported,
            None,
        ),
        (giant.as_str(), LONG, ErrorKind::StreamLimit, None),
    ] {
        let client = client(&server, fault);
        let limits = RequestOptions::new().timeout(limit);
        let asked = request("Say this is a test");
        let error = end_of(client.chat().stream(&asked).with(limits))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{fault}: {error}");
        if status.is_some() {
            assert_eq!(error.status(), status, "{fault}: {error}");
        }
        if fault.contains("=3") && kind != ErrorKind::Redirect {
            assert!(
                "This is a test!".starts_with(error.partial_text().unwrap()),
                "{fault}: what was said stays"
            );
        }
    }
    let whole = end_of(
        client(&server, "")
            .chat()
            .stream(&request("Say this is a test")),
    );
    assert_eq!(
        whole.await.unwrap(),
        "This is a test!",
        "the control ends well"
    );
}

#[tokio::test]
async fn a_lost_connection_says_why_and_keeps_its_cause() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = Client::native_builder()
        .unwrap()
        .proxy_url(&format!("http://{address}/v1"))
        .unwrap()
        .query("deployment", "in-the-query")
        .max_retries(0)
        .build()
        .unwrap();
    let error = client.models().list().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(error.to_string().contains("refused"), "{error}");
    let source = std::error::Error::source(&error).unwrap();
    assert!(source.is::<ReqwestFault>());
    let words = format!("{error} {error:?} {source} {source:?}");
    assert!(!words.contains("in-the-query"), "{words}");
}

#[tokio::test]
async fn a_form_goes_out_with_its_files_and_again_in_the_next_attempt() {
    let server = server().await;
    let client = client(&server, "");
    server
        .armed
        .arm(Order {
            faults: "status=503".to_owned(),
            times: 1,
            path: String::new(),
        })
        .unwrap();
    let file = Upload::new("speech.mp3", "repeat: Hello there");
    let asked = TranscriptionRequest::new(file, "whisper-1");
    let again = RequestOptions::new().max_retries(1);
    let heard = client
        .audio()
        .transcriptions()
        .create(&asked)
        .with(again)
        .await
        .unwrap();
    assert_eq!(heard.text(), "Hello there");
    assert_eq!(server.log.records().len(), 2);
}

#[tokio::test]
async fn dropping_a_stream_closes_its_connection() {
    let server = server().await;
    let client = client(&server, "stall=2");
    let mut stream = client
        .chat()
        .stream(&request("Say this is a test"))
        .await
        .unwrap();
    stream.next().await.unwrap().unwrap();
    let mut seen = server.log.subscribe();
    drop(stream);
    let closed = async {
        while server.log.records()[0].outcome == Outcome::Open {
            seen.changed().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(20), closed)
        .await
        .expect("the socket stays open");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_and_streams_run_in_spawned_tasks() {
    let server = server().await;
    let client = client(&server, "");
    let asked = Arc::new(request("Say this is a test"));
    let tasks = (0..8).map(|_| {
        let (client, asked) = (client.clone(), Arc::clone(&asked));
        tokio::spawn(async move {
            let stream = client.chat().stream(&asked).await?;
            // The stream itself goes to another task.
            let text = tokio::spawn(end_of(async { Ok(stream) })).await.unwrap()?;
            let models = client.models().list().await?;
            assert!(!models.data.is_empty());
            Ok::<_, Error>(text)
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        assert_eq!(task.await.unwrap().unwrap(), "This is a test!");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_axum_handler_holds_a_client_as_its_state() {
    async fn ask(State(client): State<NativeClient>) -> Result<String, String> {
        let asked = request("Say this is a test");
        let mut stream = client
            .chat()
            .stream(&asked)
            .await
            .map_err(|error| error.to_string())?;
        let mut text = String::new();
        while let Some(chunk) = stream.try_next().await.map_err(|error| error.to_string())? {
            text.push_str(chunk.text());
        }
        Ok(text)
    }
    let server = server().await;
    let app = Router::new()
        .route("/v1/models", get(ask))
        .with_state(client(&server, ""));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });
    let caller = Client::native_builder()
        .unwrap()
        .proxy_url(&format!("http://{address}/v1"))
        .unwrap()
        .build()
        .unwrap();
    let answer = caller.get("/models").text().await.unwrap();
    assert_eq!(answer, "This is a test!");
    serving.abort();
}

#[tokio::test]
async fn speech_comes_whole_in_pieces_and_as_events_and_is_the_same_sound() {
    let server = server().await;
    let ours = client(&server, "");
    let speech = ours.audio().speech();
    let mut asked = speech_of("The sea is wide and the ships are small");
    asked.response_format = Some(SpeechFormat::Wav);
    // Each method says itself how the sound is to come.
    asked.stream_format = Some("sse".into());
    let whole = speech.create(&asked).await.unwrap();
    assert!(whole.meta().headers().get("content-type") == Some("audio/wav"));
    let whole = whole.read_to_end().await.unwrap();
    assert!(whole.starts_with(b"RIFF") && whole.len() > 10_000);

    let mut pieces = speech.create(&asked).await.unwrap();
    let (mut all, mut reads) = (Vec::new(), 0);
    while let Some(piece) = pieces.try_next().await.unwrap() {
        all.extend(piece);
        reads += 1;
    }
    assert!(all == whole && reads > 1, "{} in {reads}", all.len());

    let mut events = speech.stream(&asked).await.unwrap();
    let (mut all, mut usage) = (Vec::new(), None);
    while let Some(event) = events.try_next().await.unwrap() {
        match event {
            SpeechStreamEvent::Delta(sound) => all.extend(sound.bytes().unwrap()),
            SpeechStreamEvent::Done(done) => usage = done.usage,
            other => panic!("{other:?}"),
        }
    }
    assert!(all == whole, "{}", all.len());
    assert!(usage.unwrap().total_tokens > 0);
    let formats: Vec<_> = server.log.records().iter().map(sent_format).collect();
    assert_eq!(formats, [None, None, Some("sse".to_owned())]);
}

fn speech_of(text: &str) -> SpeechRequest {
    SpeechRequest::new("gpt-4o-mini-tts", "alloy", text)
}

fn sent_format(record: &upstream::record::Record) -> Option<String> {
    let body: serde_json::Value = serde_json::from_str(&record.body).unwrap();
    Some(body.get("stream_format")?.as_str()?.to_owned())
}

#[tokio::test]
async fn speech_that_is_cut_is_an_error_as_bytes_and_as_events() {
    let server = server().await;
    let asked = speech_of("The sea is wide and the ships are small");
    for fault in ["cut=5000", "reset=5000"] {
        let sound = client(&server, fault).audio().speech().create(&asked).await;
        let error = sound.unwrap().read_to_end().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection, "{fault}");
    }
    for (fault, kind) in [
        ("end-events=1", ErrorKind::StreamTruncated),
        ("cut-events=1", ErrorKind::Connection),
        ("error=openai", ErrorKind::Reported),
    ] {
        let mut events = client(&server, fault)
            .audio()
            .speech()
            .stream(&asked)
            .await
            .unwrap();
        let error = loop {
            match events.try_next().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{fault}: it ended as if it were whole"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), kind, "{fault}");
    }
    let speech = client(&server, "").audio().speech();
    let error = speech.create(&speech_of("")).await;
    assert_eq!(error.err().unwrap().param(), Some("input"));
}
