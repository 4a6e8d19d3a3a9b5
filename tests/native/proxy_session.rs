//! Session tokens (threat table, rows A1 to A6, A9, A10). That other libraries' tokens are read alike
//! is shown in `tests/worker`, where `jose` mints them.

use openai_wasm::proxy::auth::session_token::{LEEWAY_SECONDS, SignFault, pseudonym, sign, verify};
use openai_wasm::proxy::{Caller, Config, Secret, SigningKeys};

pub const NOW: u64 = 1_800_000_000;
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

pub fn secret() -> Secret {
    Secret::new(SECRET)
}

pub fn code(authorization: &str) -> Result<String, String> {
    code_under(authorization, &Config::default(), NOW)
}

pub fn code_under(authorization: &str, config: &Config, now: u64) -> Result<String, String> {
    let secret = secret();
    let keyring = SigningKeys::parse(&secret).unwrap();
    match verify(Some(authorization), &keyring, config, now) {
        Ok(session) => Ok(session.subject),
        Err(refusal) => {
            assert_eq!(refusal.status, 401);
            Err(refusal.code)
        }
    }
}

fn token() -> String {
    made("user-1", 900, SECRET, &Config::default()).unwrap()
}

pub fn caller(subject: &str) -> Caller {
    Caller {
        subject: subject.to_owned(),
        ..Caller::default()
    }
}

pub fn made(
    subject: &str,
    ttl_seconds: u32,
    secret: &str,
    config: &Config,
) -> Result<String, SignFault> {
    let secret = Secret::new(secret);
    let keyring = SigningKeys::parse(&secret).map_err(|_| SignFault::Secret)?;
    sign(&caller(subject), ttl_seconds, &keyring, config, NOW)
}

/// A token with any header and payload, rightly signed.
pub fn signed(header: &str, payload: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let message = format!(
        "{}.{}",
        base64url(header.as_bytes()),
        base64url(payload.as_bytes())
    );
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    format!("{message}.{}", base64url(&mac.finalize().into_bytes()))
}

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - group.len()));
        for index in 0..=group.len() {
            text.push(char::from(
                ALPHABET[(bits >> (18 - 6 * index)) as usize & 63],
            ));
        }
    }
    text
}

pub const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

pub fn unauthorized() -> Result<String, String> {
    Err("unauthorized".to_owned())
}

#[test]
fn a_signed_token_opens_the_proxy_until_it_expires() {
    let bearer = format!("Bearer {}", token());
    let config = Config::default();
    for (now, expected) in [
        (NOW, Ok("user-1".to_owned())),
        (NOW + 900 + LEEWAY_SECONDS - 1, Ok("user-1".to_owned())),
        (NOW + 900 + LEEWAY_SECONDS, Err("token_expired".to_owned())),
        (NOW + 1_000_000, Err("token_expired".to_owned())),
        (NOW - LEEWAY_SECONDS, Ok("user-1".to_owned())),
        (NOW - LEEWAY_SECONDS - 1, unauthorized()),
    ] {
        assert_eq!(code_under(&bearer, &config, now), expected, "{now}");
    }
    assert_eq!(
        code(&format!("bearer {}", token())),
        Ok("user-1".to_owned())
    );
}

#[test]
fn the_library_reads_what_this_test_signs() {
    // The control for every refusal below that uses `signed`.
    let payload = format!(r#"{{"sub":"s","exp":{}}}"#, NOW + 60);
    assert_eq!(
        code(&format!("Bearer {}", signed(HEADER, &payload))),
        Ok("s".to_owned())
    );
}

#[test]
fn anything_but_one_bearer_token_is_refused_alike() {
    let token = token();
    for value in [
        String::new(),
        token.clone(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Basic {token}"),
        format!("Bearer  {token}"),
        format!("Bearer {token} "),
        format!("Bearer {token}, Bearer {token}"),
        format!("Bearer \"{token}\""),
        format!("Token {token}"),
        "Bearer sk-proj-somebodyelse".to_owned(),
        "Bearer a.b".to_owned(),
        "Bearer ..".to_owned(),
    ] {
        assert_eq!(code(&value), unauthorized(), "{value}");
    }
    let secret = secret();
    let keyring = SigningKeys::parse(&secret).unwrap();
    let refused = verify(None, &keyring, &Config::default(), NOW).unwrap_err();
    assert_eq!(
        (refused.status, refused.code.as_str()),
        (401, "unauthorized")
    );
}

#[test]
fn tokens_of_every_length_are_refused_and_none_panics() {
    for length in 0..=4200 {
        assert_eq!(
            code(&format!("Bearer {}", "a".repeat(length))),
            unauthorized(),
            "{length}"
        );
    }
}

#[test]
fn every_changed_character_is_noticed() {
    let token = token();
    for (index, old) in token.char_indices() {
        for new in ["A", "B", ".", "=", " ", "-"] {
            if old.to_string() == new {
                continue;
            }
            let mut forged = token.clone();
            forged.replace_range(index..=index, new);
            assert_eq!(
                code(&format!("Bearer {forged}")),
                unauthorized(),
                "{index}: {old} → {new}"
            );
        }
    }
    for forged in [
        format!("{token}="),
        format!("{token}A"),
        token[..token.len() - 1].to_owned(),
    ] {
        assert_eq!(
            code(&format!("Bearer {forged}")),
            unauthorized(),
            "{forged}"
        );
    }
}

#[test]
fn the_last_character_has_one_spelling() {
    // 32 bytes end in a character whose two lowest bits are unused: three others decode alike.
    let token = token();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for last in alphabet.chars().filter(|last| !token.ends_with(*last)) {
        let forged = format!("{}{last}", &token[..token.len() - 1]);
        assert_eq!(code(&format!("Bearer {forged}")), unauthorized(), "{last}");
    }
}

#[test]
fn a_member_of_the_header_that_is_null_is_refused() {
    let payload = format!(r#"{{"sub":"s","exp":{}}}"#, NOW + 60);
    for member in [
        "crit", "kid", "typ", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "cty", "b64", "x",
    ] {
        for header in [
            format!(r#"{{"alg":"HS256","{member}":null}}"#),
            format!(r#"{{"{member}":null,"alg":"HS256"}}"#),
        ] {
            let bearer = format!("Bearer {}", signed(&header, &payload));
            assert_eq!(code(&bearer), unauthorized(), "{header}");
        }
    }
    for header in [
        r#"{"alg":"HS256","x":"y"}"#,
        r#"{"alg":"HS256","crit":[]}"#,
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"HS256","kid":["a"]}"#,
    ] {
        let bearer = format!("Bearer {}", signed(header, &payload));
        assert_eq!(code(&bearer), unauthorized(), "{header}");
    }
    for claim in [
        "iat", "nbf", "jti", "iss", "aud", "sub", "exp", "origin", "models",
    ] {
        let payload = format!(r#"{{"sub":"s","exp":{},"{claim}":null}}"#, NOW + 60);
        let bearer = format!("Bearer {}", signed(HEADER, &payload));
        assert_eq!(code(&bearer), unauthorized(), "{claim}");
    }
    let control = format!("Bearer {}", signed(r#"{"alg":"HS256"}"#, &payload));
    assert_eq!(code(&control), Ok("s".to_owned()));
}

#[test]
fn the_log_tells_why_a_token_is_refused_and_the_caller_does_not_learn_it() {
    let secret = secret();
    let keyring = SigningKeys::parse(&secret).unwrap();
    let strict = Config::default().issuer(Some("me".to_owned()));
    let epoch = Config::default().session_epoch(Some(NOW + 1));
    let soon = NOW + 60;
    let sound = signed(HEADER, &format!(r#"{{"sub":"s","exp":{soon}}}"#));
    let (unsigned, _) = sound.rsplit_once('.').unwrap();
    let of = |payload: &str| signed(HEADER, payload);
    for (token, config, why) in [
        (
            format!("{unsigned}.{}", "A".repeat(43)),
            Config::default(),
            "another secret than sessionSecret",
        ),
        (
            of(&format!(r#"{{"sub":"s","exp":{}}}"#, NOW + 100_000)),
            Config::default(),
            "longer than 900 seconds: maxTokenSeconds",
        ),
        (
            of(&format!(
                r#"{{"sub":"s","iat":{},"exp":{soon}}}"#,
                NOW - 1000
            )),
            Config::default(),
            "maxTokenSeconds",
        ),
        (
            of(&format!(
                r#"{{"sub":"s","nbf":{},"exp":{}}}"#,
                NOW + 500,
                NOW + 600
            )),
            Config::default(),
            "lies in the future",
        ),
        (
            of(&format!(r#"{{"sub":"s","iss":"you","exp":{soon}}}"#)),
            strict.clone(),
            "issuer",
        ),
        (sound.clone(), strict, "a claim is missing"),
        (sound.clone(), epoch, "SESSION_EPOCH"),
        (
            of(&format!(r#"{{"sub":"s","aud":"x","exp":{soon}}}"#)),
            Config::default(),
            "audience",
        ),
        (
            of(&format!(r#"{{"sub":"","exp":{soon}}}"#)),
            Config::default(),
            "its sub or jti",
        ),
        (
            of(&format!(r#"{{"sub":7,"exp":{soon}}}"#)),
            Config::default(),
            "types",
        ),
        (
            signed(
                r#"{"alg":"HS256","kid":"k"}"#,
                &format!(r#"{{"sub":"s","exp":{soon}}}"#),
            ),
            Config::default(),
            "(kid)",
        ),
        (
            "x.y.z".to_owned(),
            Config::default(),
            "not a JSON Web Token",
        ),
    ] {
        let bearer = format!("Bearer {token}");
        let refusal = verify(Some(&bearer), &keyring, &config, NOW).unwrap_err();
        let noted = refusal.notice().map_or("", |notice| notice.text.as_str());
        assert!(noted.contains(why), "{why}: {noted}");
        for part in token.split('.').filter(|part| part.len() > 10) {
            assert!(!noted.contains(part), "{noted}");
        }
        let nothing = verify(None, &keyring, &config, NOW).unwrap_err();
        assert_eq!(
            (refusal.body(), refusal),
            (nothing.body(), nothing),
            "{why}"
        );
    }
}

#[test]
fn nothing_in_the_header_chooses_an_algorithm_or_a_key() {
    let payload = format!(r#"{{"sub":"s","exp":{}}}"#, NOW + 60);
    for header in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"None","typ":"JWT"}"#,
        r#"{"alg":"HS384","typ":"JWT"}"#,
        r#"{"alg":"RS256","typ":"JWT"}"#,
        r#"{"alg":"hs256","typ":"JWT"}"#,
        r#"{"typ":"JWT"}"#,
        r#"{"alg":"HS256","typ":"JWE"}"#,
        r#"{"alg":"HS256","kid":"../../x"}"#,
        r#"{"alg":"HS256","kid":"1"}"#,
        r#"{"alg":"HS256","jku":"https://evil.example.com/keys"}"#,
        r#"{"alg":"HS256","jwk":{"kty":"oct","k":"MDEyMzQ1Njc"}}"#,
        r#"{"alg":"HS256","x5u":"https://evil.example.com/x"}"#,
        r#"{"alg":"HS256","crit":["b64"],"b64":false}"#,
        r#"{"alg":"HS256","crit":[]}"#,
        r#"{"alg":"HS256","zip":"DEF"}"#,
        r#"{"alg":"HS256","alg":"none"}"#,
        "[]",
        "",
    ] {
        assert_eq!(
            code(&format!("Bearer {}", signed(header, &payload))),
            unauthorized(),
            "{header}"
        );
    }
    let unsigned = format!(
        "{}.{}.",
        base64url(br#"{"alg":"none"}"#),
        base64url(payload.as_bytes())
    );
    assert_eq!(code(&format!("Bearer {unsigned}")), unauthorized());
}

#[test]
fn another_secret_opens_nothing() {
    let other = "fedcba9876543210fedcba9876543210";
    let foreign = made("s", 60, other, &Config::default()).unwrap();
    assert_eq!(code(&format!("Bearer {foreign}")), unauthorized());
}

#[test]
fn secrets_rotate_by_name() {
    let (old, new) = (SECRET, "fedcba9876543210fedcba9876543210");
    let config = Config::default();
    let both = format!(r#"{{"new":"{new}","old":"{old}"}}"#);
    let opens = |token: &str, secret: &str| {
        let secret = Secret::new(secret);
        let keyring = SigningKeys::parse(&secret).unwrap();
        verify(Some(&format!("Bearer {token}")), &keyring, &config, NOW).is_ok()
    };
    let first = made("s", 60, &format!(r#"{{"old":"{old}"}}"#), &config).unwrap();
    let second = made("s", 60, &both, &config).unwrap();
    for token in [&first, &second] {
        assert!(opens(token, &both), "both are good while both are there");
    }
    assert!(
        !opens(&first, &format!(r#"{{"new":"{new}"}}"#)),
        "a dropped one is not"
    );
    assert!(opens(&second, &format!(r#"{{"new":"{new}"}}"#)));
    assert!(
        !opens(&second, &format!(r#"{{"new":"{old}","old":"{new}"}}"#)),
        "the name chooses the secret"
    );

    let unnamed = made("s", 60, old, &config).unwrap();
    assert!(
        !opens(&unnamed, &both),
        "a token without a name needs the secret without one"
    );
    assert!(opens(&unnamed, &format!(r#"{{"new":"{new}","":"{old}"}}"#)));
}

#[test]
fn no_two_subjects_share_a_pseudonym() {
    let mut seen = std::collections::HashSet::new();
    for (purpose, subject) in [
        ("limit", "a:b"),
        ("limit", "a"),
        ("limit", "b:c"),
        ("limit", "\u{e9}"),
        ("limit", "e\u{301}"),
        ("end user", "a"),
        ("limi", "t\0a"),
    ] {
        let hash = pseudonym(purpose, subject, SECRET);
        assert_eq!(hash.len(), 64);
        assert!(hash.bytes().all(|b| b.is_ascii_hexdigit()));
        assert!(seen.insert(hash), "{purpose} {subject}");
    }
    assert_ne!(
        pseudonym("limit", "a", SECRET),
        pseudonym("limit", "a", "fedcba9876543210fedcba9876543210")
    );
}
