//! The WebAssembly inside JavaScript: a module with one string, raw deflate in base64, which
//! `pkg-template/lib/embedded.js` opens.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::pack::write;

/// How much a smaller string is worth.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Pages load it: zopfli, 6 % smaller than zlib's best (15.7 KB against 16.7) in about a second.
    Page,
    /// Servers load it from their disk.
    Server,
}

/// The module that carries a wasm file, kept beside that file for the next pack.
pub fn module(wasm: &Path, effort: Effort) -> Result<String> {
    let kept = wasm.with_extension("js-string");
    let bytes = fs::read(wasm).with_context(|| format!("{} is missing", wasm.display()))?;
    if let Ok(text) = fs::read_to_string(&kept)
        && check("the kept string", &text, &bytes).is_ok()
    {
        return Ok(text);
    }
    let text = render(&bytes, &deflated(&bytes, effort)?);
    write(&kept, &text)?;
    Ok(text)
}

/// Fails unless the longest string of a finished file is this wasm file, byte for byte.
pub fn check(file: &str, text: &str, wasm: &[u8]) -> Result<()> {
    let in_base64 = |letter: char| letter.is_ascii_alphanumeric() || "+/=".contains(letter);
    let string = text
        .split(|letter| !in_base64(letter))
        .max_by_key(|run| run.len())
        .unwrap_or_default();
    let packed = BASE64_STANDARD
        .decode(string)
        .with_context(|| format!("{file} holds no string in base64"))?;
    let mut found = Vec::new();
    DeflateDecoder::new(packed.as_slice())
        .read_to_end(&mut found)
        .with_context(|| format!("{file} holds a string that is no raw deflate"))?;
    if found != wasm {
        bail!("{file} carries other bytes than the WebAssembly file that was scanned");
    }
    Ok(())
}

fn render(wasm: &[u8], deflated: &[u8]) -> String {
    format!(
        "// Written by `cargo xtask pack`: the WebAssembly file as raw deflate in base64, and the sum of its\n\
         // bytes that lib/embedded.js looks at.\n\n\
         export const SUM = {};\nexport const WASM =\n  \"{}\";\n",
        sum(wasm),
        BASE64_STANDARD.encode(deflated),
    )
}

fn deflated(bytes: &[u8], effort: Effort) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    match effort {
        Effort::Page => {
            let options = zopfli::Options::default();
            zopfli::compress(options, zopfli::Format::Deflate, bytes, &mut out)?;
        }
        Effort::Server => {
            let mut encoder = DeflateEncoder::new(&mut out, Compression::best());
            encoder.write_all(bytes)?;
            encoder.finish()?;
        }
    }
    Ok(out)
}

/// The same sum as in lib/embedded.js.
fn sum(bytes: &[u8]) -> i32 {
    bytes.iter().fold(0_i32, |total, byte| {
        total.wrapping_mul(31).wrapping_add(i32::from(*byte))
    })
}

#[cfg(test)]
mod tests {
    use super::{Effort, check, deflated, render, sum};

    #[test]
    fn a_file_carries_the_bytes_that_were_put_into_it() {
        let wasm: Vec<u8> = (0..5000_u32).map(|n| (n * n / 7 % 251) as u8).collect();
        for effort in [Effort::Page, Effort::Server] {
            let text = render(&wasm, &deflated(&wasm, effort).unwrap());
            check("f.js", &text, &wasm).unwrap();
            // A minifier writes the same string elsewhere.
            let string = text.split('"').nth(1).unwrap();
            check("f.js", &format!("let a=`{string}`,b=1;"), &wasm).unwrap();
        }
    }

    #[test]
    fn a_file_that_carries_something_else_is_refused() {
        let wasm: Vec<u8> = (0..500_u32).map(|n| (n * n / 7 % 251) as u8).collect();
        let text = render(&wasm, &deflated(&wasm, Effort::Server).unwrap());
        let string = text.split('"').nth(1).unwrap();
        let cases = [
            ("other bytes", text.clone(), "than the WebAssembly file"),
            ("no string", "export {};".to_owned(), "f.js holds"),
            (
                "a shorter string",
                format!("\"{}\"", &string[..string.len() - 4]),
                "f.js",
            ),
        ];
        for (name, text, said) in cases {
            let error = check("f.js", &text, &wasm[1..]).unwrap_err();
            assert!(error.to_string().contains(said), "{name}: {error}");
        }
    }

    #[test]
    fn the_sum_wraps_as_in_javascript() {
        assert_eq!(sum(b""), 0);
        assert_eq!(sum(b"\0asm"), 96_891);
        assert_eq!(sum(&[255; 100]), -186_646_080);
    }
}
