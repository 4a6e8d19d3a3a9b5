//! What decoding costs: no allocation an event, and time that grows as the bytes do.

use allocation_counter::measure;
use openai_wasm::{sse, stream};
use serde::Deserialize;

/// A chunk that needs no memory of its own, so that every allocation is the decoder's.
#[derive(Deserialize)]
struct Small {
    created: u64,
}

impl stream::Chunk for Small {
    fn text(&self) -> Option<std::borrow::Cow<'_, str>> {
        None
    }
    fn is_final(&self) -> bool {
        false
    }
}

const EVENT: &[u8] = b"event: chunk\nid: 12\ndata: {\"id\":\"chatcmpl-1\",\"created\":1760000000,\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word\"}}]}\n\n";

#[test]
fn no_event_allocates_in_the_steady_state_however_the_reads_are_cut() {
    let bytes = EVENT.repeat(1000);
    for size in [1, 100, 1024, 16 * 1024] {
        let mut decoder = sse::Decoder::new();
        let mut events = 0;
        let mut run = || {
            for read in bytes.chunks(size) {
                decoder.push(read);
                while let Some(Ok(event)) = decoder.next_event() {
                    events += usize::from(event.data_bytes().starts_with(b"{"));
                }
            }
        };
        run();
        assert_eq!(measure(run).count_total, 0, "reads of {size}");
        assert_eq!(events, 2000);
    }
}

#[test]
fn typed_chunks_allocate_nothing_but_what_the_chunk_itself_holds() {
    // Flat: to skip a nested value that `Small` lacks, serde_json itself needs a stack.
    let bytes = b"data: {\"id\":\"chatcmpl-1\",\"created\":1760000000}\n\n".repeat(1000);
    for size in [1, 100, 1024, 16 * 1024] {
        let mut decoder = stream::Decoder::<Small>::new();
        let mut sum = 0;
        let mut run = || {
            for read in bytes.chunks(size) {
                decoder.push(read);
                while let Some(Ok(chunk)) = decoder.next_chunk() {
                    sum += chunk.created;
                }
            }
        };
        run();
        assert_eq!(measure(run).count_total, 0, "reads of {size}");
        assert_eq!(sum, 2000 * 1_760_000_000);
    }
}

#[test]
fn the_counter_sees_an_allocation() {
    assert!(measure(|| drop(std::hint::black_box(vec![1]))).count_total > 0);
}

/// How many bytes the decoder asked for in all: what it copies again and again shows here, without
/// a clock.
fn allocated(pushes: impl Iterator<Item = Vec<u8>>) -> (u64, u64) {
    let pushes: Vec<_> = pushes.collect();
    let info = measure(|| {
        let mut decoder = sse::Decoder::new();
        for push in &pushes {
            decoder.push(push);
            while let Some(Ok(_)) = decoder.next_event() {}
        }
    });
    (info.bytes_total, info.bytes_max)
}

#[test]
fn floods_need_memory_for_what_they_hold_and_no_more() {
    type Flood = fn(usize) -> Box<dyn Iterator<Item = Vec<u8>>>;
    let floods: [(&str, Flood); 6] = [
        ("one huge line", |n| {
            Box::new((0..n).map(|_| vec![b'x'; 1024]))
        }),
        ("data lines", |n| {
            Box::new((0..n).map(|_| b"data: 12345678\n".repeat(70)))
        }),
        ("events", |n| {
            Box::new((0..n).map(|_| b"data: 12345678\n\n".repeat(64)))
        }),
        ("comments", |n| {
            Box::new((0..n).map(|_| b": 1234567890123\n".repeat(64)))
        }),
        ("comments inside an event", |n| {
            let comments = (0..n).map(|_| b": 1234567890123\n".repeat(64));
            Box::new(std::iter::once(b"data: x\n".to_vec()).chain(comments))
        }),
        ("a comment without an end", |n| {
            Box::new(
                std::iter::once(b"data: x\n:".to_vec()).chain((0..n).map(|_| vec![b'x'; 1024])),
            )
        }),
    ];
    for (name, flood) in floods {
        let (bytes, _) = allocated(flood(1000));
        let (twice, peak) = allocated(flood(2000));
        assert!(
            twice <= bytes.max(4096) * 11 / 5,
            "{name}: {bytes}, then {twice}"
        );
        if name == "events" || name.contains("comment") {
            assert!(peak < 16 * 1024, "{name} hold {peak} bytes");
        }
    }
}
