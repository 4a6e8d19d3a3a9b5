//! The cases that `tests/js/streamlog.test.mjs` runs through the package: `tests/fixtures/streamlog.json`.
//! And what must hold for every cut.

use serde_json::{Value, json};

use super::{
    Ask, Due, Kept, Limits, Log, MAX_EVENT_BYTES, Numbering, Question, State, error_event,
    events_after, judge,
};
use crate::sse::Decoder;

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../tests/fixtures/streamlog.json")).unwrap()
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap()
}

/// A stream and how it is written.
fn corpus() -> Vec<(String, String)> {
    let streams = fixture()["numbered"].clone();
    let of = |case: &Value| {
        (
            text(case, "stream").to_owned(),
            text(case, "written").to_owned(),
        )
    };
    streams.as_array().unwrap().iter().map(of).collect()
}

/// `(id, event, data)` of each event that has come whole, as any reader has it.
fn events(bytes: &[u8]) -> Vec<(u64, String, String)> {
    let mut decoder = Decoder::new();
    decoder.push(bytes);
    let mut events = Vec::new();
    while let Some(event) = decoder.next_event() {
        let event = event.unwrap();
        let id = event.id().parse().unwrap();
        events.push((id, event.event().into_owned(), event.data().into_owned()));
    }
    events
}

#[test]
fn events_are_numbered_as_the_fixture_says_however_they_are_cut() {
    for (stream, written) in corpus() {
        let bytes = stream.as_bytes();
        for size in (1..=bytes.len()).rev() {
            let mut numbering = Numbering::default();
            let mut out = Vec::new();
            for piece in bytes.chunks(size) {
                numbering.push(piece, &mut out);
            }
            assert_eq!(
                String::from_utf8_lossy(&out),
                written,
                "{stream:?} by {size}"
            );
        }
    }
}

#[test]
fn a_reader_goes_on_where_the_fixture_says() {
    for case in fixture()["after"].as_array().unwrap() {
        let events = text(case, "events");
        let at = events_after(events.as_bytes(), case["after"].as_u64().unwrap());
        assert_eq!(&events[at..], text(case, "rest"), "{case}");
    }
}

/// The rows of a stream that came in pieces of so many bytes, each some milliseconds after the other.
fn rows(stream: &str, size: usize, pace_ms: u64) -> Vec<(Vec<u8>, u64)> {
    let limits = Limits {
        max_bytes: 1 << 20,
        grace_ms: 1000,
    };
    let mut log = Log::new(limits, 0);
    log.set_readers(1, 0);
    let mut rows = Vec::new();
    let mut now = 0;
    for piece in stream.as_bytes().chunks(size) {
        now += pace_ms;
        log.push(piece, now);
        if log.look(now) == Due::Write {
            rows.push((log.take_row(), log.row_last()));
        }
    }
    log.end(None, now);
    if log.look(now) == Due::Write {
        rows.push((log.take_row(), log.row_last()));
    }
    rows
}

#[test]
fn what_came_before_any_cut_and_what_is_replayed_after_it_are_the_whole() {
    let mut cuts = 0;
    for (stream, written) in corpus() {
        let whole = events(written.as_bytes());
        for (size, pace_ms) in [(7, 40), (1, 300), (1000, 1)] {
            let rows = rows(&stream, size, pace_ms);
            let kept: Vec<u8> = rows.iter().flat_map(|(row, _)| row.clone()).collect();
            assert_eq!(String::from_utf8_lossy(&kept), written);
            for cut in 0..=kept.len() {
                let mut seen = events(&kept[..cut]);
                let after = seen.last().map_or(0, |(id, ..)| *id);
                let replayed: Vec<u8> = rows
                    .iter()
                    .filter(|(_, last)| *last > after)
                    .flat_map(|(row, _)| row[events_after(row, after)..].to_vec())
                    .collect();
                seen.extend(events(&replayed));
                assert_eq!(seen, whole, "{stream:?} cut at {cut}");
                cuts += 1;
            }
        }
    }
    assert!(cuts > 1000);
}

#[test]
fn an_event_too_large_to_be_held_goes_on_in_pieces_and_is_not_kept() {
    let long = "x".repeat(MAX_EVENT_BYTES);
    for ending in ["\n\n", "\r\n\r\n", "\r\r"] {
        let stream =
            format!("event: big\ndata: begin\ndata: {long}{ending}: {long}\n\ndata: after\n\n");
        for size in [1 << 16, 1 << 20, 1 << 23] {
            let mut log = Log::new(
                Limits {
                    max_bytes: 1 << 30,
                    grace_ms: 1,
                },
                0,
            );
            let mut out = Vec::new();
            for piece in stream.as_bytes().chunks(size) {
                out.extend(log.push(piece, 0));
            }
            let expected =
                format!("id: 1\nevent: big\ndata: begin\ndata: {long}\n\nid: 2\ndata: after\n\n");
            assert!(out == expected.as_bytes(), "by {size}");
            assert!(!log.is_kept());
        }
    }
    let mut log = Log::new(
        Limits {
            max_bytes: 1 << 30,
            grace_ms: 1,
        },
        0,
    );
    let mut out = log.push(format!("data: {long}").as_bytes(), 0);
    out.extend(log.end(Some("{}"), 0));
    let ids: Vec<u64> = events(&out).iter().map(|(id, ..)| *id).collect();
    assert_eq!(ids, [1, 2], "the error is an event of its own");
}

#[test]
fn a_log_does_what_the_fixture_says() {
    for case in fixture()["logs"].as_array().unwrap() {
        let limits = Limits {
            max_bytes: case["limits"]["maxBytes"].as_u64().unwrap(),
            grace_ms: u32::try_from(case["limits"]["graceMs"].as_u64().unwrap()).unwrap(),
        };
        let mut log = Log::new(limits, 0);
        for (index, step) in case["steps"].as_array().unwrap().iter().enumerate() {
            let about = format!("{}, step {index}", case["name"]);
            let now = step["at"].as_u64().unwrap();
            let events = |events: Vec<u8>| Value::from(String::from_utf8(events).unwrap());
            if let Some(push) = step["push"].as_str() {
                assert_eq!(
                    events(log.push(push.as_bytes(), now)),
                    step["events"],
                    "{about}"
                );
            } else if let Some(error) = step.get("end") {
                assert_eq!(
                    events(log.end(error.as_str(), now)),
                    step["events"],
                    "{about}"
                );
            } else if let Some(readers) = step["readers"].as_u64() {
                log.set_readers(u32::try_from(readers).unwrap(), now);
            } else if step["take"] == true {
                let (row, last) = (log.take_row(), log.row_last());
                assert_eq!(events(row), step["row"], "{about}");
                assert_eq!(step["last"], last, "{about}");
            } else if step["giveUp"] == true {
                log.give_up_keeping();
            } else {
                let due = match log.look(now) {
                    Due::Nothing => "nothing",
                    Due::Write => "write",
                    Due::Stop => "stop",
                };
                assert_eq!(step["due"], due, "{about}");
                if let Some(again_ms) = step["againMs"].as_u64() {
                    assert_eq!(u64::from(log.again_ms()), again_ms, "{about}");
                }
            }
            if let Some(is_kept) = step["isKept"].as_bool() {
                assert_eq!(log.is_kept(), is_kept, "{about}");
            }
        }
    }
}

#[test]
fn requests_for_streams_are_judged_as_the_fixture_says() {
    for case in fixture()["verdicts"].as_array().unwrap() {
        let is_read = case["isRead"] == true;
        let kept = |(id, state): (&str, State)| Kept {
            id: id.to_owned(),
            hash: "h".to_owned(),
            state,
            last: 5,
            is_read,
        };
        let mut question = json!({ "hash": "", "after": 0, "maxStreams": 8, "kept": [] });
        for name in ["ask", "id", "hash", "after", "maxStreams"] {
            if let Some(value) = case.get(name) {
                question[name] = value.clone();
            }
        }
        let mut question: Question = serde_json::from_value(question).unwrap();
        question.kept = [
            ("ended", State::Ended),
            ("interrupted", State::Interrupted),
            ("gone", State::Gone),
            ("outgrown", State::Outgrown),
            ("live", State::Live),
        ]
        .map(kept)
        .into();
        let said = serde_json::to_value(judge(&question)).unwrap();
        assert_eq!(said, case["says"], "{case}");
        if question.ask == Ask::Resume {
            question.hash = "another".to_owned();
            assert_eq!(serde_json::to_value(judge(&question)).unwrap(), said);
        }
    }
}

#[test]
fn an_error_is_an_event_with_the_number_after_the_readers_last() {
    let event = error_event(8, r#"{"error":{}}"#);
    assert_eq!(
        events(event.as_bytes()),
        [(8, String::new(), r#"{"error":{}}"#.to_owned())]
    );
}
