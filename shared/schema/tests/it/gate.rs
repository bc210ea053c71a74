//! The gate over a contract of the storefront: each kind of change, and each declared-against rule, one by one.

use jiff::civil::date;
use serde_json::{Value, json};
use tidings_schema::{
    ContentModel, Mode, Verdict, change,
    gate::{Asked, Breach, Catalogue, Exception, Gate, Report, Settings, exceptions},
    report, rules, source,
};

use crate::{confirm::confirm, table::kinds};

/// `order.placed` as its producers write it.
fn order_placed(version: u32) -> Value {
    let money = json!({
        "type": "object", "additionalProperties": false, "required": ["amount", "currency"],
        "properties": {
            "amount": { "type": "integer", "format": "int64" },
            "currency": { "type": "string", "pattern": "^[A-Z]{3}$" },
        },
    });
    let item = json!({
        "type": "object", "additionalProperties": false, "required": ["sku", "name", "quantity", "unitPrice"],
        "properties": {
            "sku": { "type": "string" }, "name": { "type": "string" },
            "quantity": { "type": "integer", "format": "uint32", "minimum": 1 },
            "unitPrice": { "$ref": "#/$defs/Money" },
        },
    });
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "OrderPlaced", "type": "object",
        "additionalProperties": false, "required": ["orderId", "userId", "email", "total"],
        "properties": {
            "orderId": { "type": "string" }, "userId": { "type": "string" },
            "email": { "type": "string", "x-personal": true },
            "total": { "$ref": "#/$defs/Money" },
        },
        "$defs": { "Money": money },
    });
    if version > 1 {
        schema["properties"]["items"] = json!({ "type": "array", "items": { "$ref": "#/$defs/Item" } });
        schema["required"] = json!(["orderId", "userId", "email", "total", "items"]);
        schema["$defs"]["Item"] = item;
    }
    schema
}

/// The schema as it is read: nothing is closed.
fn read(written: &Value) -> Value {
    let text = written.to_string().replace("\"additionalProperties\":false,", "");
    serde_json::from_str(&text).unwrap()
}

fn version(number: u32, min_reader: u32, written: &Value, upcast: Option<Value>) -> Value {
    json!({ "version": number, "minReader": min_reader, "written": written, "read": upcast, "deprecated": null })
}

/// A catalogue with this contract and the consumers of the storefront that take it.
fn catalogue(versions: &[Value], reads: u32) -> Catalogue {
    let document = json!({
        "contracts": [{
            "kind": "event", "type": "order.placed", "aggregate": "order", "service": "orders",
            "current": versions.last().unwrap()["version"], "versions": versions,
        }],
        "consumers": [
            { "name": "create-invoice", "service": "billing", "takes": { "types": ["order.placed"] },
              "events": [{ "type": "order.placed", "version": reads }], "publishes": [{ "type": "invoice.created", "version": 2 }] },
            { "name": "project-orders", "service": "orders", "takes": { "prefix": "order." },
              "events": [{ "type": "order.placed", "version": reads }], "publishes": [] },
            { "name": "record-audit-log", "service": "insights", "takes": { "all": true }, "events": [], "publishes": [] },
            { "name": "create-profile", "service": "accounts", "takes": { "types": ["user.signed_up"] },
              "events": [{ "type": "user.signed_up", "version": 2 }], "publishes": [] },
        ],
        "publishers": [{ "name": "place-order", "service": "orders", "publishes": [{ "type": "order.placed", "version": 2 }] }],
    });
    source::document("catalogue", &document.to_string()).unwrap()
}

fn check(now: &Catalogue, then: &Catalogue, exceptions: &[Exception]) -> Report {
    let settings = Settings::default();
    Gate {
        now,
        then,
        deployed: Some(then),
        settings: &settings,
        exceptions,
        today: date(2026, 6, 1),
    }
    .check()
}

fn failing(report: &Report) -> Vec<&'static str> {
    report
        .breaches
        .iter()
        .filter(|breach| breach.fails())
        .map(|breach| breach.finding.rule.id)
        .collect()
}

/// Version 2 and a version 3, with a property that is `old` in the one and `new` in the other.
fn pair(old: &Value, new: &Value) -> (Value, Value) {
    let with = |schema: &Value| {
        let (mut whole, mut part) = (order_placed(2), schema.clone());
        if let Some(definitions) = part.as_object_mut().and_then(|part| part.remove("$defs")) {
            whole["$defs"]
                .as_object_mut()
                .unwrap()
                .extend(definitions.as_object().unwrap().clone());
        }
        whole["properties"]["extra"] = part;
        whole
    };
    (with(old), with(new))
}

#[test]
fn each_kind_of_change_in_a_contract_fails_or_passes_as_the_table_says() {
    let (mut failed, mut passed) = (0, 0);
    for kind in kinds() {
        let (old, new) = pair(&kind.old, &kind.new);
        let then = catalogue(&[version(2, 1, &old, Some(old.clone()))], 2);
        let now = catalogue(
            &[version(2, 1, &old, None), version(3, 1, &new, Some(new.clone()))],
            2,
        );
        let expected = change(&kind.old, &kind.new, Mode::Full, ContentModel::Lenient).verdict;
        let report = check(&now, &then, &[]);
        let findings: Vec<_> = report
            .breaches
            .iter()
            .map(|breach| breach.finding.clone())
            .collect();
        let shown: Vec<_> = findings
            .iter()
            .filter(|finding| finding.direction.is_some())
            .cloned()
            .collect();
        confirm(&old, &new, &shown);
        assert_eq!(report.verdict, expected, "{}: {findings:#?}", kind.name);
        if expected == Verdict::Compatible {
            passed += 1;
            assert!(report.passes(), "{}", kind.name);
            continue;
        }
        failed += 1;
        assert!(!report.passes(), "{}", kind.name);
        for breach in report.breaches.iter().filter(|breach| breach.fails()) {
            assert_eq!(
                breach.consumers,
                ["create-invoice", "project-orders", "record-audit-log"],
                "{}",
                kind.name
            );
            assert!(
                breach.finding.direction.is_none() || breach.finding.path.starts_with("$.extra"),
                "{}",
                breach.finding.message
            );
        }
        let text = report::terminal(&report, false);
        assert!(
            text.contains("create-invoice, project-orders, record-audit-log"),
            "{text}"
        );
        // The same change without a new version is no better.
        let changed = catalogue(&[version(2, 1, &new, Some(new.clone()))], 2);
        assert!(
            failing(&check(&changed, &then, &[])).contains(&rules::VERSION_CHANGED.id),
            "{}",
            kind.name
        );
    }
    println!("{} kinds: {failed} fail, {passed} pass", failed + passed);
    assert!(failed > 20 && passed > 10);
}

/// Version 3 requires what no earlier version has.
fn requiring() -> Value {
    let mut new = order_placed(2);
    new["properties"]["channel"] = json!({ "type": "string" });
    new["required"].as_array_mut().unwrap().push(json!("channel"));
    new
}

fn then() -> Catalogue {
    let (one, two) = (order_placed(1), order_placed(2));
    catalogue(
        &[
            version(1, 1, &one, Some(read(&one))),
            version(2, 1, &two, Some(read(&two))),
        ],
        2,
    )
}

/// Version 3 beside what there was; `upcast` says which earlier versions are still read.
fn now(new: &Value, min_reader: u32, upcast: bool) -> Catalogue {
    let (one, two) = (order_placed(1), order_placed(2));
    let read = |schema: &Value| upcast.then(|| read(schema));
    catalogue(
        &[
            version(1, 1, &one, read(&one)),
            version(2, 1, &two, read(&two)),
            version(3, min_reader, new, Some(self::read(new))),
        ],
        3,
    )
}

#[test]
fn not_backward_compatible_and_no_upcast_fails() {
    let report = check(&now(&requiring(), 1, false), &then(), &[]);
    let failing = failing(&report);
    assert!(
        failing.contains(&rules::NO_UPCAST.id) && failing.contains(&rules::PROPERTY_REQUIRED_ADDED.id),
        "{failing:?}"
    );
    let upcast = check(&now(&requiring(), 1, true), &then(), &[]);
    assert!(upcast.passes(), "{}", report::terminal(&upcast, false));
    assert!(
        upcast
            .breaches
            .iter()
            .any(|breach| breach.answered.as_deref() == Some("version 2 is upcast"))
    );
}

#[test]
fn an_upcast_that_does_not_read_all_that_was_written_answers_for_nothing() {
    let mut now = now(&requiring(), 1, true);
    let narrower = json!({ "type": "object", "properties": { "total": { "type": "string" } } });
    now.contracts[0].versions[1].read = Some(narrower);
    assert!(failing(&check(&now, &then(), &[])).contains(&rules::TYPE_CHANGED.id));
}

/// Version 3 writes a total that no old reader can read.
fn unreadable() -> Value {
    let mut new = order_placed(2);
    new["properties"]["total"] = json!({ "type": "string" });
    new
}

#[test]
fn not_forward_compatible_and_min_reader_not_raised_fails() {
    let report = check(&now(&unreadable(), 1, true), &then(), &[]);
    assert!(
        failing(&report).contains(&rules::MIN_READER_NOT_RAISED.id),
        "{:?}",
        failing(&report)
    );
    // For readers of version 1 it is raised, for those of version 2 it is not.
    let half = check(&now(&unreadable(), 2, true), &then(), &[]);
    let told: Vec<&Breach> = half
        .breaches
        .iter()
        .filter(|breach| breach.finding.rule == &rules::MIN_READER_NOT_RAISED)
        .collect();
    assert_eq!(
        told.iter().map(|breach| breach.from).collect::<Vec<_>>(),
        [Some(2)]
    );
}

#[test]
fn min_reader_raised_above_what_a_deployed_consumer_reads_fails_with_its_name() {
    let report = check(&now(&unreadable(), 3, true), &then(), &[]);
    let failing: Vec<_> = report.breaches.iter().filter(|breach| breach.fails()).collect();
    assert!(
        failing
            .iter()
            .all(|breach| breach.finding.rule == &rules::CONSUMER_READS_LESS),
        "{failing:#?}"
    );
    let named: Vec<_> = failing
        .iter()
        .flat_map(|breach| breach.consumers.clone())
        .collect();
    assert_eq!(
        named,
        ["create-invoice", "project-orders"],
        "who looks into no event, sets none aside"
    );
    // Once those that read version 3 are deployed, it may be published.
    let deployed = now(&unreadable(), 3, true);
    let settings = Settings::default();
    let (now, then) = (now(&unreadable(), 3, true), then());
    let gate = Gate {
        now: &now,
        then: &then,
        deployed: Some(&deployed),
        settings: &settings,
        exceptions: &[],
        today: date(2026, 6, 1),
    };
    assert!(gate.check().passes());
}

#[test]
fn a_released_version_whose_schema_changed_fails_and_other_words_do_not() {
    let (then, mut now) = (then(), then());
    now.contracts[0].versions[1].written["properties"]["email"]["description"] =
        json!("Where the receipt goes.");
    let money = now.contracts[0].versions[1].written["$defs"]["Money"].clone();
    now.contracts[0].versions[1].written["properties"]["total"] = money;
    assert!(
        check(&now, &then, &[]).passes(),
        "described, and a definition written out"
    );
    now.contracts[0].versions[1].written["properties"]["email"]["maxLength"] = json!(254);
    let report = check(&now, &then, &[]);
    assert!(failing(&report).contains(&rules::VERSION_CHANGED.id));
    assert!(
        report
            .breaches
            .iter()
            .any(|breach| breach.finding.path == "$.email" && breach.finding.witness.is_some())
    );
}

#[test]
fn a_new_type_passes_and_a_version_that_is_gone_fails() {
    let nothing = Catalogue::default();
    assert!(check(&then(), &nothing, &[]).passes());
    assert_eq!(
        failing(&check(&nothing, &then(), &[])),
        [rules::VERSION_REMOVED.id; 2]
    );
    let mut deprecated = then();
    for version in &mut deprecated.contracts[0].versions {
        version.deprecated = serde_json::from_value(json!({ "until": "2026-06-01" })).unwrap();
    }
    assert!(check(&nothing, &deprecated, &[]).passes(), "its time is over");
}

#[test]
fn a_mode_asks_for_its_directions_and_versions_alone() {
    // Removed in version 2 and required of all again in version 3: only version 1 can read it, and be read.
    let (now, then) = (now(&requiring(), 1, false), then());
    let pairs = |mode: Mode| {
        let settings = Settings {
            default: Asked {
                mode,
                content: ContentModel::Lenient,
            },
            ..Settings::default()
        };
        let gate = Gate {
            now: &now,
            then: &then,
            deployed: None,
            settings: &settings,
            exceptions: &[],
            today: date(2026, 6, 1),
        };
        let report = gate.check();
        (report.compared, report.passes())
    };
    assert_eq!(pairs(Mode::Backward), (1, false));
    assert_eq!(pairs(Mode::BackwardTransitive), (2, false));
    assert_eq!(pairs(Mode::Forward), (1, true));
    assert_eq!(pairs(Mode::ForwardTransitive), (2, true));
    assert_eq!(pairs(Mode::Full), (1, false));
    assert_eq!(pairs(Mode::FullTransitive), (2, false));
}

#[test]
fn an_exception_excuses_until_its_date_and_is_told_when_it_excuses_nothing() {
    let excuses = [
        ("PROPERTY_REQUIRED_ADDED", "order.placed/$.channel"),
        ("NO_UPCAST", "order.placed"),
        ("PROPERTY_REQUIRED_ADDED", "order.placed/$.items"),
        // The catalogue's check has the same file.
        ("orphan-event", "order.placed"),
    ];
    let text = |until: &str| {
        let entry = |(rule, subject): &(&str, &str)| {
            format!(
                "[[exception]]\nrule = \"{rule}\"\nsubject = \"{subject}\"\nreason = \"no old orders\"\nuntil = \"{until}\"\n"
            )
        };
        excuses.iter().map(entry).collect::<String>()
    };
    let (now, then) = (now(&requiring(), 1, false), then());
    let excused = check(&now, &then, &exceptions(&text("2026-06-01")).unwrap());
    assert!(excused.passes(), "{}", report::terminal(&excused, false));
    let past = check(&now, &then, &exceptions(&text("2026-05-31")).unwrap());
    assert!(
        failing(&past).contains(&rules::EXCEPTION_EXPIRED.id)
            && failing(&past).contains(&rules::NO_UPCAST.id)
    );
    let unused = check(&then, &then, &exceptions(&text("2026-06-01")).unwrap());
    assert!(unused.passes());
    assert!(
        unused
            .breaches
            .iter()
            .all(|breach| breach.finding.rule == &rules::EXCEPTION_UNUSED)
            && unused.breaches.len() == 3
    );
    let unknown = text("2026-06-01").replace("NO_UPCAST", "NONE");
    assert_eq!(
        exceptions(&unknown).unwrap_err(),
        "there is no rule NONE; docs/schema-rules.md has them all"
    );
    let unreasoned = text("2026-06-01").replace("no old orders", " ");
    assert!(exceptions(&unreasoned).unwrap_err().ends_with("has no reason"));
}

#[test]
fn impact_names_who_reads_a_field_and_who_would_break() {
    use tidings_schema::impact::impact;
    let catalogue = then();
    let told = impact(&catalogue, "order.placed", Some("$.items[0].sku")).unwrap();
    let names =
        |all: &[tidings_schema::impact::Touched]| all.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&told.readers), ["create-invoice", "project-orders"]);
    assert_eq!(names(&told.others), ["record-audit-log"]);
    assert_eq!(names(&told.publishers), ["place-order"]);
    for would in &told.would {
        let breaks = would.change != "made required";
        assert_eq!(
            would.outcome.verdict == Verdict::Incompatible,
            breaks,
            "{}",
            would.change
        );
        assert_eq!(would.breaks, names(&told.readers), "{}", would.change);
    }
    let changes: Vec<_> = told.would.iter().map(|would| would.change).collect();
    assert_eq!(changes, ["removed", "renamed", "made optional"]);
    let error = impact(&catalogue, "order.placed", Some("colour"))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("order.placed has no field colour; it has"),
        "{error}"
    );
    assert!(impact(&catalogue, "order.lost", None).is_err());
}
