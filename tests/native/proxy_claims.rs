//! What a session token says: its claims, read and written.

use openai_wasm::proxy::auth::session_token::{LEEWAY_SECONDS, SignFault, sign, verify};
use openai_wasm::proxy::{Caller, Config, SigningKeys};

use crate::proxy_session::{
    HEADER, NOW, SECRET, caller, code, code_under, made, secret, signed, unauthorized,
};

#[test]
fn claims_must_be_there_and_of_their_type() {
    let soon = NOW + 60;
    for payload in [
        "{}".to_owned(),
        r#"{"sub":"s"}"#.to_owned(),
        format!(r#"{{"exp":{soon}}}"#),
        format!(r#"{{"sub":"","exp":{soon}}}"#),
        format!(r#"{{"sub":7,"exp":{soon}}}"#),
        format!(r#"{{"sub":null,"exp":{soon}}}"#),
        format!(r#"{{"sub":"{}","exp":{soon}}}"#, "x".repeat(129)),
        format!(r#"{{"sub":"a\u0000b","exp":{soon}}}"#),
        format!(r#"{{"sub":"a\nb","exp":{soon}}}"#),
        format!(r#"{{"sub":"s","exp":"{soon}"}}"#),
        r#"{"sub":"s","exp":1e400}"#.to_owned(),
        r#"{"sub":"s","exp":NaN}"#.to_owned(),
        r#"{"sub":"s","exp":-1}"#.to_owned(),
        r#"{"sub":"s","exp":null}"#.to_owned(),
        r#"{"sub":"s","exp":18446744073709551616}"#.to_owned(),
        format!(r#"{{"sub":"s","exp":{soon},"exp":{soon}}}"#),
        format!(r#"{{"sub":"s","exp":{}}}"#, NOW + 900 + LEEWAY_SECONDS + 1),
        format!(r#"{{"sub":"s","exp":{}}}"#, u64::MAX),
        format!(
            r#"{{"sub":"s","exp":{soon},"nbf":{}}}"#,
            NOW + LEEWAY_SECONDS + 1
        ),
        format!(
            r#"{{"sub":"s","exp":{soon},"iat":{}}}"#,
            NOW + LEEWAY_SECONDS + 1
        ),
        format!(r#"{{"sub":"s","exp":{soon},"nbf":"now"}}"#),
        format!(r#"{{"sub":"s","exp":{soon},"iat":{}}}"#, soon - 901),
        format!(r#"{{"sub":"s","exp":{soon},"iat":{soon}}}"#),
        format!(r#"{{"sub":"s","exp":{soon},"jti":""}}"#),
        format!(r#"{{"sub":"s","exp":{soon},"jti":7}}"#),
        format!(r#"{{"sub":"s","exp":{soon},"origin":7}}"#),
        format!(r#"{{"sub":"s","exp":{soon},"models":"gpt-4o"}}"#),
        format!(r#"{{"sub":"s","exp":{soon},"max_tokens":-1}}"#),
        format!(r#"{{"sub":"s","exp":{soon},"max_tokens":0}}"#),
        // Null is no value of a claim, and no scope is the widest one.
        format!(r#"{{"sub":"s","exp":{soon},"origin":null}}"#),
        format!(r#"{{"sub":"s","exp":{soon},"models":null}}"#),
        format!(r#"{{"sub":"s","exp":{soon},"max_tokens":null}}"#),
        format!(r#"{{"sub":"s","exp":{soon},"aud":null}}"#),
        format!(r#"{{"sub":"s","exp":{soon},"aud":7}}"#),
        format!(r#"{{"sub":"s","exp":{soon},"iat":null}}"#),
        // An audience that the proxy was not told of is another service's.
        format!(r#"{{"sub":"s","exp":{soon},"aud":"staging"}}"#),
        format!("[{soon}]"),
    ] {
        assert_eq!(
            code(&format!("Bearer {}", signed(HEADER, &payload))),
            unauthorized(),
            "{payload}"
        );
    }
    for exp in ["0", "1"] {
        let payload = format!(r#"{{"sub":"s","exp":{exp}}}"#);
        assert_eq!(
            code(&format!("Bearer {}", signed(HEADER, &payload))),
            Err("token_expired".to_owned())
        );
    }
}

#[test]
fn issuer_and_audience_are_compared_when_configured() {
    let config = Config::default()
        .issuer(Some("https://id.example.com".to_owned()))
        .audience(Some("proxy".to_owned()));
    let soon = NOW + 60;
    for (claims, good) in [
        (r#""iss":"https://id.example.com","aud":"proxy""#, true),
        (
            r#""iss":"https://id.example.com","aud":["other","proxy"]"#,
            true,
        ),
        (r#""iss":"https://id.example.com","aud":"staging""#, false),
        (r#""iss":"https://id.example.com","aud":[]"#, false),
        (r#""iss":"https://id.example.com""#, false),
        (r#""iss":"https://evil.example.com","aud":"proxy""#, false),
        (r#""aud":"proxy""#, false),
    ] {
        let payload = format!(r#"{{"sub":"s","exp":{soon},{claims}}}"#);
        let bearer = format!("Bearer {}", signed(HEADER, &payload));
        assert_eq!(code_under(&bearer, &config, NOW).is_ok(), good, "{claims}");
    }
    let own = made("s", 60, SECRET, &config).unwrap();
    assert_eq!(
        code_under(&format!("Bearer {own}"), &config, NOW),
        Ok("s".to_owned())
    );
}

#[test]
fn a_token_is_not_made_from_a_weak_secret_or_a_bad_claim() {
    let config = Config::default();
    for (subject, ttl_seconds, secret, expected) in [
        ("s", 60, "short", SignFault::Secret),
        ("s", 60, "", SignFault::Secret),
        ("", 60, SECRET, SignFault::Subject),
        ("a\nb", 60, SECRET, SignFault::Subject),
        ("s", 0, SECRET, SignFault::Lifetime),
        ("s", 901, SECRET, SignFault::Lifetime),
    ] {
        let made = made(subject, ttl_seconds, secret, &config);
        assert_eq!(made, Err(expected), "{subject:?} {ttl_seconds} {secret:?}");
    }
}

#[test]
fn an_epoch_revokes_what_was_signed_before_it() {
    let soon = NOW + 60;
    for (claims, good) in [
        (format!(r#""iat":{NOW}"#), true),
        (format!(r#""iat":{}"#, NOW - 1), false),
        (String::new(), false),
    ] {
        let comma = if claims.is_empty() { "" } else { "," };
        let payload = format!(r#"{{"sub":"s","exp":{soon}{comma}{claims}}}"#);
        let config = Config::default().session_epoch(Some(NOW));
        let bearer = format!("Bearer {}", signed(HEADER, &payload));
        assert_eq!(code_under(&bearer, &config, NOW).is_ok(), good, "{claims}");
    }
}

#[test]
fn a_tokens_scope_comes_back_as_it_was_signed() {
    let secret = secret();
    let keyring = SigningKeys::parse(&secret).unwrap();
    let config = Config::default();
    let given = Caller {
        token_id: Some("id-1".to_owned()),
        origin: Some("https://app.example.com".to_owned()),
        models: Some(vec!["gpt-4o-mini".to_owned()]),
        max_tokens: Some(100),
        ..caller("s")
    };
    let token = sign(&given, 60, &keyring, &config, NOW).unwrap();
    let read = verify(Some(&format!("Bearer {token}")), &keyring, &config, NOW).unwrap();
    let expected = Caller {
        issued_at: Some(NOW),
        expires_at: Some(NOW + 60),
        ..given
    };
    assert_eq!(read, expected);
}
