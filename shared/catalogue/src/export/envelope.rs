//! The envelope that every message travels in, as JSON Schema: a CloudEvent in structured mode
//! (CloudEvents 1.0, JSON event format, section 3), with the extensions of this system.

use serde_json::{Value, json};

/// The media type of a body (CloudEvents 1.0, JSON event format, section 3).
pub(super) const MEDIA_TYPE: &str = "application/cloudevents+json";

/// What a message has as attributes of SNS and SQS: what filters need, and nothing else.
pub(super) fn headers() -> Value {
    json!({
        "type": "object",
        "description": "Message attributes, which raw delivery hands on from the topic to a queue.",
        "properties": {
            "type": { "type": "string", "description": "The type of the event, for filters." },
            "aggregatetype": { "type": "string", "description": "The kind of aggregate, for filters." },
        },
        "required": ["type"],
    })
}

/// An attribute: its name, its JSON type, whether every envelope has it, and what it says.
type Attribute = (&'static str, &'static str, bool, &'static str);

/// The attributes, those of CloudEvents first.
pub(super) const ATTRIBUTES: [Attribute; 20] = [
    ("specversion", "string", true, "The version of CloudEvents: 1.0."),
    (
        "id",
        "string",
        true,
        "Unique within `source`: the two are what a duplicate is known by.",
    ),
    (
        "source",
        "string",
        true,
        "The context in which it happened, a URI reference.",
    ),
    ("type", "string", true, "What happened, or what is asked for."),
    ("time", "string", false, "When it happened (RFC 3339)."),
    (
        "subject",
        "string",
        false,
        "The id of the aggregate that it is about.",
    ),
    (
        "datacontenttype",
        "string",
        false,
        "The media type of `data`; absent means JSON.",
    ),
    ("dataschema", "string", false, "The schema of `data`, a URI."),
    (
        "dataref",
        "string",
        false,
        "Where `data` is kept, if it is too large to travel.",
    ),
    ("aggregatetype", "string", false, "The kind of aggregate."),
    (
        "aggregateversion",
        "integer",
        false,
        "Its number in the history of its aggregate, from 1.",
    ),
    (
        "schemaversion",
        "integer",
        false,
        "The version of `data`; absent means 1.",
    ),
    (
        "minreader",
        "integer",
        false,
        "The oldest reader that understands it; absent means 1.",
    ),
    (
        "correlationid",
        "string",
        false,
        "The chain of events that it belongs to.",
    ),
    (
        "causationid",
        "string",
        false,
        "The id of the event that caused it.",
    ),
    (
        "hops",
        "integer",
        false,
        "How many events stand between it and the head of its chain.",
    ),
    (
        "traceparent",
        "string",
        false,
        "Where it stands in a trace (W3C Trace Context).",
    ),
    ("actorid", "string", false, "Who acted."),
    ("actorip", "string", false, "The address from which they acted."),
    (
        "actoragent",
        "string",
        false,
        "The user agent with which they acted.",
    ),
];

/// Any envelope. It is open: whoever reads it ignores what it does not know.
pub(super) fn schema() -> Value {
    let property = |(name, kind, _, says): &Attribute| {
        let mut property = json!({ "type": kind, "description": says });
        match *name {
            "specversion" => property["const"] = json!("1.0"),
            "time" => property["format"] = json!("date-time"),
            "id" | "source" | "type" => property["minLength"] = json!(1),
            "hops" => property["minimum"] = json!(0),
            _ if *kind == "integer" => property["minimum"] = json!(1),
            _ => {}
        }
        ((*name).to_owned(), property)
    };
    let required = ATTRIBUTES.iter().filter(|(_, _, required, _)| *required);
    json!({
        "title": "Envelope",
        "description": "A CloudEvent 1.0 in structured mode, with the extensions of this system.",
        "type": "object",
        "properties": Value::Object(ATTRIBUTES.iter().map(property).collect()),
        "required": required.map(|(name, ..)| name).collect::<Vec<_>>(),
    })
}
