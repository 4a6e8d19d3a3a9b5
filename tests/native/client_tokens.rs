//! Session tokens that a function gives: when it is asked, and what a refused token leads to.

use std::convert::Infallible;
use std::future::IntoFuture;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::task::{Context, Waker};
use std::time::Duration;

use futures_util::future::join_all;
use openai_wasm::client::{Client, Error, ErrorKind, RequestOptions, SessionToken};
use openai_wasm::transport::Transport;

use crate::support::{Piece, Scripted, Step};

const JSON: (&str, &str) = ("content-type", "application/json");
const MODELS: &str = r#"{"object":"list","data":[{"id":"m","object":"model"}]}"#;
const EXPIRED: &str = r#"{"error":{"message":"expired","type":"authentication_error","code":"token_expired","param":null}}"#;
const REFUSED: &str = r#"{"error":{"message":"refused","type":"authentication_error","code":"unauthorized","param":null}}"#;

fn answer(status: u16, body: &'static str) -> Step {
    Step::Answer(status, vec![JSON], vec![Piece::Bytes(body)])
}

fn ok() -> Step {
    answer(200, MODELS)
}

/// An answer that comes after all calls have sent their first request.
fn late(status: u16, body: &'static str) -> Step {
    Step::Answer(
        status,
        vec![JSON],
        vec![Piece::Pause(50), Piece::Bytes(body)],
    )
}

fn with_token(world: &Scripted, token: SessionToken) -> Client<Scripted> {
    let builder = Client::with_transport(world.clone());
    let builder = builder.proxy_url("/v1").unwrap();
    builder.token(token).build().unwrap()
}

/// A client whose token function counts how often it was asked, and takes a moment to answer;
/// `name` names the token by that count.
fn counting(
    world: &Scripted,
    name: impl Fn(u32) -> String + Send + Sync + 'static,
) -> (Client<Scripted>, Arc<AtomicU32>) {
    let count = Arc::new(AtomicU32::new(0));
    let asked = Arc::clone(&count);
    let slow = world.clone();
    let token = SessionToken::from_fn(move || {
        let token = name(asked.fetch_add(1, SeqCst) + 1);
        let world = slow.clone();
        async move {
            world.sleep(5).await;
            Ok::<_, Infallible>(token)
        }
    });
    (with_token(world, token), count)
}

fn numbered(count: u32) -> String {
    format!("token-{count}")
}

fn tokens_sent(world: &Scripted) -> Vec<String> {
    let requests = world.requests();
    let value = |request: &openai_wasm::transport::Request<_>| {
        let value = request.headers.get("authorization").unwrap();
        value.trim_start_matches("Bearer ").to_owned()
    };
    requests.iter().map(value).collect()
}

/// So many calls at once.
fn at_once(world: &Scripted, client: &Client<Scripted>, calls: usize) -> Vec<Result<(), Error>> {
    let models = client.models();
    let all = join_all((0..calls).map(|_| models.list().into_future()));
    let results = world.run(all).into_iter();
    results.map(|result| result.map(|_| ())).collect()
}

#[test]
fn the_token_function_is_asked_once_for_all_attempts_and_calls() {
    let world = Scripted::new([answer(500, ""), ok(), ok()]);
    let (client, count) = counting(&world, numbered);
    world.run(client.models().list()).unwrap();
    world.run(client.models().list()).unwrap();
    assert_eq!(tokens_sent(&world), ["token-1"; 3]);
    assert_eq!(count.load(SeqCst), 1);
}

#[test]
fn c12_ten_calls_whose_token_is_refused_ask_once_and_are_sent_again() {
    for refusal in [EXPIRED, REFUSED] {
        let refused = (0..10).map(|_| late(401, refusal));
        let world = Scripted::new(refused.chain((0..10).map(|_| ok())));
        let (client, count) = counting(&world, numbered);
        for result in at_once(&world, &client, 10) {
            result.unwrap();
        }
        assert_eq!(count.load(SeqCst), 2);
        let sent = tokens_sent(&world);
        assert_eq!(sent[..10], ["token-1"; 10]);
        assert_eq!(sent[10..], ["token-2"; 10]);
    }
}

#[cfg(feature = "proxy-handler")]
#[test]
fn what_the_proxy_answers_to_a_token_that_it_refuses_is_recognised() {
    use openai_wasm::policy::attempts::{Attempts, Step as Next};
    use openai_wasm::policy::retry::{Hints, Permille};
    use openai_wasm::proxy::error::ProxyError;

    let then = |refusal: &ProxyError| {
        let (hints, body) = (Hints::default(), refusal.body());
        let attempts = Attempts::new(2, true, true);
        attempts.on_response(refusal.status, hints, body.as_bytes(), Permille(0))
    };
    let renew = Next::Renew { alone: false };
    assert_eq!(then(&ProxyError::unauthorized()), renew);
    assert_eq!(then(&ProxyError::token_expired()), renew);
    // The control: what is wrong with the proxy is nothing that another token mends.
    assert!(matches!(
        then(&ProxyError::misconfigured()),
        Next::Retry { .. }
    ));
}

#[test]
fn a_refusal_that_comes_late_finds_the_new_token() {
    let soon = vec![Piece::Pause(1), Piece::Bytes(REFUSED)];
    let soon = Step::Answer(401, vec![JSON], soon);
    let world = Scripted::new([soon, late(401, REFUSED), ok(), ok()]);
    let (client, count) = counting(&world, numbered);
    for result in at_once(&world, &client, 2) {
        result.unwrap();
    }
    assert_eq!(count.load(SeqCst), 2);
    assert_eq!(
        tokens_sent(&world),
        ["token-1", "token-1", "token-2", "token-2"]
    );
}

#[test]
fn c12_a_second_refusal_and_any_other_401_are_errors() {
    for (answers, asked) in [
        (vec![answer(401, EXPIRED), answer(401, EXPIRED)], 2),
        (vec![answer(401, REFUSED), answer(401, REFUSED)], 2),
        (vec![answer(401, r#"{"error":{"code":"unauthorized"}}"#)], 1),
    ] {
        let world = Scripted::new(answers);
        let (client, count) = counting(&world, numbered);
        let error = world.run(client.models().list()).unwrap_err();
        assert_eq!(error.status(), Some(401));
        assert_eq!(count.load(SeqCst), asked);
    }
    for body in [EXPIRED, REFUSED] {
        let world = Scripted::new([answer(401, body)]);
        let fixed = with_token(&world, SessionToken::fixed("session"));
        let error = world.run(fixed.models().list()).unwrap_err();
        assert_eq!(error.status(), Some(401), "a fixed token has no other");
    }
}

#[test]
fn a_call_after_two_refusals_asks_anew() {
    let world = Scripted::new([answer(401, REFUSED), answer(401, REFUSED), ok()]);
    let (client, count) = counting(&world, numbered);
    assert!(world.run(client.models().list()).is_err());
    world.run(client.models().list()).unwrap();
    assert_eq!(count.load(SeqCst), 3);
    assert_eq!(tokens_sent(&world), ["token-1", "token-2", "token-3"]);
}

#[test]
fn a_function_that_gives_the_refused_token_again_is_not_tried_again() {
    for calls in [1, 10] {
        let world = Scripted::new((0..calls).map(|_| late(401, REFUSED)));
        let (client, count) = counting(&world, |_| "same".to_owned());
        for result in at_once(&world, &client, calls) {
            let error = result.unwrap_err();
            assert_eq!(
                (error.kind(), error.status()),
                (ErrorKind::Status, Some(401))
            );
        }
        assert_eq!((count.load(SeqCst), world.requests().len()), (2, calls));
    }
}

#[test]
fn tokens_that_are_good_for_one_request_serve_calls_in_a_row_and_at_once() {
    let world = Scripted::new([ok(), answer(401, REFUSED), ok(), answer(401, REFUSED), ok()]);
    let (client, _) = counting(&world, numbered);
    for _ in 0..3 {
        world.run(client.models().list()).unwrap();
    }
    let row = ["token-1", "token-1", "token-2", "token-2", "token-3"];
    assert_eq!(tokens_sent(&world), row);

    let refused = || late(401, REFUSED);
    let first = [ok(), refused(), refused(), refused()];
    let second = [ok(), refused(), refused()];
    let world = Scripted::new(first.into_iter().chain(second).chain([ok(), ok()]));
    let (client, count) = counting(&world, numbered);
    for result in at_once(&world, &client, 4) {
        result.unwrap();
    }
    assert_eq!(count.load(SeqCst), 4);
    let mut last = tokens_sent(&world).split_off(7);
    last.sort();
    assert_eq!(last, ["token-3", "token-4"]);
}

#[test]
fn a_question_counts_within_the_calls_time_limit_and_is_no_attempt() {
    let world = Scripted::new([]);
    let token = SessionToken::from_fn(std::future::pending::<Result<_, Infallible>>);
    let client = with_token(&world, token);
    let options = RequestOptions::new()
        .timeout(Duration::from_millis(70))
        .max_retries(5);
    let call = client.models().list().with(options);
    let error = world.run(call).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("token"), "{error}");
    assert_eq!(world.now(), 70);
    assert!(world.requests().is_empty());
}

/// A function whose first question never ends, as in a request that was cancelled.
fn hangs_once() -> SessionToken {
    let again = AtomicBool::new(false);
    SessionToken::from_fn(move || {
        let first = !again.swap(true, SeqCst);
        async move {
            if first {
                std::future::pending::<()>().await;
            }
            Ok::<_, Infallible>("token".to_owned())
        }
    })
}

#[test]
fn where_requests_stand_alone_no_call_waits_for_anothers_question() {
    let world = Scripted::new([ok(), ok()]).apart();
    let client = with_token(&world, hangs_once());
    let mut cancelled = pin!(client.models().list().into_future());
    let mut context = Context::from_waker(Waker::noop());
    assert!(cancelled.as_mut().poll(&mut context).is_pending());
    for _ in 0..2 {
        world.run(client.models().list()).unwrap();
    }
    assert_eq!(world.now(), 0);

    // The control: elsewhere the second call waits for the first one's question.
    let world = Scripted::new([]);
    let client = with_token(&world, hangs_once());
    let mut first = pin!(client.models().list().into_future());
    assert!(first.as_mut().poll(&mut context).is_pending());
    let quick = RequestOptions::new().timeout(Duration::from_millis(9));
    let error = world.run(client.models().list().with(quick)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[test]
fn where_requests_stand_alone_refused_calls_ask_for_themselves_and_share_what_came() {
    let refused = [answer(401, REFUSED), late(401, REFUSED)];
    let world = Scripted::new(refused.into_iter().chain([ok(), ok(), ok()])).apart();
    let (client, count) = counting(&world, numbered);
    for result in at_once(&world, &client, 2) {
        result.unwrap();
    }
    world.run(client.models().list()).unwrap();
    // Two at first, each of its own.
    assert!(
        (3..=4).contains(&count.load(SeqCst)),
        "{}",
        count.load(SeqCst)
    );
    assert_eq!(world.requests().len(), 5);
}
