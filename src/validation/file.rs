//! What a file's bytes tell without decoding it. PNG specification, third edition: sections 5.2,
//! 5.3 and 11.2.1.

use serde::de::IgnoredAny;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Length and name of the first chunk. Width, height, bit depth and colour type follow.
const HEADER: &[u8] = b"\0\0\0\x0dIHDR";

fn header(bytes: &[u8]) -> Option<&[u8]> {
    bytes.strip_prefix(SIGNATURE)?.strip_prefix(HEADER)
}

/// Width and height of a PNG; `None` for anything else.
pub(super) fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let (width, rest) = header(bytes)?.split_first_chunk()?;
    let (height, _) = rest.split_first_chunk()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

/// Can a PNG have transparent pixels? By its colour type, or by a chunk tRNS.
pub(super) fn may_be_transparent(bytes: &[u8]) -> bool {
    let colour_type = header(bytes).and_then(|header| header.get(9));
    matches!(colour_type, Some(4 | 6)) || bytes.windows(4).any(|name| name == b"tRNS")
}

/// As much of a file as is looked into line by line; the whole may have hundreds of megabytes.
const HEAD_BYTES: usize = 64 * 1024;

/// Is each whole line of the file's head a JSON object? Blank lines are none.
pub(super) fn is_json_lines(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (head, cut) = match text.get(..HEAD_BYTES) {
        Some(head) => (head, true),
        None => (text, false),
    };
    let mut lines: Vec<&[u8]> = head.split(|byte| *byte == b'\n').collect();
    if cut {
        lines.pop();
    }
    let mut lines = lines.into_iter().map(<[u8]>::trim_ascii);
    lines.all(|line| {
        line.is_empty()
            || line.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(line).is_ok()
    })
}
