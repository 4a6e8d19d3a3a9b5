//! The cases that this ledger and the Durable Object run: `tests/fixtures/ledger.json`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Entry, Limit, Reservation, Row, State, Window, balances, expire, reserve, settle};

fn number(step: &Value, name: &str) -> u64 {
    step[name].as_u64().unwrap()
}

#[test]
fn a_book_is_kept_as_the_fixture_says() {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../../tests/fixtures/ledger.json")).unwrap();
    assert!(cases.len() > 8);
    for case in &cases {
        let limits: Vec<Limit> = serde_json::from_value(case["limits"].clone()).unwrap();
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        let mut rows: BTreeMap<(Window, u64), Row> = BTreeMap::new();
        for (at, step) in case["steps"].as_array().unwrap().iter().enumerate() {
            let now = number(step, "atMs");
            let state = |id: &str| State {
                entry: entries.get(id).cloned(),
                rows: rows.values().copied().collect(),
            };
            let mut written = Vec::new();
            let mut said = json!({});
            match step["do"].as_str().unwrap() {
                "reserve" => {
                    let request: Reservation =
                        serde_json::from_value(step["request"].clone()).unwrap();
                    let got = reserve(&state(&request.id), &request, &limits, now);
                    said = serde_json::to_value(got.verdict).unwrap();
                    written.push((got.entry, got.rows));
                }
                "settle" => {
                    let id = step["id"].as_str().unwrap();
                    let got = settle(&state(id), id, number(step, "cost"), now);
                    said = json!({ "cost": got.cost, "flags": got.flags });
                    written.push((got.entry, got.rows));
                }
                "expire" => {
                    let mut flags = Vec::new();
                    for id in entries.keys() {
                        if let Some(got) = expire(&state(id), now) {
                            flags.push(id.clone());
                            written.push((got.entry, got.rows));
                        }
                    }
                    said = json!({ "expired": flags });
                }
                _ => {}
            }
            for (entry, changed) in written {
                entries.extend(entry.map(|entry| (entry.id.clone(), entry)));
                rows.extend(
                    changed
                        .into_iter()
                        .map(|row| ((row.window, row.number), row)),
                );
            }
            let context = format!("{}, step {at}", case["name"]);
            if let Some(expected) = step.get("says") {
                assert_eq!(&said, expected, "{context}");
            }
            if let Some(expected) = step.get("left") {
                let left = balances(
                    &State {
                        entry: None,
                        rows: rows.values().copied().collect(),
                    },
                    &limits,
                    now,
                );
                let left: Vec<u64> = left.iter().map(|balance| balance.left).collect();
                assert_eq!(json!(left), *expected, "{context}");
            }
        }
    }
}
