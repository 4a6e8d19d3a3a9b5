//! The key scan: a pure function over bytes. A secret is looked for as it is and in each form that
//! a build or a program could have turned it into.

use std::fmt;

use memchr::memmem;

/// Something that must not stand in a file.
pub struct Needle {
    /// What it is, for the report; never the secret itself.
    what: String,
    form: &'static str,
    bytes: Vec<u8>,
    /// Then `bytes` is in lower case.
    any_case: bool,
    /// No letter, digit or hyphen may stand before or behind it.
    whole: bool,
}

/// A needle that was found, where.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    pub file: String,
    pub what: String,
    pub form: &'static str,
    pub offset: usize,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            what,
            form,
            offset,
        } = self;
        write!(out, "{file}: {what} ({form}) at byte {offset}")
    }
}

impl Needle {
    /// A plain text, in any case of its ASCII letters.
    pub fn text(what: impl Into<String>, text: &str) -> Self {
        Self {
            what: what.into(),
            form: "raw",
            bytes: text.to_ascii_lowercase().into_bytes(),
            any_case: true,
            whole: false,
        }
    }

    /// A host, or what it begins with before a `*`, that is no part of a longer word.
    pub fn host(what: impl Into<String>, host: &str) -> Self {
        let text = host.split_once('*').map_or(host, |(start, _)| start);
        Self {
            whole: true,
            ..Self::text(what, text)
        }
    }

    /// Where it first stands in a text, in lower case if it is.
    fn find(&self, text: &[u8]) -> Option<usize> {
        let is_word =
            |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'-');
        let (first, last) = (self.bytes.first(), self.bytes.last());
        memmem::find_iter(text, &self.bytes).find(|at| {
            let before = at.checked_sub(1).and_then(|at| text.get(at));
            let after = text.get(at + self.bytes.len());
            !self.whole
                || !(first != Some(&b'-') && is_word(before)
                    || last != Some(&b'.') && is_word(after))
        })
    }

    /// A secret in all its forms.
    pub fn secret(what: &str, secret: &str) -> Vec<Self> {
        forms(secret.as_bytes())
            .into_iter()
            .map(|(form, bytes, any_case)| Self {
                what: what.to_owned(),
                form,
                bytes,
                any_case,
                whole: false,
            })
            .collect()
    }
}

/// Every needle that stands in a file, with its first place.
pub fn scan(file: &str, haystack: &[u8], needles: &[Needle]) -> Vec<Finding> {
    let lower = haystack.to_ascii_lowercase();
    needles
        .iter()
        .filter_map(|needle| {
            let text = if needle.any_case { &lower } else { haystack };
            Some(Finding {
                file: file.to_owned(),
                what: needle.what.clone(),
                form: needle.form,
                offset: needle.find(text)?,
            })
        })
        .collect()
}

fn forms(secret: &[u8]) -> Vec<(&'static str, Vec<u8>, bool)> {
    let reversed: Vec<u8> = secret.iter().rev().copied().collect();
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let all_percent: String = secret.iter().map(|byte| format!("%{byte:02x}")).collect();
    let percent: String = secret.iter().map(|byte| percent_encoded(*byte)).collect();
    let mut forms = vec![
        ("raw", secret.to_vec(), false),
        ("reversed", reversed, false),
        ("hex", hex.into_bytes(), true),
        ("URL-encoded", all_percent.into_bytes(), true),
    ];
    if percent.as_bytes() != secret {
        forms.push(("URL-encoded", percent.into_bytes(), false));
    }
    let standard = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let url_safe = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // A secret inside a longer text can start at any of three places of base64's groups.
    for shift in 0..3 {
        let plain = base64_core(secret, shift, standard);
        let url = base64_core(secret, shift, url_safe);
        if url != plain {
            forms.push(("base64url", url, false));
        }
        forms.push(("base64", plain, false));
    }
    forms
}

fn percent_encoded(byte: u8) -> String {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    }
}

/// The characters of a base64 text that depend on the secret alone, when `shift` bytes of its first
/// group come before it.
fn base64_core(secret: &[u8], shift: usize, alphabet: &[u8; 64]) -> Vec<u8> {
    let bits = |index: usize| -> Option<u8> {
        // Bit `index` of the padded text, if the secret decides it.
        let bit = index.checked_sub(shift * 8)?;
        secret.get(bit / 8).map(|byte| byte >> (7 - bit % 8) & 1)
    };
    let groups = (shift + secret.len()) * 8 / 6 + 1;
    (0..groups)
        .filter_map(|group| {
            let value =
                (0..6).try_fold(0_u8, |value, bit| Some(value << 1 | bits(group * 6 + bit)?))?;
            alphabet.get(usize::from(value)).copied()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Needle, scan};

    const KEY: &str = "sk-Canary/0123+abc?def";

    fn forms_found(haystack: &str) -> Vec<&'static str> {
        scan("f", haystack.as_bytes(), &Needle::secret("a key", KEY))
            .into_iter()
            .map(|finding| finding.form)
            .collect()
    }

    #[test]
    fn a_secret_is_found_in_each_of_its_forms_inside_other_text() {
        let cases = [
            ("raw", "x sk-Canary/0123+abc?def y"),
            ("reversed", "fed?cba+3210/yranaC-ks"),
            ("hex", "736b2d43616E6172792F303132332b6162633f646566"),
            ("URL-encoded", "?k=sk-Canary%2F0123%2Babc%3Fdef&"),
            ("base64", "c2stQ2FuYXJ5LzAxMjMrYWJjP2RlZg=="),
            // After one byte, and after two.
            ("base64", "IHNrLUNhbmFyeS8wMTIzK2FiYz9kZWYg"),
            ("base64", "ICBzay1DYW5hcnkvMDEyMythYmM/ZGVm"),
            ("base64url", "ICBzay1DYW5hcnkvMDEyMythYmM_ZGVm"),
        ];
        for (form, text) in cases {
            assert!(
                forms_found(text).contains(&form),
                "{form} not found in {text}"
            );
        }
    }

    #[test]
    fn other_text_holds_no_secret() {
        for text in [
            "",
            "sk-Canary/0123+abc?de",
            "sk-canary/0123+abc?def",
            "c2stQ2Fu",
        ] {
            assert_eq!(forms_found(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn a_host_is_found_in_any_case_with_its_place() {
        let needles = [Needle::text("a provider's host", "api.openai.com")];
        let findings = scan("a.js", b"fetch('https://API.OpenAI.com/v1')", &needles);
        assert_eq!(findings.len(), 1);
        assert_eq!(
            findings[0].to_string(),
            "a.js: a provider's host (raw) at byte 15"
        );
        assert_eq!(scan("a.js", b"api-openai-com", &needles), []);
    }
}
