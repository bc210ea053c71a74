//! Each kind of change, made to a contract of the storefront and taken back again.

use std::{collections::BTreeMap, fs};

use serde::Deserialize;
use serde_json::{Value, json};
use tidings_schema::{
    ContentModel, Mode,
    gate::{Asked, Catalogue, Gate, Report, Settings},
};

use super::shop::{Desk, Shop};

/// The kind's name in docs/schema-rules.md, the contract, what it is given before (where the storefront uses no such thing), and the
/// change: merge patches of its schema.
#[derive(Deserialize)]
struct Kind(String, String, Value, Value);

fn kinds() -> Vec<Kind> {
    serde_json::from_str(include_str!("kinds.json")).unwrap()
}

/// The storefront's contract of this type, given what the kind needs.
fn given(shop: &Shop, name: &str, before: &Value) -> Shop {
    let shop = shop.only(name);
    match before.as_object().is_some_and(|patch| patch.is_empty()) {
        true => shop,
        false => shop.with_version(name, before),
    }
}

/// What the documentation's table says of a kind.
#[derive(Debug)]
struct Row {
    backward: bool,
    forward: bool,
    full: bool,
    rules: Vec<String>,
}

/// The table of docs/schema-rules.md, in the LENIENT model, which is asked of the storefront. A test of the gate keeps it true.
fn table() -> BTreeMap<String, Row> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema-rules.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, table) = page.split_once("<!-- table: begin -->").unwrap();
    let (table, _) = table.split_once("<!-- table: end -->").unwrap();
    let rows = table.lines().filter(|line| line.starts_with('|')).skip(2);
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [name, backward, forward, full, _, _, _, rules @ ..] = &cells[..] else {
            panic!("{line}");
        };
        let row = Row {
            backward: *backward == "✓",
            forward: *forward == "✓",
            full: *full == "✓",
            rules: rules
                .concat()
                .split(['[', ']'])
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect(),
        };
        ((*name).to_owned(), row)
    };
    rows.map(row).collect()
}

fn gate(then: &Shop, now: &Shop, mode: Mode) -> Report {
    let read = |shop: &Shop| serde_json::from_value::<Catalogue>(shop.0.clone()).unwrap();
    let (then, now) = (read(then), read(now));
    let default = Asked {
        mode,
        content: ContentModel::Lenient,
    };
    let settings = Settings {
        default,
        ..Settings::default()
    };
    let gate = Gate {
        now: &now,
        then: &then,
        deployed: Some(&then),
        settings: &settings,
        exceptions: &[],
        today: jiff::civil::date(2026, 6, 1),
    };
    gate.check()
}

/// Asserts what the gate says of this change in each mode.
fn judged(kind: &str, name: &str, then: &Shop, now: &Shop, expected: [bool; 3]) {
    for (mode, expected) in [Mode::Backward, Mode::Forward, Mode::Full]
        .into_iter()
        .zip(expected)
    {
        let report = gate(then, now, mode);
        assert_eq!(
            report.passes(),
            expected,
            "{kind}, {name}, {mode}: {:#?}",
            report.breaches
        );
        for breach in report.breaches.iter().filter(|breach| breach.fails()) {
            assert_eq!(breach.name, name, "{kind}");
            assert_eq!(breach.consumers, now.readers(name), "{kind}, {mode}");
        }
    }
}

#[test]
fn each_kind_of_change_of_a_contract_of_the_storefront_is_judged_as_the_table_says_and_so_is_taking_it_back()
{
    let (table, shop) = (table(), Shop::today());
    let mut missing: Vec<_> = table.keys().collect();
    for Kind(kind, name, before, change) in kinds() {
        let row = table
            .get(&kind)
            .unwrap_or_else(|| panic!("the table has no {kind}"));
        missing.retain(|one| **one != kind);
        let then = given(&shop, &name, &before);
        let now = then.with_version(&name, &change);
        judged(&kind, &name, &then, &now, [row.backward, row.forward, row.full]);

        // Taken back: what is written again is what was, and what read the one reads the other the other way round.
        let back = now.again(&name, &then);
        judged(
            &format!("{kind}, taken back"),
            &name,
            &now,
            &back,
            [row.forward, row.backward, row.full],
        );
    }
    assert!(
        missing.is_empty(),
        "in the table, and made to no contract: {missing:?}"
    );
}

#[test]
fn the_command_exits_with_1_for_each_kind_that_breaks_something_and_names_the_rule_and_who_reads_it() {
    let (table, shop, desk) = (table(), Shop::today(), Desk::new());
    // Against the version before it alone: an earlier one of the storefront may differ from both.
    desk.write(
        "compatibility.json",
        &json!({ "default": { "mode": "FULL" } }).to_string(),
    );
    for Kind(kind, name, before, change) in kinds() {
        let row = &table[&kind];
        let then = given(&shop, &name, &before);
        let now = then.with_version(&name, &change);
        let (code, said) = desk.check(&then, &now, &[]);
        assert_eq!(code, Some(i32::from(!row.full)), "{kind}: {said}");
        if row.full {
            continue;
        }
        assert!(
            row.rules
                .iter()
                .any(|rule| said.contains(&format!("error[{rule}] {name}"))),
            "{kind}: {said}"
        );
        let consumers = format!("consumers  {}", now.readers(&name).join(", "));
        assert!(said.contains(&consumers), "{kind}: {said}");
    }
}
