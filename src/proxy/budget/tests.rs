//! What requests are reserved at, and what they are charged.

use serde_json::{Value, json};

use super::{Asked, Budget, BudgetFault, Charge, Doubt, OwnPrice, Prices, account_of, quote};
use crate::ledger::{Limit, Window};
use crate::models::Meter;
use crate::proxy::auth::caller::{Caller, limit_of};
use crate::proxy::config::{Anonymous, Config, Models};
use crate::proxy::error::ProxyError;
use crate::proxy::request::params;
use crate::proxy::response::usage::{Cost, Outcome, Usage};
use crate::proxy::route::Route;

fn anonymous() -> Anonymous {
    Anonymous {
        verify_url: "https://challenges.example/verify".to_owned(),
        hostnames: vec!["app.example".to_owned()],
        action: None,
        ttl_seconds: 900,
        models: None,
        max_tokens: None,
    }
}

const DAY: Limit = Limit {
    window: Window::Day,
    nano: 1,
};

fn own(model: &str, rates: &[(Meter, u64)]) -> OwnPrice {
    OwnPrice {
        model: model.to_owned(),
        rates: rates.to_vec(),
        image_nano: None,
        shows_all: false,
    }
}

/// A picodollar a token read, a nanodollar a token written.
fn budget() -> Budget {
    let plain = [(Meter::Input, 1), (Meter::Output, 1_000)];
    let shows = OwnPrice {
        shows_all: true,
        ..own("open", &[(Meter::Input, 1_000), (Meter::Output, 1_000_000)])
    };
    let picture = OwnPrice {
        image_nano: Some(40_000_000),
        ..own("painter", &[])
    };
    Budget {
        per_subject: vec![DAY],
        for_everyone: vec![DAY],
        prices: Prices::with(vec![
            own("mine", &plain),
            shows,
            picture,
            own("reader", &[(Meter::Input, 5)]),
        ]),
    }
}

fn asked(route: Route, body: &Value, allowed: &[&str]) -> Result<Charge, ProxyError> {
    let config = Config {
        models: Models::Any,
        max_output_tokens: 100,
        allowed_params: allowed.iter().map(|name| (*name).to_owned()).collect(),
        end_user: crate::proxy::config::EndUser::Hidden,
        ..Config::default()
    };
    let bytes = body.to_string().into_bytes();
    let params = params::check(route, &bytes, &config, &Caller::default(), "u")?;
    quote(&budget(), route, Asked::Params(&params, None))
}

fn reserved(route: Route, body: &Value, allowed: &[&str]) -> u64 {
    asked(route, body, allowed).unwrap().reserved
}

#[test]
fn a_chat_is_reserved_at_its_bytes_and_its_cap_for_each_answer() {
    let chat = |more: Value| {
        let mut body =
            json!({ "model": "mine", "messages": [{ "role": "user", "content": "hi" }] });
        let fields = body.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        body
    };
    // Less than 1,000 bytes of input are one nanodollar, as all fractions are rounded up once.
    let route = Route::ChatCompletions;
    assert_eq!(reserved(route, &chat(json!({})), &[]), 101);
    assert_eq!(reserved(route, &chat(json!({ "max_tokens": 7 })), &[]), 8);
    let many = chat(json!({ "max_tokens": 7, "n": 3 }));
    assert_eq!(reserved(route, &many, &["n"]), 22);
    let long = "x".repeat(3_000);
    let long = json!({ "messages": [{ "role": "user", "content": long }], "max_tokens": 1 });
    assert_eq!(reserved(route, &chat(long), &[]), 5);
    let tier = chat(json!({ "service_tier": "flex" }));
    let refused = asked(route, &tier, &["service_tier"]).unwrap_err();
    assert_eq!((refused.status, &*refused.code), (400, "cost_not_bounded"));
}

#[test]
fn every_route_has_a_price_and_a_model_without_one_is_refused() {
    let text = |model: &str| json!({ "model": model, "input": "hello" });
    assert!(reserved(Route::Embeddings, &text("text-embedding-3-small"), &[]) > 0);
    // What moderates is free.
    assert_eq!(
        reserved(Route::Moderations, &json!({ "input": "hello" }), &[]),
        0
    );
    let completion = json!({ "model": "mine", "prompt": ["a", "b"], "max_tokens": 9 });
    assert_eq!(reserved(Route::Completions, &completion, &[]), 19);
    let picture = json!({ "model": "painter", "prompt": "a cat", "n": 2 });
    assert_eq!(
        reserved(Route::ImageGenerations, &picture, &["n"]),
        80_000_000
    );
    // 1024 by 1536 at the highest quality, 40 US dollars a million tokens.
    let picture = json!({ "model": "gpt-image-1", "prompt": "a cat" });
    let got = reserved(Route::ImageGenerations, &picture, &[]);
    assert!((249_600_000..250_700_000).contains(&got), "{got}");
    let low =
        json!({ "model": "gpt-image-1", "prompt": "", "quality": "low", "size": "1024x1024" });
    let got = reserved(Route::ImageGenerations, &low, &["quality"]);
    assert!((10_880_000..12_000_000).contains(&got), "{got}");

    for (route, body) in [
        (
            Route::ChatCompletions,
            json!({ "model": "x", "messages": [{ "role": "user", "content": "" }] }),
        ),
        (Route::Embeddings, text("x")),
        // It reads, and has no price for what it writes.
        (
            Route::ChatCompletions,
            json!({ "model": "reader", "messages": [{ "role": "user", "content": "" }] }),
        ),
    ] {
        let refused = asked(route, &body, &[]).unwrap_err();
        assert!(
            ["model_not_priced", "cost_not_bounded"].contains(&&*refused.code),
            "{body}"
        );
    }
}

#[test]
fn an_upload_is_reserved_as_the_longest_sound_at_the_dearest_price() {
    // 750 bytes are a second. The dearest model of the table that hears costs 833,333,334 picodollars.
    let charge = quote(&budget(), Route::AudioTranscriptions, Asked::Upload(7_500)).unwrap();
    assert_eq!(charge.reserved, 8_333_334);
    let heard = Cost {
        usage: Usage::of(&json!({ "type": "duration", "seconds": 1.2 })),
        ..Cost::default()
    };
    assert_eq!(charge.of(Outcome::Completed, &heard).nano, 1_666_667);
    let text = charge.of(Outcome::Completed, &Cost::default());
    assert_eq!((text.nano, text.flags), (8_333_334, vec![Doubt::NoUsage]));
}

#[test]
fn speech_is_reserved_by_its_characters_or_by_how_long_it_takes_to_say() {
    let say =
        |model: &str, input: &str| json!({ "model": model, "input": input, "voice": "coral" });
    // 15 US dollars a million characters; one outside of the basic plane counts as two.
    for (input, nano) in [("hello", 75_000), ("\u{e9}", 15_000), ("\u{1f600}", 30_000)] {
        assert_eq!(
            reserved(Route::Speech, &say("tts-1", input), &[]),
            nano,
            "{input}"
        );
    }
    let by_character = asked(Route::Speech, &say("tts-1", "hello"), &[]).unwrap();
    let said = by_character.of(Outcome::Completed, &Cost::default());
    assert_eq!((said.nano, said.flags), (75_000, vec![]));

    // 12 US dollars a million audio tokens: 3 a letter, 15 a digit or sign; and its bytes at 0.6.
    let spoken = |body: &Value| {
        let written = body.to_string().len() as u64;
        reserved(Route::Speech, body, &[]) - written * 600
    };
    assert_eq!(spoken(&say("gpt-4o-mini-tts", "hello")), 15 * 12_000);
    assert_eq!(spoken(&say("gpt-4o-mini-tts", "7.")), 30 * 12_000);
    let mut slow = say("gpt-4o-mini-tts", "hello");
    slow["speed"] = json!(0.25);
    assert_eq!(spoken(&slow), 60 * 12_000);
    slow["speed"] = json!(4);
    assert_eq!(spoken(&slow), 15 * 12_000, "no cheaper");

    // The usage of the last event: all that it wrote is sound.
    let charge = asked(Route::Speech, &say("gpt-4o-mini-tts", "hello"), &[]).unwrap();
    let told = Cost {
        usage: Usage::of(&json!({ "input_tokens": 2, "output_tokens": 10, "total_tokens": 12 })),
        ..Cost::default()
    };
    let said = charge.of(Outcome::Completed, &told);
    assert_eq!((said.nano, said.flags), (2 * 600 + 10 * 12_000, vec![]));
    let bytes = charge.of(Outcome::Completed, &Cost::default());
    assert_eq!(
        (bytes.nano, bytes.flags),
        (charge.reserved, vec![Doubt::NoUsage])
    );

    // A price for text does not price sound.
    for (model, code) in [("mine", "cost_not_bounded"), ("x", "model_not_priced")] {
        let refused = asked(Route::Speech, &say(model, "hello"), &[]).unwrap_err();
        assert_eq!(refused.code, code);
    }
}

#[test]
fn an_answer_is_charged_by_its_usage_and_never_free_without_one() {
    let body = json!({
        "model": "open", "max_tokens": 50, "messages": [{ "role": "user", "content": "hello" }]
    });
    let open = asked(Route::ChatCompletions, &body, &[]).unwrap();
    let mut hidden = body;
    hidden["model"] = "mine".into();
    let hidden = asked(Route::ChatCompletions, &hidden, &[]).unwrap();
    let usage = |usage: Value| Cost {
        usage: Usage::of(&usage),
        ..Cost::default()
    };
    let said = |said_bytes: u64| Cost {
        said_bytes,
        events: 1,
        ..Cost::default()
    };
    let whole = open.reserved;
    let input = whole - 50_000;
    let counted = usage(json!({ "prompt_tokens": 12, "completion_tokens": 34 }));
    for (what, charge, outcome, cost, nano, flags) in [
        (
            "usage",
            &open,
            Outcome::Completed,
            counted,
            12 + 34_000,
            vec![],
        ),
        (
            "an explicit 0",
            &open,
            Outcome::Completed,
            usage(json!({ "prompt_tokens": 0, "completion_tokens": 0 })),
            0,
            vec![],
        ),
        (
            "a negative count",
            &open,
            Outcome::Completed,
            usage(json!({ "prompt_tokens": -1 })),
            whole,
            vec![Doubt::NoUsage],
        ),
        (
            "a text",
            &open,
            Outcome::Completed,
            usage(json!({ "prompt_tokens": "7" })),
            whole,
            vec![Doubt::NoUsage],
        ),
        (
            "1e18",
            &open,
            Outcome::Completed,
            usage(json!({ "completion_tokens": 1e18 })),
            whole,
            vec![Doubt::NoUsage],
        ),
        (
            "a count that costs too much",
            &open,
            Outcome::Completed,
            usage(json!({ "completion_tokens": 1u64 << 52 })),
            whole,
            vec![Doubt::NoUsage],
        ),
        (
            "nothing",
            &open,
            Outcome::Completed,
            Cost::default(),
            whole,
            vec![Doubt::NoUsage],
        ),
        (
            "refused",
            &open,
            Outcome::Refused,
            Cost::default(),
            0,
            vec![],
        ),
        (
            "not reached",
            &open,
            Outcome::Failed,
            Cost {
                unheard: true,
                ..Cost::default()
            },
            0,
            vec![],
        ),
        (
            "left after nine bytes",
            &open,
            Outcome::Disconnected,
            said(9),
            input + 9_000,
            vec![Doubt::LeftEarly],
        ),
        (
            "cut after much",
            &open,
            Outcome::Truncated,
            said(900),
            whole,
            vec![Doubt::LeftEarly],
        ),
        (
            "left before a word",
            &open,
            Outcome::Disconnected,
            Cost::default(),
            whole,
            vec![Doubt::NoUsage],
        ),
        (
            "left a model that may think",
            &hidden,
            Outcome::Disconnected,
            said(9),
            hidden.reserved,
            vec![Doubt::NoUsage],
        ),
    ] {
        let got = charge.of(outcome, &cost);
        assert_eq!((got.nano, got.flags), (nano, flags), "{what}");
    }
    let json = serde_json::to_string(&open).unwrap();
    assert_eq!(serde_json::from_str::<Charge>(&json).unwrap(), open);
}

#[test]
fn more_than_was_reserved_is_charged_in_full() {
    let body = json!({
        "model": "mine", "max_tokens": 1, "messages": [{ "role": "user", "content": "hello" }]
    });
    let charge = asked(Route::ChatCompletions, &body, &[]).unwrap();
    let cost = Cost {
        usage: Usage::of(&json!({ "prompt_tokens": 0, "completion_tokens": 700 })),
        ..Cost::default()
    };
    assert_eq!(
        (charge.reserved, charge.of(Outcome::Completed, &cost).nano),
        (2, 700)
    );
}

#[test]
fn a_budget_that_could_not_hold_is_refused_by_the_name_of_its_option() {
    let config = || Config {
        models: Models::List(vec!["gpt-4o-mini".to_owned()]),
        ..Config::default()
    };
    let check = |budget: Budget, config: Config| {
        budget
            .check(&config)
            .map_err(|fault| (fault.clone(), fault.to_string()))
    };
    assert_eq!(check(budget(), config()), Ok(()));
    let named = |got: Result<(), (BudgetFault, String)>, option: &str| {
        let (_, text) = got.unwrap_err();
        assert!(text.contains(option), "{text}");
    };
    named(check(Budget::default(), config()), "budget.limits");
    let alone = Budget {
        for_everyone: Vec::new(),
        ..budget()
    };
    let anonymous = Config {
        anonymous: Some(anonymous()),
        ..config()
    };
    named(check(alone, anonymous), "everyone");
    named(
        check(
            budget(),
            Config {
                inspect_answers: false,
                ..config()
            },
        ),
        "inspectAnswers",
    );
    named(
        check(
            budget(),
            Config {
                models: Models::List(vec!["stranger".to_owned()]),
                ..config()
            },
        ),
        "budget.prices",
    );
    named(
        check(
            budget(),
            Config {
                allowed_params: vec!["web_search_options".to_owned()],
                ..config()
            },
        ),
        "allowParams",
    );
}

#[test]
fn a_session_lowers_limits_and_counts_as_its_subject_or_its_address() {
    let mut caller = Caller {
        subject: "u1".to_owned(),
        budget: Some(vec![limit_of("day", 0.25).unwrap()]),
        ..Caller::default()
    };
    let limits = budget().limits_of(&caller);
    assert_eq!(
        limits,
        [
            DAY,
            Limit {
                window: Window::Day,
                nano: 250_000_000
            }
        ]
    );
    assert_eq!(account_of(&caller, Some("192.0.2.1")), "subject:u1");
    caller.subject = "anonymous:7".to_owned();
    assert_eq!(
        account_of(&caller, Some("192.0.2.1")),
        "address:ip:192.0.2.1"
    );
    for (window, usd) in [
        ("week", 1.0),
        ("day", -1.0),
        ("day", f64::NAN),
        ("day", 1e9),
    ] {
        assert_eq!(limit_of(window, usd), None, "{window} {usd}");
    }
    assert_eq!(limit_of("day", 0.1).unwrap().nano, 100_000_000);
    assert_eq!(limit_of("day", 0.07).unwrap().nano, 70_000_000);
}
