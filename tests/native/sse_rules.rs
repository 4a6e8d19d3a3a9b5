//! The rules of the event stream itself, each over every cut and against the oracle.
//!
//! Numbers name the rules in docs/stream-rules.md; "WPT" names a file of the
//! web-platform-tests under `eventsource/`.

use openai_wasm::sse::Decoder;

use crate::sse_oracle::{Seen, agreed, cuts, data, decode_with, oracle};

fn seen(event: &str, data: &str, id: &str) -> Seen {
    Seen {
        event: event.into(),
        data: data.into(),
        id: id.into(),
        retry_ms: None,
    }
}

#[test]
fn rule_1_invalid_utf8_becomes_the_replacement_character_and_the_stream_goes_on() {
    for (bytes, expected) in [
        (&b"data: a\xFFb\n\n"[..], "a\u{fffd}b"),
        (b"data: \xC3\n\n", "\u{fffd}"),
        (b"data: \xE2\x82\n\n", "\u{fffd}"),
        // Overlong, and a lone surrogate: one U+FFFD for each byte.
        (b"data: \xC0\xAF\n\n", "\u{fffd}\u{fffd}"),
        (b"data: \xED\xA0\x80\n\n", "\u{fffd}\u{fffd}\u{fffd}"),
        (b"data: \xF0\x9F\x98\n\n", "\u{fffd}"),
    ] {
        assert_eq!(data(bytes), [expected], "{bytes:?}");
    }
    assert_eq!(data(b"data: \xFF\n\ndata: ok\n\n"), ["\u{fffd}", "ok"]);
}

#[test]
fn rule_1_characters_of_two_three_and_four_bytes_survive_every_cut() {
    assert_eq!(data("data: é€😀é€😀\n\n"), ["é€😀é€😀"]); // WPT format-utf-8
}

#[test]
fn rule_2_one_byte_order_mark_is_stripped_and_only_at_the_start() {
    assert_eq!(data("\u{feff}data: a\n\n"), ["a"]); // WPT format-bom
    // WPT format-bom-2: the second mark is part of a field name, so that line is unknown.
    assert_eq!(data("\u{feff}\u{feff}data: a\n\ndata: b\n\n"), ["b"]);
    assert_eq!(
        data("data: a\n\n\u{feff}data: b\n\ndata: c\n\n"),
        ["a", "c"]
    );
    assert_eq!(data("data: \u{feff}a\n\n"), ["\u{feff}a"]);
    // The first bytes of a mark alone are no mark.
    assert_eq!(data(b"\xEF\xBBdata: a\n\ndata: b\n\n"), ["b"]);
}

#[test]
fn rule_3_lines_end_in_lf_cr_or_crlf_also_mixed() {
    for end in ["\n", "\r", "\r\n"] {
        let text = format!("data: a{end}{end}data: b{end}data: c{end}{end}");
        assert_eq!(data(text), ["a", "b\nc"], "{end:?}");
    }
    assert_eq!(
        data("data: a\r\ndata: b\rdata: c\n\r\ndata: d\r\r"),
        ["a\nb\nc", "d"]
    );
    assert_eq!(
        data("data:test\r\ndata\ndata:test\r\n\r\n"),
        ["test\n\ntest"]
    ); // WPT format-newlines
}

#[test]
fn rule_3_a_cr_at_the_end_of_a_read_dispatches_without_waiting_for_the_lf() {
    let mut decoder = Decoder::new();
    decoder.push(b"data: a\r\n\r");
    assert!(decoder.next_event().is_some());
    decoder.push(b"\ndata: b\r\r");
    let event = decoder.next_event().unwrap().unwrap();
    assert_eq!(event.data(), "b", "the LF is no line of its own");
    assert!(decoder.next_event().is_none());
}

#[test]
fn rule_4_a_block_without_data_dispatches_nothing_and_its_event_name_is_forgotten() {
    for block in [
        "event: x\n\n",
        "id: 1\n\n",
        "retry: 5\n\n",
        ": c\n\n",
        "\n\n\n",
    ] {
        let seen = agreed(format!("{block}data: a\n\n").as_bytes());
        assert_eq!(seen.len(), 1, "{block:?}");
        assert_eq!(seen[0].event, "", "{block:?}");
    }
}

#[test]
fn rule_5_an_empty_data_field_dispatches_the_empty_string() {
    assert_eq!(
        data("data:\n\ndata\ndata\n\ndata:test\n\n"),
        ["", "\n", "test"]
    ); // WPT format-field-data
    assert_eq!(data("data: \n\n"), [""]);
}

#[test]
fn rule_6_data_lines_are_joined_by_lf_and_one_trailing_lf_is_removed() {
    assert_eq!(data("data: a\ndata: b\n\n"), ["a\nb"]);
    assert_eq!(data("data: a\ndata:\n\n"), ["a\n"]);
    assert_eq!(data("data:\ndata: a\ndata:\ndata:\n\n"), ["\na\n\n"]);
}

#[test]
fn rule_7_one_space_after_the_colon_goes_and_tabs_stay() {
    assert_eq!(
        data("data:\ttest\rdata: \ndata:test\n\n"),
        ["\ttest\n\ntest"]
    ); // WPT format-leading-space
    assert_eq!(data("data:a\n\ndata:  b\n\n"), ["a", " b"]);
}

#[test]
fn rule_7_field_names_are_case_sensitive_and_need_no_colon() {
    // WPT format-field-parsing.
    assert_eq!(
        data(
            "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n"
        ),
        ["\0\n 2\n1\n3\n\n4"]
    );
    // WPT format-field-unknown.
    assert_eq!(
        data("data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n"),
        ["test\n\ntest"]
    );
}

#[test]
fn rule_8_comments_are_nothing() {
    assert_eq!(
        data(": OPENROUTER PROCESSING\n\n: keep-alive\n\n:\n:ping\ndata: a\n: b\ndata: c\n\n"),
        ["a\nc"]
    );
    let long = "x".repeat(2000);
    // WPT format-comments, with a shorter long line.
    let text =
        format!("data:1\r:\0\n:\r\ndata:2\n:{long}\rdata:3\n:data:fail\r:{long}\ndata:4\n\n");
    let seen = crate::sse_oracle::oracle(text.as_bytes());
    assert_eq!(seen[0].data, "1\n2\n3\n4");
    for size in [1, 7, 1024] {
        assert_eq!(
            crate::sse_oracle::decode(text.as_bytes().chunks(size)),
            seen
        );
    }
}

#[test]
fn rule_9_the_id_persists_and_one_with_nul_is_ignored() {
    let seen_events =
        agreed(b"id: 1\ndata: a\n\ndata: b\n\nid: 2\0\ndata: c\n\nid\ndata: d\n\nid: 3\n\n");
    let expected = [
        seen("", "a", "1"),
        seen("", "b", "1"),
        seen("", "c", "1"),
        seen("", "d", ""),
    ];
    assert_eq!(seen_events, expected); // WPT format-field-id, -id-2, -id-null
}

#[test]
fn rule_9_an_id_makes_no_later_empty_block_dispatch() {
    assert_eq!(data("id: 1\ndata: a\n\n\n\nevent: x\n\n"), ["a"]);
}

#[test]
fn rule_9_retry_takes_digits_only() {
    for (value, expected) in [
        ("3000", Some(3000)),
        ("0", Some(0)),
        ("03", Some(3)),
        ("-1", None),
        ("1.5", None),
        ("1e3", None),
        ("", None),
        (" 7", None),
        ("٣", None),
        ("99999999999999999999999", Some(u64::MAX)),
    ] {
        let seen = agreed(format!("retry: {value}\ndata: a\n\n").as_bytes());
        assert_eq!(seen[0].retry_ms, expected, "{value:?}");
    }
    // Later rubbish does not unset it: WPT format-field-retry-bogus.
    let seen = agreed(b"retry: 3000\nretry: 1000x\ndata: x\n\n");
    assert_eq!(seen[0].retry_ms, Some(3000));
}

#[test]
fn rule_10_an_unknown_field_named_error_is_nothing_in_plain_event_streams() {
    assert_eq!(data("error: {}\n\ndata: a\n\n"), ["a"]);
}

#[test]
fn rule_12_an_unterminated_last_event_is_not_dispatched() {
    // WPT format-data-before-final-empty-line.
    assert_eq!(
        data("retry:1000\ndata:test1\n\nid:test\ndata:test2"),
        ["test1"]
    );
    assert_eq!(data("data: a\n"), [""; 0]);
}

#[test]
fn rule_12_the_unterminated_event_can_be_asked_for() {
    for (text, expected) in [
        ("data: a", Some("a")),
        ("data: a\n", Some("a")),
        ("data: a\r\ndata: b", Some("a\nb")),
        ("data: x\n\nda", None),
        ("data: x\n\n: comment", None),
        ("\u{feff}data: a", Some("a")),
        ("", None),
    ] {
        for pushes in cuts(text.as_bytes()) {
            let mut decoder = Decoder::new();
            for push in pushes {
                decoder.push(push);
                while decoder.next_event().is_some() {}
            }
            let event = decoder.take_unterminated().map(Result::unwrap);
            assert_eq!(event.map(|event| event.data()).as_deref(), expected);
            assert!(decoder.take_unterminated().is_none(), "given once");
        }
    }
}

#[test]
fn rule_13_nul_bytes_in_data_are_kept() {
    assert_eq!(data("data:\0\n\n\n\n"), ["\0"]); // WPT format-null-character
}

#[test]
fn rule_17_the_last_event_field_of_a_block_counts() {
    // WPT format-field-event and -event-empty.
    let seen_events =
        agreed(b"event: a\nevent: b\ndata: x\n\ndata: y\n\nevent: a\nevent\ndata: z\n\n");
    assert_eq!(
        seen_events,
        [seen("b", "x", ""), seen("", "y", ""), seen("", "z", "")]
    );
}

#[test]
fn rule_38_unicode_line_separators_end_no_line() {
    let line = "a\u{2028}b\u{2029}c\u{85}d\u{b}e\u{c}f";
    assert_eq!(data(format!("data: {line}\n\n")), [line]);
}

#[test]
fn wpt_event_data() {
    assert_eq!(
        data(
            "data:msg\ndata: msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\nData:data\n\ndata\n\ndata:end\n\n"
        ),
        ["msg\nmsg", "", "end"]
    );
}

#[test]
fn rule_31_an_event_of_the_limit_passes_and_one_byte_more_is_refused_however_it_is_cut() {
    // Two lines, of which the first has one byte for its end: 8 + 6. The others have no meaning.
    for block in [
        "data: a\ndata:b\n\n",
        "data: a\n:\ndata:b\n\n",
        ": a comment of some length\ndata: a\ndata:b\r\n\r\n",
        "data: a\nretries: 123456\ndata:b\n\n",
        "x\ndatum: a\rdata: a\rdat\rdata:b\r: comment\r\r",
    ] {
        for pushes in cuts(block.as_bytes()) {
            let exact = Decoder::with_max_event_bytes(14);
            let seen = decode_with(exact, pushes.clone()).unwrap();
            assert_eq!(
                (seen.len(), seen[0].data.as_str()),
                (1, "a\nb"),
                "{block:?}"
            );
            let short = Decoder::with_max_event_bytes(13);
            let (seen, error) = decode_with(short, pushes).unwrap_err();
            assert_eq!((seen, error.max_event_bytes), (vec![], 13), "{block:?}");
        }
    }
}

#[test]
fn rule_31_comments_and_unknown_fields_are_no_part_of_an_event() {
    for flood in [
        ": ping\n".repeat(1000),
        "foo: x\n".repeat(1000),
        format!(": {}\n", "x".repeat(10_000)),
        format!("{}\r\n", "x".repeat(10_000)),
        format!("error: {}\n", "x".repeat(10_000)),
    ] {
        for (before, after) in [
            ("", "data: a\n\n"),
            ("data: a\n", "\n"),
            ("data: a\n", "event: e\n\n"),
        ] {
            let text = format!("{before}{flood}{after}");
            assert_eq!(oracle(text.as_bytes())[0].data, "a");
            for size in [1, 7, 64, 100_000] {
                let decoder = Decoder::with_max_event_bytes(64);
                let seen = decode_with(decoder, text.as_bytes().chunks(size)).unwrap();
                assert_eq!(
                    seen,
                    oracle(text.as_bytes()),
                    "{:?} in reads of {size}",
                    &text[..20]
                );
            }
        }
    }
}

#[test]
fn rule_31_every_byte_of_a_line_with_a_meaning_counts_towards_the_limit() {
    for flood in ["data:\n", "data\n", "id:x\n", "retry: x\n", "event: e\r\n"] {
        let text = flood.repeat(1000);
        let decoder = Decoder::with_max_event_bytes(1000);
        let pushes = text.as_bytes().chunks(64);
        assert!(decode_with(decoder, pushes).is_err(), "{flood:?}");
    }
    // Blocks that end give their bytes back.
    let text = "data:\n\n: c\n\n".repeat(1000);
    let decoder = Decoder::with_max_event_bytes(1000);
    assert!(decode_with(decoder, text.as_bytes().chunks(64)).is_ok());
}

#[test]
fn rule_31_after_the_limit_nothing_more_comes() {
    let mut decoder = Decoder::with_max_event_bytes(10);
    decoder.push(b"data: 0123456789\n\ndata: a\n\n");
    assert!(decoder.next_event().unwrap().is_err());
    decoder.push(b"data: b\n\n");
    assert!(decoder.next_event().is_none());
    assert!(decoder.take_unterminated().is_none());
    // Also if bytes before the refused line had been read already.
    let mut decoder = Decoder::with_max_event_bytes(4);
    decoder.push(b"\ndata: too long");
    assert!(decoder.next_event().unwrap().is_err());
    decoder.push(b"more");
    assert!(decoder.next_event().is_none());
}

#[test]
fn rule_32_events_are_decoded_on_demand() {
    let mut decoder = Decoder::new();
    decoder.push(b"data: a\n\ndata: b\n\n");
    assert_eq!(decoder.next_event().unwrap().unwrap().data(), "a");
    decoder.push(b"data: c\n\n");
    assert_eq!(decoder.next_event().unwrap().unwrap().data(), "b");
    assert_eq!(decoder.next_event().unwrap().unwrap().data(), "c");
    assert!(decoder.next_event().is_none());
}
