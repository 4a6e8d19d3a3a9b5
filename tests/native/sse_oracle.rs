//! The WHATWG algorithm as the standard words it, on the whole text at once: slow and plain.

use openai_wasm::sse::{Decoder, EventTooLarge};

/// An event, owned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    pub event: String,
    pub data: String,
    pub id: String,
    pub retry_ms: Option<u64>,
}

/// "Parsing an event stream" and "interpreting an event stream", by the letter.
pub fn oracle(bytes: &[u8]) -> Vec<Seen> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<&str> = text.split('\n').collect();
    // What follows the last line end is an unfinished line.
    lines.pop();
    let mut seen = Vec::new();
    let (mut event, mut data, mut id, mut retry_ms) =
        (String::new(), String::new(), String::new(), None);
    for line in lines {
        if line.is_empty() {
            if data.is_empty() {
                event.clear();
                continue;
            }
            if data.ends_with('\n') {
                data.pop();
            }
            seen.push(Seen {
                event: std::mem::take(&mut event),
                data: std::mem::take(&mut data),
                id: id.clone(),
                retry_ms,
            });
            continue;
        }
        let (name, value) = match line.split_once(':') {
            Some(("", _)) => continue,
            Some((name, value)) => (name, value.strip_prefix(' ').unwrap_or(value)),
            None => (line, ""),
        };
        match name {
            "event" => event = value.to_owned(),
            "data" => {
                data.push_str(value);
                data.push('\n');
            }
            "id" if !value.contains('\0') => id = value.to_owned(),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                retry_ms = Some(value.parse().unwrap_or(u64::MAX));
            }
            _ => {}
        }
    }
    seen
}

/// What the decoder gives for these pushes.
pub fn decode<'a>(pushes: impl IntoIterator<Item = &'a [u8]>) -> Vec<Seen> {
    decode_with(Decoder::new(), pushes).expect("no event is that large")
}

/// What this decoder gives for these pushes.
pub fn decode_with<'a>(
    mut decoder: Decoder,
    pushes: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Vec<Seen>, (Vec<Seen>, EventTooLarge)> {
    let mut seen = Vec::new();
    for bytes in pushes {
        decoder.push(bytes);
        while let Some(event) = decoder.next_event() {
            match event {
                Ok(event) => seen.push(Seen {
                    event: event.event().into_owned(),
                    data: event.data().into_owned(),
                    id: event.id().into_owned(),
                    retry_ms: event.retry_ms(),
                }),
                Err(error) => return Err((seen, error)),
            }
        }
    }
    Ok(seen)
}

/// Every way in which `bytes` can be cut that a test can afford: whole, at each byte, at each pair
/// of bytes if it is short, byte by byte, and byte by byte with empty reads between.
pub fn cuts(bytes: &[u8]) -> Vec<Vec<&[u8]>> {
    let mut all = vec![vec![bytes]];
    for at in 0..=bytes.len() {
        all.push(vec![&bytes[..at], &bytes[at..]]);
    }
    if bytes.len() <= 96 {
        for first in 0..bytes.len() {
            for second in first..bytes.len() {
                all.push(vec![
                    &bytes[..first],
                    &bytes[first..second],
                    &bytes[second..],
                ]);
            }
        }
    }
    all.push(bytes.chunks(1).collect());
    all.push(bytes.chunks(1).flat_map(|byte| [byte, &[]]).collect());
    all
}

/// The decoder agrees with the oracle however the bytes are cut. Gives what both say.
#[track_caller]
pub fn agreed(bytes: &[u8]) -> Vec<Seen> {
    let expected = oracle(bytes);
    for pushes in cuts(bytes) {
        let sizes: Vec<_> = pushes.iter().map(|push| push.len()).collect();
        let text = String::from_utf8_lossy(bytes);
        assert_eq!(decode(pushes), expected, "{text:?} cut as {sizes:?}");
    }
    expected
}

/// The data of each event, agreed.
#[track_caller]
pub fn data(bytes: impl AsRef<[u8]>) -> Vec<String> {
    let seen = agreed(bytes.as_ref());
    seen.into_iter().map(|event| event.data).collect()
}
