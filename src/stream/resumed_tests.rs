//! A numbered stream that is cut at any byte and goes on after its last whole event is the same stream.

use serde_json::Value;

use super::decoder::Decoder;

fn fixture() -> Value {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/resumed-streams.json"
    );
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The chunks that are there, each after the number of its event.
fn take(decoder: &mut Decoder<Value>, chunks: &mut Vec<(u64, Value)>) {
    while let Some(chunk) = decoder.next_chunk() {
        chunks.push((decoder.last_event_id().unwrap(), chunk.unwrap()));
    }
}

#[test]
fn a_stream_that_is_cut_at_any_byte_goes_on_as_the_same_stream() {
    let fixture = fixture();
    let cases = fixture["streams"].as_array().unwrap();
    assert!(cases.len() > 5);
    for case in cases {
        let text = case["stream"].as_str().unwrap();
        let expected: Vec<_> = case["events"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|event| event["data"] != "[DONE]")
            .map(|event| {
                let data = event["data"].as_str().unwrap();
                let chunk: Value = serde_json::from_str(data).unwrap();
                (event["id"].as_u64().unwrap(), chunk)
            })
            .collect();
        let mut exact = 0;
        for cut in 0..=text.len() {
            let (mut decoder, mut chunks) = (Decoder::new(), Vec::new());
            decoder.follow(0);
            decoder.push(&text.as_bytes()[..cut]);
            take(&mut decoder, &mut chunks);
            decoder.cut();
            // What follows the last event, or all of it again: what is known is passed over.
            let next = decoder.last_event_id().unwrap() + 1;
            let rest = text.find(&format!("id: {next}")).unwrap_or_default();
            exact += usize::from(rest > 0);
            decoder.push(&text.as_bytes()[rest..]);
            take(&mut decoder, &mut chunks);
            assert_eq!(chunks, expected, "{}, cut after {cut} bytes", case["what"]);
            assert!(decoder.is_done(), "{}, cut after {cut} bytes", case["what"]);
        }
        assert!(exact > 100 || text.contains("id:1"), "{}", case["what"]);
    }
}

#[test]
fn an_event_whose_number_does_not_follow_waits_for_a_cut() {
    let (mut decoder, mut chunks) = (Decoder::new(), Vec::new());
    decoder.follow(4);
    decoder.push(b"data: {\"a\":0}\n\nid: 5\ndata: {\"a\":5}\n\nid: 7\ndata: {\"a\":7}\n\n");
    take(&mut decoder, &mut chunks);
    assert!(decoder.has_gap());
    decoder.cut();
    decoder.push(b"id: 6\ndata: {\"a\":6}\n\nid: 7\ndata: {\"a\":7}\n\n");
    take(&mut decoder, &mut chunks);
    let seen: Vec<_> = chunks
        .iter()
        .map(|(id, chunk)| (*id, chunk["a"].as_u64().unwrap()))
        .collect();
    assert_eq!(seen, [(4, 0), (5, 5), (6, 6), (7, 7)]);
}
