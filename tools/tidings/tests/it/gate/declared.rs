//! What a contract of the storefront declares (an upcast, `minReader`, its version), against what is changed and who is deployed.

use serde_json::{Value, json};

use super::shop::{Desk, Shop};

const ORDER_PLACED: &str = "order.placed";

/// `order.placed` in version 3, whose total no earlier reader reads, and which reads no earlier total.
fn version_3(shop: &Shop, min_reader: u32) -> Shop {
    let mut now = shop.with_version(
        ORDER_PLACED,
        &json!({ "properties": { "total": { "$ref": null, "type": "string" } } }),
    );
    now.current(ORDER_PLACED)["minReader"] = json!(min_reader);
    now
}

/// The same, and what reads the earlier versions is as it was: they are upcast.
fn upcast(shop: &Shop, mut now: Shop) -> Shop {
    let earlier = shop.clone().contract(ORDER_PLACED)["versions"].clone();
    let versions = now.contract(ORDER_PLACED)["versions"].as_array_mut().unwrap();
    for (version, before) in versions.iter_mut().zip(earlier.as_array().unwrap()) {
        version["read"] = before["read"].clone();
    }
    now
}

/// The breaches of one rule: from which version, and who is named.
fn told(said: &str, rule: &str) -> Vec<(Value, Vec<String>)> {
    let report: Value = serde_json::from_str(said).unwrap();
    let breaches = report["breaches"].as_array().unwrap().iter();
    let of_the_rule = breaches.filter(|breach| breach["rule"] == rule && breach["answered"].is_null());
    of_the_rule
        .map(|breach| {
            let consumers = serde_json::from_value(breach["consumers"].clone()).unwrap();
            (breach["from"].clone(), consumers)
        })
        .collect()
}

#[test]
fn what_cannot_read_old_data_needs_an_upcast() {
    let (shop, desk) = (Shop::today(), Desk::new());
    let now = version_3(&shop, 3);
    let (code, said) = desk.check(&shop, &now, &["--json"]);
    let readers = shop.readers(ORDER_PLACED);
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(
        told(&said, "NO_UPCAST"),
        [(json!(2), readers.clone()), (json!(1), readers)]
    );
    let (_, said) = desk.check(&shop, &upcast(&shop, now), &["--json"]);
    assert_eq!(told(&said, "NO_UPCAST"), []);
    assert_eq!(told(&said, "TYPE_CHANGED"), [], "answered");
}

#[test]
fn what_old_readers_cannot_read_needs_a_min_reader() {
    let (shop, desk) = (Shop::today(), Desk::new());
    let (code, said) = desk.check(&shop, &upcast(&shop, version_3(&shop, 2)), &["--json"]);
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(
        told(&said, "MIN_READER_NOT_RAISED"),
        [(json!(2), shop.readers(ORDER_PLACED))]
    );
    let (_, said) = desk.check(&shop, &upcast(&shop, version_3(&shop, 3)), &["--json"]);
    assert_eq!(told(&said, "MIN_READER_NOT_RAISED"), []);
}

#[test]
fn a_raised_min_reader_names_each_deployed_consumer_that_would_set_the_event_aside() {
    let (shop, desk) = (Shop::today(), Desk::new());
    let now = upcast(&shop, version_3(&shop, 3));
    let (code, said) = desk.check(&shop, &now, &["--json"]);
    assert_eq!(code, Some(1), "{said}");
    let mut named: Vec<_> = told(&said, "CONSUMER_READS_LESS")
        .into_iter()
        .flat_map(|(_, names)| names)
        .collect();
    named.sort();
    let mut reading = shop.readers(ORDER_PLACED);
    // It takes every event and looks into none.
    reading.retain(|name| name != "record-audit-log");
    assert!(reading.len() > 5 && named == reading, "{named:?}, {reading:?}");

    // A commit that has the version already is no excuse: the stage has not.
    let stage = desk.write("stage.json", &shop.0.to_string());
    let (code, said) = desk.check(&now, &now, &["--json", "--deployed", stage.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(told(&said, "CONSUMER_READS_LESS").len(), reading.len(), "{said}");

    // Once all of them are deployed as readers of version 3, it may be published.
    let mut deployed = shop.clone();
    let events = |consumer: &mut Value| {
        for event in consumer["events"].as_array_mut().into_iter().flatten() {
            if event["type"] == ORDER_PLACED {
                event["version"] = json!(3);
            }
        }
    };
    deployed.0["consumers"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .for_each(events);
    let deployed = desk.write("deployed.json", &deployed.0.to_string());
    let (code, said) = desk.check(&shop, &now, &["--deployed", deployed.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_released_version_is_another_one_now_only_in_its_words() {
    let (shop, desk) = (Shop::today(), Desk::new());
    let mut now = shop.clone();
    now.current(ORDER_PLACED)["written"]["properties"]["userId"]["description"] = json!("Whose order it is.");
    let (code, said) = desk.check(&shop, &now, &[]);
    assert_eq!(code, Some(0), "{said}");
    now.current(ORDER_PLACED)["written"]["properties"]["userId"]["maxLength"] = json!(64);
    let (code, said) = desk.check(&shop, &now, &["--json"]);
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(
        told(&said, "VERSION_CHANGED"),
        [(json!(2), shop.readers(ORDER_PLACED))]
    );
}
