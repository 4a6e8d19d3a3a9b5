//! Model providers: what their keys look like, what their keys are called, and where they answer.
//! This table is the only list of these facts. `generated.rs` writes what JavaScript needs of it; the
//! leak scan of `cargo xtask pack` includes `table.rs`.

#[cfg(test)]
mod generated;
#[cfg(any(feature = "direct", test))]
mod servers;
mod table;

#[cfg(any(feature = "direct", test))]
pub use servers::{SERVERS, Server, server_of};
pub use table::{Alphabet, Enough, PROVIDERS, Provider, Shape};

/// So many characters behind a telling prefix make a key; a word like `sk-ip` has fewer.
pub(super) const TELLING_LEAST: usize = 8;

/// A prefix that is not enough by itself, and what must follow it.
#[derive(Clone, Copy)]
pub struct Weak {
    prefix: &'static str,
    least: u8,
    /// Hexadecimal digits and hyphens; otherwise base64 with a digit and a capital letter.
    hex: bool,
}

/// The `n`th prefix of the table with its shape. A `const fn` has no iterators.
#[allow(clippy::indexing_slicing)]
const fn nth(mut n: usize) -> Option<(&'static str, &'static Shape)> {
    let mut p = 0;
    while p < PROVIDERS.len() {
        let shapes = PROVIDERS[p].shapes;
        let mut s = 0;
        while s < shapes.len() {
            let prefixes = shapes[s].prefixes;
            if n < prefixes.len() {
                return Some((prefixes[n], &shapes[s]));
            }
            n -= prefixes.len();
            s += 1;
        }
        p += 1;
    }
    None
}

/// Does another prefix of the table refuse all that the `n`th does?
const fn is_covered(n: usize, prefix: &str) -> bool {
    let mut other = 0;
    while let Some((shorter, shape)) = nth(other) {
        let tells = matches!(shape.enough, Enough::Prefix);
        let first = shorter.len() < prefix.len() || other < n;
        if other != n && tells && first && starts_with(prefix.as_bytes(), shorter.as_bytes()) {
            return true;
        }
        other += 1;
    }
    false
}

#[allow(clippy::indexing_slicing)]
const fn starts_with(text: &[u8], start: &[u8]) -> bool {
    if text.len() < start.len() {
        return false;
    }
    let mut i = 0;
    while i < start.len() {
        if text[i] != start[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Bytes of [`TELLING`], and how many rules [`WEAK`] has.
const LENGTHS: (usize, usize) = {
    let (mut n, mut bytes, mut rules) = (0, 0, 0);
    while let Some((prefix, shape)) = nth(n) {
        if !is_covered(n, prefix) {
            match shape.enough {
                Enough::Prefix => bytes += prefix.len() + 1,
                Enough::Characters(_) => rules += 1,
            }
        }
        n += 1;
    }
    (bytes, rules)
};

/// Prefixes that tell a key, each followed by a space. Computed when the crate is compiled: of the table
/// only this, [`WEAK`] and [`HOSTS`] reach the page's WebAssembly.
#[allow(clippy::indexing_slicing)]
pub(super) static TELLING: [u8; LENGTHS.0] = {
    let mut text = [b' '; LENGTHS.0];
    let (mut n, mut at) = (0, 0);
    while let Some((prefix, shape)) = nth(n) {
        if matches!(shape.enough, Enough::Prefix) && !is_covered(n, prefix) {
            let mut i = 0;
            while i < prefix.len() {
                text[at + i] = prefix.as_bytes()[i];
                i += 1;
            }
            at += i + 1;
        }
        n += 1;
    }
    text
};

/// The other prefixes.
#[allow(clippy::indexing_slicing)]
pub(super) static WEAK: [Weak; LENGTHS.1] = {
    let mut rules = [Weak {
        prefix: "",
        least: 0,
        hex: false,
    }; LENGTHS.1];
    let (mut n, mut at) = (0, 0);
    while let Some((prefix, shape)) = nth(n) {
        if let Enough::Characters(least) = shape.enough
            && !is_covered(n, prefix)
        {
            let hex = matches!(shape.alphabet, Alphabet::Hex | Alphabet::HexDash);
            rules[at] = Weak { prefix, least, hex };
            at += 1;
        }
        n += 1;
    }
    rules
};

/// Can this stand in a key: base64 with `-` and `_`, and dots?
pub(super) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Does a text begin like a key?
pub(super) fn begins_like_a_key(text: &[u8]) -> bool {
    let telling = TELLING.split(|byte| *byte == b' ').any(|prefix| {
        let body = text.strip_prefix(prefix).unwrap_or_default();
        !prefix.is_empty()
            && body
                .iter()
                .take_while(|byte| is_word(**byte))
                .take(TELLING_LEAST)
                .count()
                == TELLING_LEAST
    });
    telling || WEAK.iter().any(|weak| weak.begins(text))
}

impl Weak {
    fn begins(&self, text: &[u8]) -> bool {
        let body = text.strip_prefix(self.prefix.as_bytes());
        let Some(body) = body.and_then(|body| body.get(..usize::from(self.least))) else {
            return false;
        };
        if self.hex {
            return body
                .iter()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'));
        }
        body.iter()
            .all(|byte| is_word(*byte) || matches!(byte, b'+' | b'/' | b'='))
            && body.iter().any(u8::is_ascii_digit)
            && body.iter().any(u8::is_ascii_uppercase)
    }
}

const HOST_COUNT: usize = {
    let (mut p, mut count) = (0, 0);
    #[allow(clippy::indexing_slicing)]
    while p < PROVIDERS.len() {
        count += PROVIDERS[p].hosts.len();
        p += 1;
    }
    count
};

/// Hashes of the providers' hosts. The keyless package is searched for these names, so it must be able
/// to refuse them without holding them; and hashes are shorter. One host in sixty million is refused by
/// mistake.
#[allow(clippy::indexing_slicing)]
const HOSTS: [u32; HOST_COUNT] = {
    let mut hashes = [0; HOST_COUNT];
    let (mut p, mut count) = (0, 0);
    while p < PROVIDERS.len() {
        let hosts = PROVIDERS[p].hosts;
        let mut h = 0;
        while h < hosts.len() {
            hashes[count] = hash_of(hosts[h].as_bytes());
            count += 1;
            h += 1;
        }
        p += 1;
    }
    hashes
};

const FNV_OFFSET: u32 = 0x811c_9dc5;

/// One step of FNV-1a.
const fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ byte.to_ascii_lowercase() as u32).wrapping_mul(0x0100_0193)
}

#[allow(clippy::indexing_slicing)]
const fn hash_of(host: &[u8]) -> u32 {
    let mut hash = FNV_OFFSET;
    let mut i = host.len();
    while i > 0 {
        i -= 1;
        hash = step(hash, host[i]);
    }
    hash
}

const fn is_known(hash: u32) -> bool {
    let mut k = 0;
    #[allow(clippy::indexing_slicing)]
    while k < HOSTS.len() {
        if HOSTS[k] == hash {
            return true;
        }
        k += 1;
    }
    false
}

/// Is the host `url[start..end]` a provider's, or does it stand below one of a provider's? A trailing
/// dot names the same host.
///
/// Hashed from the end, so that one pass meets every parent domain. A host of the table may have `*` as
/// its third label from the end (a cloud's region), and may begin with `-` (any label that ends so).
#[allow(clippy::indexing_slicing)]
#[must_use]
pub const fn is_host(url: &[u8], (start, end): (usize, usize)) -> bool {
    const STARRED: usize = 2;
    let mut end = end;
    while end > start && url[end - 1] == b'.' {
        end -= 1;
    }
    let mut hash = FNV_OFFSET;
    let mut starred = FNV_OFFSET;
    let mut dots = 0;
    let mut i = end;
    while i > start {
        i -= 1;
        hash = step(hash, url[i]);
        if url[i] == b'.' {
            dots += 1;
            starred = step(starred, b'.');
            if dots == STARRED {
                starred = step(starred, b'*');
            }
        } else if dots != STARRED {
            starred = step(starred, url[i]);
        }
        let whole = i == start || url[i - 1] == b'.';
        if (whole || url[i] == b'-') && is_known(hash) {
            return true;
        }
        if whole && is_known(starred) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_provider(host: &str) -> bool {
        is_host(host.as_bytes(), (0, host.len()))
    }

    #[test]
    fn every_host_of_the_table_is_known_and_so_is_what_stands_below_it() {
        for provider in PROVIDERS {
            for host in provider.hosts {
                let own = match host.strip_prefix('-') {
                    Some(ending) => format!("europe-west4-{ending}"),
                    None => host.replace('*', "eu-central-1"),
                };
                for host in [own.clone(), format!("{own}."), own.to_uppercase()] {
                    assert!(is_provider(&host), "{host}");
                }
                if !host.starts_with('-') {
                    assert!(is_provider(&format!("eu.{own}")), "{own}");
                    assert!(!is_provider(&format!("not{own}")), "{own}");
                    let ending = PROVIDERS.iter().any(|provider| {
                        let hosts = provider.hosts.iter();
                        hosts.into_iter().any(|host| *host == format!("-{own}"))
                    });
                    assert_eq!(is_provider(&format!("not-{own}")), ending, "{own}");
                }
                assert!(!is_provider(&format!("{own}.example.com")), "{own}");
            }
        }
    }

    #[test]
    fn hosts_of_ones_own_are_not_a_providers() {
        for host in [
            "",
            ".",
            "localhost",
            "example.com",
            "api.example.com",
            "x.workers.dev",
            "x.pages.dev",
            "x.vercel.app",
            "x.netlify.app",
            "x.azurewebsites.net",
            "x.execute-api.eu-central-1.amazonaws.com",
            "x.lambda-url.eu-central-1.on.aws",
            "bedrock.example.com",
            "bedrock-runtime.amazonaws.com.example.com",
            "x.run.app",
            "x.hf.space",
            "aiplatform.example.com",
            "my-x.ai",
            "max.ai",
            "127.0.0.1",
            "[2001:db8::1]",
        ] {
            assert!(!is_provider(host), "{host}");
        }
    }

    #[test]
    fn a_rule_that_another_one_covers_is_left_out() {
        let text = str::from_utf8(&TELLING).unwrap();
        let prefixes: Vec<&str> = text.split_terminator(' ').collect();
        for prefix in &prefixes {
            let covering = prefixes.iter().filter(|other| prefix.starts_with(**other));
            assert_eq!(covering.count(), 1, "{prefix} in {prefixes:?}");
        }
        assert!(prefixes.contains(&"sk-") && !prefixes.contains(&"sk-proj-"));
    }
}
