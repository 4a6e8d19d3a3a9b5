//! Lists that come in pages, item by item.

use openai_wasm::client::{Client, Error, ErrorKind, RequestOptions};
use openai_wasm::wire::file::FileListQuery;
use serde_json::Value;

use crate::support::{Piece, Scripted, Step};

fn client(world: &Scripted) -> Client<Scripted> {
    let builder = Client::with_transport(world.clone()).max_retries(0);
    builder.proxy_url("/v1").unwrap().build().unwrap()
}

fn page(body: &'static str) -> Step {
    let json = ("content-type", "application/json");
    Step::Answer(200, vec![json], vec![Piece::Bytes(body)])
}

const FIRST: &str = r#"{"data":[{"id":"a"},{"id":"b"}],"last_id":"b","has_more":true}"#;

fn ids(items: Vec<Result<Value, Error>>) -> Vec<String> {
    let id = |item: Result<Value, Error>| match item {
        Ok(item) => item["id"].to_string(),
        Err(error) => format!("{:?}", error.kind()),
    };
    items.into_iter().map(id).collect()
}

#[test]
fn files_are_followed_from_page_to_page_with_the_callers_query() {
    let world = Scripted::new([
        page(FIRST),
        page(r#"{"data":[{"id":"c"}],"has_more":false}"#),
    ]);
    let mut query = FileListQuery::default();
    (query.limit, query.after) = (Some(2), Some("z".to_owned()));
    let options = RequestOptions::new().query("x", "y");
    let items = client(&world).files().list(&query).with(options).items();
    let ids: Vec<_> = world
        .drain(items)
        .into_iter()
        .map(|file| file.unwrap().id)
        .collect();
    assert_eq!(ids, ["a", "b", "c"]);
    let urls: Vec<_> = world.requests().into_iter().map(|sent| sent.url).collect();
    assert_eq!(
        urls,
        [
            "/v1/files?after=z&limit=2&x=y",
            "/v1/files?limit=2&after=b&x=y"
        ]
    );
}

#[test]
fn every_way_in_which_a_list_goes_on_or_ends() {
    let error = Step::Answer(404, vec![], vec![Piece::Bytes("{}")]);
    for (name, pages, expected) in [
        (
            "one page",
            vec![page(r#"{"data":[{"id":"a"}]}"#)],
            vec!["\"a\""],
        ),
        (
            "no item",
            vec![page(r#"{"data":[],"has_more":true}"#)],
            vec![],
        ),
        ("no list", vec![page("{}")], vec![]),
        (
            "no last_id",
            vec![
                page(r#"{"data":[{"id":"a"}],"has_more":true}"#),
                page(r#"{"data":[{"id":"b"}]}"#),
            ],
            vec!["\"a\"", "\"b\""],
        ),
        (
            "an empty page amid others",
            vec![
                page(FIRST),
                page(r#"{"data":[],"last_id":"x","has_more":true}"#),
                page(r#"{"data":[{"id":"c"}]}"#),
            ],
            vec!["\"a\"", "\"b\"", "\"c\""],
        ),
        (
            "the same page again",
            vec![page(FIRST), page(FIRST)],
            vec!["\"a\"", "\"b\"", "Decode"],
        ),
        (
            "an error on the way",
            vec![page(FIRST), error],
            vec!["\"a\"", "\"b\"", "Status"],
        ),
    ] {
        let asked = pages.len();
        let world = Scripted::new(pages);
        let items = client(&world).get("/batches").items();
        assert_eq!(ids(world.drain(items)), expected, "{name}");
        assert_eq!(world.requests().len(), asked, "{name}");
    }
}

#[test]
fn the_next_page_is_asked_for_when_it_is_needed() {
    let world = Scripted::new([page(FIRST)]);
    let mut items = client(&world).get("/batches").items();
    assert!(world.requests().is_empty());
    for _ in 0..2 {
        let next = std::future::poll_fn(|c| {
            futures_core::Stream::poll_next(std::pin::Pin::new(&mut items), c)
        });
        world.run(next).unwrap().unwrap();
    }
    assert_eq!(world.requests().len(), 1);
}

#[test]
fn a_list_that_cannot_be_asked_for_is_one_error() {
    let world = Scripted::new([]);
    let items = world.drain(client(&world).get("no path").items());
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].as_ref().unwrap_err().kind(), ErrorKind::Option);
}
