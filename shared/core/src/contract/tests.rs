use std::collections::BTreeMap;

use jiff::civil::date;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::*;
use crate::Personal;

/// `bear.woken`: a bear is awake.
///
/// Version 2 says [`who`](Woken::by) woke it.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Woken {
    /// The bear.
    bear_id: String,
    /// Who woke it, if anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<Personal<String>>,
    /// How hungry it is.
    #[serde(default)]
    hunger: Hunger,
    slept: Slept,
}

#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Hunger {
    #[default]
    None,
    Like(Bear),
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Bear {
    size: u32,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Slept {
    days: i64,
    dreams: BTreeMap<String, u64>,
}

impl Event for Woken {
    const TYPE: &'static str = "bear.woken";
    const VERSION: u32 = 3;
    const MIN_READER: u32 = 2;
    const AGGREGATE: &'static str = "bear";
    const DEPRECATED: &'static [Deprecated] = &[Deprecated {
        version: 2,
        since: date(2026, 1, 31),
        until: date(2027, 1, 31),
        reason: "version 3 says how hungry it is",
    }];

    fn aggregate_id(&self) -> &str {
        &self.bear_id
    }

    fn upcast<U: Upcast<Self>>(version: u32, older: U) -> Option<U::Outcome> {
        #[derive(Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase")]
        struct V2 {
            bear_id: String,
            slept: Slept,
        }
        let sated = |V2 { bear_id, slept }| Self {
            bear_id,
            by: None,
            hunger: Hunger::None,
            slept,
        };
        (version == 2).then(|| older.becomes(sated))
    }
}

const RELEASED: Released = Released::new(&[
    ("bear.woken/v1.json", r#"{"minreader":1,"data":{"bear":"b"}}"#),
    (
        "bear.woken/v1.schema.json",
        r#"{"$id":"urn:tidings:bear.woken:v1","required":["bear"]}"#,
    ),
    ("bear.woken/v3.schema.json", r#"{"stale":true}"#),
]);

fn woken() -> Contract {
    Contract::event::<Woken>("zoo", &RELEASED)
}

#[test]
fn what_is_written_is_closed_and_exact() {
    let written = &woken().versions[2].written;
    assert_eq!(written["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(written["$id"], "urn:tidings:bear.woken:v3");
    assert_eq!(written["additionalProperties"], false);
    assert_eq!(written["required"], json!(["bearId", "hunger", "slept"]));
    assert_eq!(
        written["properties"]["by"],
        json!({
            "description": "Who woke it, if anybody.",
            "x-personal": true,
            "anyOf": [{ "type": "string" }, { "$ref": "#/$defs/Sealed" }],
        })
    );
    let definitions = &written["$defs"];
    assert_eq!(
        definitions["Sealed"]["properties"]["sealed"]["required"],
        json!(["person"])
    );
    assert_eq!(definitions["Bear"]["properties"]["size"]["maximum"], u32::MAX);
    let slept = &definitions["Slept"];
    assert_eq!(slept["properties"]["days"]["minimum"], i64::MIN);
    assert_eq!(
        slept["properties"]["dreams"]["additionalProperties"]["maximum"],
        u64::MAX
    );
    assert_eq!(slept["additionalProperties"], false);
}

#[test]
fn what_is_read_is_open_and_shows_what_is_filled_in() {
    let read = woken().versions[2].read.clone().unwrap();
    assert_eq!(read["$id"], "urn:tidings:bear.woken:v3:reader");
    assert_eq!(read.get("additionalProperties"), None);
    assert_eq!(read["required"], json!(["bearId", "slept"]));
    assert_eq!(read["properties"]["hunger"]["default"], "none");
    let by = &read["properties"]["by"];
    assert_eq!((&by["x-personal"], &by["default"]), (&json!(true), &Value::Null));
    assert_eq!(by["anyOf"][2], json!({ "type": "null" }));
    // A sealed value with another member is none, and is read as the value itself.
    assert_eq!(read["$defs"]["Sealed"]["additionalProperties"], false);
}

#[test]
fn an_older_version_is_read_by_the_type_that_it_is_upcast_from_and_was_written_as_it_was_released() {
    let [first, second, _] = &woken().versions[..] else {
        panic!("three versions");
    };
    assert_eq!(first.read, None, "the code does not know it");
    assert_eq!(first.written["required"], json!(["bear"]));
    assert_eq!((first.min_reader, second.min_reader), (1, 1));
    let read = second.read.as_ref().unwrap();
    assert_eq!(read["required"], json!(["bearId", "slept"]));
    assert_eq!(read["properties"].get("hunger"), None);
    assert_eq!(
        second.written["additionalProperties"], false,
        "as far as the code knows"
    );
}

#[test]
fn the_document_says_who_owns_it_and_what_is_on_its_way_out() {
    let document = serde_json::to_value(woken()).unwrap();
    assert_eq!(
        (
            &document["kind"],
            &document["type"],
            &document["service"],
            &document["current"]
        ),
        (&json!("event"), &json!("bear.woken"), &json!("zoo"), &json!(3))
    );
    assert_eq!(
        document["versions"][1]["deprecated"],
        json!({ "since": "2026-01-31", "until": "2027-01-31", "reason": "version 3 says how hungry it is" })
    );
    assert_eq!(document["versions"][2]["deprecated"], Value::Null);
    assert_eq!(document["versions"][2]["minReader"], 2);
    assert_eq!(document["versions"][0]["sample"]["data"], json!({ "bear": "b" }));
}

#[test]
fn a_description_is_for_those_who_do_not_read_rust() {
    let written = &woken().versions[2].written;
    assert_eq!(
        written["description"],
        "`bear.woken`: a bear is awake.\n\nVersion 2 says `who` woke it."
    );
}
