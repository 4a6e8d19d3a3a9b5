//! The texts of [`super::batch`], read back as JavaScript reads them and compared with the chunks
//! that a naive reader finds.

use std::fmt::Write;

use serde_json::Value;

use super::leaves::{Leaf, leaves};
use super::{Batch, INPUT_BYTES, found};

const MARK: u32 = 1 << 28;

/// What a stream gave: its chunks, or its text when only that was asked for.
#[derive(Debug, Default, Clone, PartialEq)]
struct Read {
    chunks: Vec<Value>,
    text: String,
    events: u32,
    ended: u32,
    /// How many chunks came by a template: to see that the tests reach it.
    fits: u32,
}

/// A reader of texts, with the templates' JSON and the places of their leaves.
struct Reader {
    batch: Batch,
    text_only: bool,
    templates: Vec<(String, Vec<Leaf>, Vec<usize>)>,
    read: Read,
}

impl Reader {
    fn new(text_only: bool) -> Self {
        Self {
            batch: Batch::new(1 << 20, MARK, text_only),
            text_only,
            templates: Vec::new(),
            read: Read::default(),
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(INPUT_BYTES) {
            self.batch.input()[..piece.len()].copy_from_slice(piece);
            self.batch.decode(piece.len());
            self.take();
        }
    }

    fn finish(mut self) -> Read {
        self.batch.finish();
        self.take();
        self.read
    }

    fn take(&mut self) {
        let head = *self.batch.head();
        let out = self.batch.out().to_vec();
        let text = String::from_utf8_lossy(&out[..head.text_len as usize]).into_owned();
        self.read.fits += head.fits;
        let spans = self.batch.spans();
        assert_eq!(spans.len(), 2 * head.chunks as usize);
        for span in spans.chunks(2) {
            let chunk = &out[span[0] as usize..span[1] as usize];
            assert!(chunk.starts_with(b"{") && chunk.ends_with(b"}"));
        }
        if head.found & found::PLAIN == 0 {
            self.take_array(&text, head.chunks, head.fit_items);
        } else if head.fits > 0 && self.text_only {
            let text = match head.found & found::ESCAPED {
                0 => text,
                _ => serde_json::from_str(&format!("\"{text}\"")).unwrap_or_default(),
            };
            self.read.events += head.fits;
            self.read.text.push_str(&text);
        } else if head.fits > 0 {
            let lines = text.strip_suffix('\n').expect("a line end").split('\n');
            let values: Vec<_> = lines.map(|line| format!("\"{line}\"")).collect();
            let slot = head.slot as usize;
            let holes = self.templates[slot].2.len();
            assert_eq!(values.len(), holes * head.fits as usize);
            for values in values.chunks(holes) {
                self.build(slot, values);
            }
        }
        self.read.ended |= head.found & !(found::PLAIN | found::ESCAPED);
    }

    fn take_array(&mut self, text: &str, mut chunks: u32, mut fits: u32) {
        let Ok(items) = serde_json::from_str::<Vec<&serde_json::value::RawValue>>(text) else {
            panic!("the cases hold sound chunks only: {text}");
        };
        let mut items = items.iter().map(|item| item.get()).peekable();
        while let Some(item) = items.next() {
            let number = item.parse::<u32>();
            match number {
                Ok(MARK) if items.peek().is_none() => break,
                Ok(MARK) => {
                    chunks -= 1;
                    self.accept(items.next().expect("a chunk"));
                }
                Ok(number) if number > MARK => {
                    chunks -= 1;
                    let slot = (number - MARK - 1) as usize;
                    let holes = serde_json::from_str(items.next().expect("holes"));
                    let chunk = items.next().expect("a chunk");
                    let mut found = Vec::new();
                    leaves(chunk.as_bytes(), &mut found).expect("a template has leaves");
                    self.templates.resize_with(8, Default::default);
                    self.templates[slot] =
                        (chunk.to_owned(), found, holes.expect("a list of holes"));
                    self.accept(chunk);
                }
                Ok(number) if (MARK - 8..MARK).contains(&number) => {
                    fits -= 1;
                    let slot = MARK - 1 - number;
                    let holes = self.templates[slot as usize].2.len();
                    let values: Vec<_> = items.by_ref().take(holes).map(str::to_owned).collect();
                    self.build(slot as usize, &values);
                }
                Ok(number) => panic!("{number} begins no item: {text}"),
                Err(_) => {
                    fits -= 1;
                    let text: String = serde_json::from_str(item).unwrap_or_default();
                    self.read.text.push_str(&text);
                    self.read.events += items.next().expect("a number").parse::<u32>().expect("so");
                }
            }
        }
        assert_eq!((chunks, fits, items.next()), (0, 0, None), "{text}");
    }

    fn build(&mut self, slot: usize, values: &[String]) {
        let (json, leaves, holes) = &self.templates[slot];
        let (mut chunk, mut from) = (String::new(), 0);
        for (hole, value) in holes.iter().zip(values) {
            let leaf = leaves[*hole];
            write!(chunk, "{}{value}", &json[from..leaf.start]).expect("strings grow");
            from = leaf.end;
        }
        chunk.push_str(&json[from..]);
        self.accept(&chunk);
    }

    fn accept(&mut self, chunk: &str) {
        let chunk: Value = serde_json::from_str(chunk).expect("the cases hold sound chunks only");
        self.read.text.push_str(&text_of(&chunk));
        self.read.events += 1;
        if !self.text_only {
            self.read.chunks.push(chunk);
        }
    }
}

fn text_of(chunk: &Value) -> String {
    crate::stream::Chunk::text(chunk)
        .unwrap_or_default()
        .into_owned()
}

/// Splits at blank lines and parses each event's data: enough for the streams made below.
fn naive(stream: &[u8]) -> Read {
    let text = String::from_utf8_lossy(stream).replace("\r\n", "\n");
    let text = text.replace('\r', "\n");
    let mut read = Read::default();
    let mut blocks: Vec<_> = text.split("\n\n").collect();
    blocks.pop();
    for block in blocks {
        let data: Vec<_> = block
            .lines()
            .filter_map(|line| line.strip_prefix("data:"))
            .collect();
        let data = data.join("\n");
        match data.trim() {
            "" => {}
            "[DONE]" => {
                read.ended = found::DONE;
                break;
            }
            data => {
                let chunk: Value = serde_json::from_str(data).expect(data);
                read.text.push_str(&text_of(&chunk));
                read.chunks.push(chunk);
                read.events += 1;
            }
        }
    }
    read
}

/// xorshift64*: the cases must be the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let mixed = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        mixed as usize % limit
    }

    fn one_in(&mut self, odds: usize) -> bool {
        self.below(odds) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    /// The inside of a JSON string, as a server may write it.
    fn string(&mut self) -> String {
        const PARTS: &[&str] = &[
            "a",
            " the",
            "é",
            "😀",
            "\\n",
            "\\\"",
            "\\\\",
            "\\u00e9",
            "\\ud83d\\ude00",
            "",
            "{",
            "}",
            "[",
            ",",
            ":",
            "data:",
            "\u{2028}",
            "0",
            "null",
            "[DONE]",
            "/",
            "\\/",
            "\u{7f}",
        ];
        (0..self.below(4)).map(|_| self.pick(PARTS)).collect()
    }

    /// A number that a mark, or an item that is counted from it, could be.
    fn large(&mut self) -> u64 {
        let near = [u64::from(MARK), 1 << 29, 1_760_000_000, 20][self.below(4)];
        near + self.below(20) as u64 - 10
    }

    fn value(&mut self) -> String {
        match self.below(10) {
            8 => self.large().to_string(),
            9 => format!("\"{}\"", self.large()),
            0..=3 => format!("\"{}\"", self.string()),
            4 => self
                .pick(&["0", "-1", "1.5", "-0.25e-3", "1e5", "12345678901"])
                .to_owned(),
            5 => self.pick(&["null", "true", "false"]).to_owned(),
            6 => self
                .pick(&["[]", "[1,2]", "[ \"a\" , null ]", "[-1.5]"])
                .to_owned(),
            _ => format!("{{\"a\":\"{}\",\"b\":[{{}}]}}", self.string()),
        }
    }

    fn chunk(&mut self, kind: usize) -> String {
        let content = match self.below(24) {
            0 => "null".to_owned(),
            1 => self.value(),
            _ => format!("\"{}\"", self.string()),
        };
        let finish = if self.one_in(20) { "\"stop\"" } else { "null" };
        let index = if kind == 4 { self.below(3) } else { 0 };
        let rest = match kind {
            1 => format!(",\"obfuscation\":\"{}\"", "x".repeat(self.below(5))),
            2 => format!(
                ",\"logprobs\":{{\"content\":[{{\"token\":{content},\"logprob\":-{}.5,\"bytes\":[{}],\"top_logprobs\":[]}}]}}",
                self.below(12),
                self.pick(&["", "1", "1,2"]),
            ),
            5 => {
                const NAMES: &[&str] = &[
                    "x",
                    "y",
                    "__proto__",
                    "constructor",
                    "0",
                    "a b",
                    "",
                    "delta",
                    "type",
                ];
                format!(",\"{}\":{}", self.pick(NAMES), self.value())
            }
            7 => format!(",\"system_fingerprint\":\"{}\"", self.large()),
            _ => String::new(),
        };
        let delta = match kind {
            3 => format!(
                "\"delta\":{{\"tool_calls\":[{{\"index\":0,\"function\":{{\"arguments\":\"{}\"}}}}]}}",
                self.string()
            ),
            6 => format!("\"text\":{content}"),
            _ => format!("\"delta\":{{\"content\":{content}}}"),
        };
        if kind == 8 {
            const TYPES: &[&str] = &[
                "response.output_text.delta",
                "transcript.text.delta",
                "x.delta",
            ];
            return format!("{{\"type\":\"{}\",\"delta\":{content}}}", self.pick(TYPES));
        }
        if self.one_in(40) {
            return r#"{"choices":[],"usage":{"total_tokens":3}}"#.to_owned();
        }
        format!(
            "{{\"id\":\"c\",\"created\":{},\"choices\":[{{\"index\":{index},{delta},\"finish_reason\":{finish}}}]{rest}}}",
            if self.one_in(3) {
                self.large()
            } else {
                1_700_000_000
            },
        )
    }

    fn stream(&mut self) -> Vec<u8> {
        let end = self.pick(&["\n", "\n", "\n", "\r\n", "\r"]);
        let space = self.pick(&["", " "]);
        let kind = self.below(9);
        let mut stream = Vec::new();
        for _ in 0..1 + self.below(16) {
            let kind = if self.one_in(12) { self.below(9) } else { kind };
            let block = match self.below(30) {
                0 => format!(": comment{end}{end}"),
                1 => format!("{end}{end}event: x{end}{end}"),
                2 => format!("id: 7{end}data:{space}{}{end}{end}", self.chunk(kind)),
                3 => format!("data:{space}{}{end}data: {end}{end}", self.chunk(kind)),
                _ => format!("data:{space}{}{end}{end}", self.chunk(kind)),
            };
            let at = stream.len();
            stream.extend_from_slice(block.as_bytes());
            // Bytes that are no UTF-8, inside a string only: elsewhere the chunk is no JSON.
            if self.one_in(12)
                && let Some(place) = stream[at..].windows(2).position(|pair| pair == b"a\"")
            {
                let odd = [&b"\xFF"[..], b"\xE2\x82", b"\x82", b"\xF0\x9F"];
                let odd = odd[self.below(odd.len())];
                stream.splice(at + place + 1..at + place + 1, odd.iter().copied());
            }
        }
        if self.one_in(2) {
            stream.extend_from_slice(
                format!("data: [DONE]{end}{end}data: {{bad{end}{end}").as_bytes(),
            );
        }
        stream
    }
}

/// Cuts a stream at random, decodes it both ways and compares. Gives how many chunks came by a
/// template.
fn check(random: &mut Random) -> u32 {
    let stream = random.stream();
    let expected = naive(&stream);
    let sizes = [1, 2, 7, 40, 200, 1000, 100_000];
    let largest = sizes[random.below(sizes.len())];
    let [mut chunks, mut text] = [Reader::new(false), Reader::new(true)];
    let mut rest = stream.as_slice();
    while !rest.is_empty() {
        let (read, after) = rest.split_at((1 + random.below(largest)).min(rest.len()));
        chunks.push(read);
        text.push(read);
        rest = after;
    }
    let shown = || String::from_utf8_lossy(&stream).into_owned();
    let (chunks, text) = (chunks.finish(), text.finish());
    assert_eq!(chunks.chunks, expected.chunks, "{}", shown());
    assert_eq!(chunks.text, expected.text, "{}", shown());
    assert_eq!(text.text, expected.text, "{}", shown());
    for read in [&chunks, &text] {
        assert_eq!(read.events, expected.events, "{}", shown());
        assert_eq!(read.ended, expected.ended, "{}", shown());
    }
    chunks.fits
}

#[test]
fn a_list_where_a_text_is_due_hides_no_text_of_later_events() {
    let event = |delta: &str| {
        format!("data: {{\"type\":\"response.output_text.delta\",\"delta\":{delta}}}\n\n")
    };
    for odd in ["[1,2]", "[]", "5", "null", "{\"a\":1}"] {
        let stream = [odd, "[-1.5]", "\"a\"", odd, "\"b\"", "\"\\n\""].map(event);
        for text_only in [false, true] {
            let mut reader = Reader::new(text_only);
            for event in &stream {
                reader.push(event.as_bytes());
            }
            assert_eq!(reader.finish().text, "ab\n", "{odd} {text_only}");
        }
    }
}

/// `STREAM_FUZZ_CASES` makes it as long as one likes: CONTRIBUTING says how.
#[test]
fn random_streams_under_random_cuts_read_as_the_naive_reader_reads_them() {
    let cases = std::env::var("STREAM_FUZZ_CASES");
    let cases: u64 = cases
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(4_000);
    let seed = std::env::var("STREAM_FUZZ_SEED");
    let seed: u64 = seed.ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut fits = 0;
    for case in 0..cases {
        let state = (seed << 40 | case).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut random = Random(state);
        random.below(2);
        fits += u64::from(check(&mut random));
    }
    // The control: a test that never meets a template proves nothing about them.
    assert!(fits > cases, "only {fits} chunks came by a template");
}

#[test]
fn batches_allocate_nothing_in_the_steady_state() {
    let mut random = Random(9);
    let mut stream = Vec::new();
    for _ in 0..500 {
        let content = random.string();
        stream.extend_from_slice(
            format!(
                "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{content}\"}}}}]}}\n\n"
            )
            .as_bytes(),
        );
    }
    for text_only in [false, true] {
        let mut batch = Batch::new(1 << 20, MARK, text_only);
        let mut run = || {
            for piece in stream.chunks(1000) {
                batch.input()[..piece.len()].copy_from_slice(piece);
                batch.decode(piece.len());
            }
        };
        // Twice: two buffers take turns.
        run();
        run();
        assert_eq!(allocation_counter::measure(run).count_total, 0);
    }
}

#[test]
fn a_response_s_pieces_come_by_a_template_and_none_of_another_item_does() {
    let piece = |at: usize, item: &str, text: &str| {
        let kind = "response.output_text.delta";
        let pad = &"abcdefgh"[at % 8..];
        format!(
            "event: {kind}\ndata: {{\"type\":\"{kind}\",\"item_id\":\"{item}\",\"output_index\":0,\
             \"content_index\":0,\"delta\":\"{text}\",\"logprobs\":[],\"sequence_number\":{at},\
             \"obfuscation\":\"{pad}\"}}\n\n"
        )
    };
    let mut stream: String = (0..40).map(|at| piece(at, "msg_1", "a\\n")).collect();
    stream += &piece(40, "msg_2", "b");
    let expected = naive(stream.as_bytes());
    for text_only in [false, true] {
        let mut reader = Reader::new(text_only);
        reader.push(stream.as_bytes());
        let read = reader.finish();
        assert_eq!((read.events, &*read.text), (41, &*expected.text));
        // Two teach what varies; the place in the response never does.
        assert!((36..40).contains(&read.fits), "{} of 41", read.fits);
        if !text_only {
            assert_eq!(read.chunks, expected.chunks);
        }
    }
}
