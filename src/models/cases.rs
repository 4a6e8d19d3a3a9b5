//! The cases that both languages run: `tests/fixtures/models.json`.

use serde_json::Value;

use super::{Catalog, Encoding, Meter, Model, Rate, Tier};

#[test]
fn names_are_found_as_the_fixture_says() {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../../tests/fixtures/models.json")).unwrap();
    assert!(cases.len() > 20);
    let catalog = Catalog::new();
    for case in &cases {
        let name = &case["name"];
        let id = case["id"].as_str().unwrap();
        let encoding = Encoding::of_model(id).map(Encoding::name);
        assert_eq!(encoding, case["encoding"].as_str(), "{name}");
        let found = catalog.find(id);
        assert_eq!(
            found.map(|found| &*found.model.id),
            case["model"].as_str(),
            "{name}"
        );
        let Some(found) = found else { continue };
        assert_eq!(found.priced, case["priced"], "{name}");
        let model = found.model;
        let input = model.pico(Meter::Input, Tier::Standard, false);
        let values = [
            ("contextWindow", Value::from(model.context_window)),
            ("maxOutputTokens", model.max_output_tokens.into()),
            ("lastDay", (*model.last_day).into()),
            ("input", input.map_or(Value::Null, Value::from)),
        ];
        for (field, value) in values {
            if let Some(wanted) = case.get(field) {
                assert_eq!(value, *wanted, "{name}: {field}");
            }
        }
    }
}

#[test]
fn an_authors_entry_replaces_the_tables_and_the_last_one_wins() {
    let own = |window| Model {
        id: "gpt-4o".into(),
        encoding: Some(Encoding::O200kBase),
        context_window: window,
        max_output_tokens: 1,
        last_day: "".into(),
        rates: Vec::<Rate>::new().into(),
    };
    let catalog = Catalog::new().with(own(7)).with(own(8));
    let found = catalog.find("gpt-4o").unwrap();
    assert_eq!(found.model.context_window, 8);
    let snapshot = catalog.find("gpt-4o-2031-01-01").unwrap();
    assert_eq!(snapshot.model.context_window, 8, "snapshots follow it");
}

#[test]
fn a_tier_without_a_price_for_long_requests_pays_the_standard_one() {
    let catalog = Catalog::new();
    let model = catalog.find("gpt-5.4").unwrap().model;
    let price = |tier, long| model.pico(Meter::Input, tier, long);
    assert!(price(Tier::Priority, false) > price(Tier::Standard, false));
    assert_eq!(price(Tier::Priority, true), price(Tier::Standard, true));
    assert!(price(Tier::Standard, true) > price(Tier::Standard, false));
    assert_eq!(price(Tier::Ultrafast, false), None);
}

#[test]
fn every_encoding_and_tier_is_found_by_its_own_name_alone() {
    for encoding in Encoding::ALL {
        assert_eq!(Encoding::from_name(encoding.name()), Some(encoding));
    }
    assert_eq!(Encoding::from_name("cl100k"), None);
    for tier in Tier::ALL {
        assert_eq!(Tier::from_name(tier.name()), Some(tier));
    }
    assert_eq!(Tier::from_name("auto"), Some(Tier::Standard));
    assert_eq!(Tier::from_name("fast"), Some(Tier::Priority));
    assert_eq!(Tier::from_name("scale"), None);
}
