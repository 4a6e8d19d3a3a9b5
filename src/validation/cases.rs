//! `tests/fixtures/checks.json`, played; `tests/js/checks.test.mjs` plays it in JavaScript.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::place::Place;
use super::table::ROWS;
use super::{Profile, Refused, check};
use crate::wire::Upload;

/// A request's parameters, and its files apart from them.
struct Params {
    json: Value,
    files: Vec<(String, Upload)>,
}

impl Params {
    fn files(&self) -> Vec<(&str, &Upload)> {
        let files = self.files.iter();
        files.map(|(name, file)| (name.as_str(), file)).collect()
    }

    fn check(&self, profile: Profile, endpoint: &str) -> Result<(), Refused> {
        check(profile, endpoint, &self.json, &self.files())
    }
}

fn profile(name: &Value) -> Profile {
    let all = [Profile::None, Profile::OpenAi, Profile::Fireworks];
    all.into_iter().find(|p| name == p.name()).unwrap()
}

/// Lays a case over its endpoint's base.
fn params(base: &Value, case: &Value) -> Params {
    let mut fields: Map<String, Value> = base.as_object().unwrap().clone();
    fields.extend(case.as_object().unwrap().clone());
    let mut params = Params {
        json: json!({}),
        files: Vec::new(),
    };
    for (name, value) in fields {
        if let Some(described) = value.get("$file") {
            params.files.push((name, file(described)));
        } else if value.get(0).is_some_and(|item| item.get("$file").is_some()) {
            for item in value.as_array().unwrap() {
                let file = file(&item["$file"]);
                params.files.push((format!("{name}[]"), file));
            }
        } else {
            params.json[name] = expanded(&value);
        }
    }
    params
}

fn expanded(value: &Value) -> Value {
    match value {
        Value::Object(object) if object.contains_key("$repeat") => {
            let times = object["$repeat"][1].as_u64().unwrap() as usize;
            match &object["$repeat"][0] {
                Value::String(text) => Value::from(text.repeat(times)),
                item => Value::from(vec![item.clone(); times]),
            }
        }
        Value::Object(object) => object
            .iter()
            .map(|(name, value)| (name.clone(), expanded(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(expanded).collect(),
        other => other.clone(),
    }
}

fn file(described: &Value) -> Upload {
    let mut head = described["text"].as_str().unwrap_or("").as_bytes().to_vec();
    if let Some(size) = described["png"].as_array() {
        head.extend(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
        for side in size {
            head.extend((side.as_u64().unwrap() as u32).to_be_bytes());
        }
        head.extend([8, described["colour"].as_u64().unwrap_or(6) as u8, 0, 0, 0]);
        if described["transparency"] == true {
            head.extend(b"\0\0\0\0\0\0\0\x01tRNS\0");
        }
    }
    let length = described["bytes"].as_u64().unwrap_or(0) as usize;
    let mut bytes = vec![0; length.max(head.len())];
    bytes[..head.len()].copy_from_slice(&head);
    Upload::new(described["name"].as_str().unwrap(), bytes)
}

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../tests/fixtures/checks.json")).unwrap()
}

/// Calls `visit` for each accepted case (`None`) and each refused one, at each endpoint.
fn each_case(mut visit: impl FnMut(Profile, &str, &Params, Option<(&str, &str)>)) {
    let fixture = fixture();
    for case in fixture["cases"].as_array().unwrap() {
        let profile = profile(&case["profile"]);
        for endpoint in case["endpoints"].as_array().unwrap() {
            let endpoint = endpoint.as_str().unwrap();
            let base = &fixture["base"][endpoint];
            for accepted in case["accepted"].as_array().unwrap() {
                visit(profile, endpoint, &params(base, accepted), None);
            }
            for refused in case["refused"].as_array().unwrap() {
                let param = refused.get("param").unwrap_or(&case["param"]);
                let words = (
                    param.as_str().unwrap(),
                    refused["message"].as_str().unwrap(),
                );
                let params = params(base, &refused["params"]);
                visit(profile, endpoint, &params, Some(words));
            }
        }
    }
}

#[test]
fn what_the_documents_allow_is_accepted_and_what_they_rule_out_is_refused_by_name() {
    let mut faults = Vec::new();
    let mut played = 0;
    each_case(|profile, endpoint, params, refused| {
        played += 1;
        let got = params.check(profile, endpoint);
        let expected = refused.map_or(Ok(()), |(param, message)| {
            Err(Refused {
                param: param.to_owned(),
                message: format!("{message} (profile {})", profile.name()),
            })
        });
        if got != expected {
            faults.push(format!(
                "{endpoint} {}: {got:?}, expected {expected:?}",
                params.json
            ));
        }
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(played > 400, "{played}");
}

#[test]
fn every_row_has_a_case_on_each_side_at_each_of_its_endpoints() {
    let (mut broken, mut kept) = (BTreeSet::new(), BTreeSet::new());
    each_case(|profile, endpoint, params, refused| {
        let files = params.files();
        for (at, row) in ROWS.iter().enumerate() {
            if !row.profiles.contains(&profile) || !row.endpoints.contains(&endpoint) {
                continue;
            }
            if refused.is_some() && row.check(&params.json, &files).is_err() {
                broken.insert((at, profile.name(), endpoint.to_owned()));
                break;
            }
            let stands =
                |place: &Place<'_>| place.stands() && row.when.is_none_or(|when| when.holds(place));
            if refused.is_none()
                && Place::find(row.param, &params.json, &files)
                    .iter()
                    .any(stands)
            {
                kept.insert((at, profile.name(), endpoint.to_owned()));
            }
        }
    });
    let mut missing = Vec::new();
    for (at, row) in ROWS.iter().enumerate() {
        for profile in row.profiles {
            for endpoint in row.endpoints {
                let key = (at, profile.name(), (*endpoint).to_owned());
                for (side, cases) in [("refused", &broken), ("accepted", &kept)] {
                    if !cases.contains(&key) {
                        let (name, clause) = (profile.name(), row.rule.clause());
                        missing.push(format!(
                            "{name} {endpoint} {} {clause}: none {side}",
                            row.param
                        ));
                    }
                }
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn a_seed_is_any_64_bit_integer_and_a_query_does_not_hide_an_endpoint() {
    let seed = |seed: Value| {
        let params = json!({"model": "m", "seed": seed});
        check(Profile::OpenAi, "/completions?x=1", &params, &[]).is_ok()
    };
    assert!(seed(json!(i64::MIN)) && seed(json!(i64::MAX)));
    assert!(!seed(json!(u64::MAX)) && !seed(json!(1.0e19)));
}

#[test]
fn what_is_no_object_breaks_nothing_and_no_input_panics() {
    for odd in [
        json!(null),
        json!([]),
        json!("text"),
        json!({"messages": "x", "tools": {"a": 1}}),
    ] {
        for endpoint in [
            "/chat/completions",
            "/completions",
            "/images/edits",
            "/embeddings",
        ] {
            let _ = check(Profile::OpenAi, endpoint, &odd, &[]);
        }
    }
    let cut = Upload::new("a.png", *b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0");
    let refused = check(
        Profile::OpenAi,
        "/images/variations",
        &json!({}),
        &[("image", &cut)],
    );
    assert_eq!(refused.unwrap_err().param, "image");
}
