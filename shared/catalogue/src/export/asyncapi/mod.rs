//! AsyncAPI 3.0, with the bindings of SNS and SQS.
//!
//! Events go through one topic. A consumer's queue is described where it receives, because it takes
//! from the topic ("SNS to SQS Pub-Sub" of the SQS binding); a command's queue is a channel of its
//! own ("Point-To-Point"). Bodies are CloudEvents in structured mode, so a message's payload is the
//! whole envelope.

mod channels;
mod dialect;
mod messages;
mod operations;

use serde_json::{Value, json};

use super::Subject;
use crate::document::ContractKind;

/// The file's name.
pub const FILE: &str = "asyncapi.json";
/// The version of the SNS bindings: the one that AsyncAPI's JSON schemas know, of the form that the
/// later ones have as well (github.com/asyncapi/bindings, folder `sns`).
const SNS: &str = "0.1.0";
/// The version of the SQS bindings, chosen in the same way (folder `sqs`).
const SQS: &str = "0.2.0";

/// The document.
#[must_use]
pub fn document(subject: &Subject) -> Value {
    json!({
        "asyncapi": "3.0.0",
        "id": format!("urn:tidings:{}", subject.system()),
        "info": info(subject),
        "defaultContentType": super::envelope::MEDIA_TYPE,
        "servers": servers(),
        "channels": channels::all(subject),
        "operations": operations::all(subject),
        "components": {
            "schemas": messages::schemas(subject),
            "messages": messages::all(subject),
            "messageTraits": { "envelope": messages::envelope() },
        },
    })
}

fn info(subject: &Subject) -> Value {
    let events = subject.of_kind(ContractKind::Event).count();
    let commands = subject.of_kind(ContractKind::Command).count();
    let tags = subject
        .document()
        .services()
        .into_iter()
        .map(|service| json!({ "name": service }));
    json!({
        "title": subject.system(),
        "version": subject.version(),
        "description": format!(
            "Who states and who takes the {events} events and {commands} commands of {}, made from its code. Names are \
             those of a deployment without a stage; a stage's begin with it.",
            subject.system(),
        ),
        "tags": tags.collect::<Vec<_>>(),
    })
}

fn servers() -> Value {
    let region = json!({ "default": "eu-central-1", "description": "Where it is deployed." });
    let server = |service: &str, says: &str| {
        json!({
            "host": format!("{service}.{{region}}.amazonaws.com"),
            "protocol": service,
            "description": says,
            "variables": { "region": region },
        })
    };
    json!({
        "sns": server("sns", "Carries events to the queues of their consumers."),
        "sqs": server("sqs", "Keeps messages until they are done."),
    })
}

/// A reference to what stands at these keys of the document (RFC 6901).
fn reference(keys: &[&str]) -> Value {
    let escaped = keys.iter().map(|key| key.replace('~', "~0").replace('/', "~1"));
    let pointer: String = escaped.map(|key| format!("/{key}")).collect();
    json!({ "$ref": format!("#{pointer}") })
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::export::subject;

    fn exported() -> Value {
        document(&Subject::of(&subject::tests::document(), "1.2.3"))
    }

    /// Every reference of the document.
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = exported();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 20, "{found:?}");
        for reference in found {
            let pointer = reference.strip_prefix('#').expect("a local reference");
            assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
    }

    #[test]
    fn a_consumer_receives_from_the_topic_by_its_queue_with_its_filter() {
        let document = exported();
        let receive = &document["operations"]["create-invoice.receive"];
        assert_eq!(receive["action"], "receive");
        assert_eq!(receive["channel"]["$ref"], "#/channels/events");
        let subscription = &receive["bindings"]["sns"]["consumers"][0];
        assert_eq!(subscription["endpoint"]["name"], "create-invoice");
        assert_eq!(subscription["filterPolicy"], json!({ "type": ["order.placed"] }));
        assert_eq!(subscription["rawMessageDelivery"], true);
        let queues = &receive["bindings"]["sqs"]["queues"];
        assert_eq!(
            queues[0]["redrivePolicy"]["deadLetterQueue"]["name"],
            queues[1]["name"]
        );
        assert_eq!(queues[0]["visibilityTimeout"], 60);
    }

    #[test]
    fn a_consumer_is_said_to_receive_the_versions_that_its_code_reads() {
        let document = exported();
        let messages = document["operations"]["create-invoice.receive"]["messages"].to_string();
        assert!(
            messages.contains("order.placed.v1") && messages.contains("order.placed.v2"),
            "{messages}"
        );
        let stated = document["operations"]["place-order.send"]["messages"].to_string();
        assert!(
            !stated.contains("order.placed.v1") && stated.contains("order.placed.v2"),
            "{stated}"
        );
    }

    #[test]
    fn a_command_has_a_fifo_queue_and_its_answer_comes_to_where_it_says() {
        let document = exported();
        assert_eq!(
            document["channels"]["quote"]["bindings"]["sqs"]["queue"]["name"],
            "handle-quote.fifo"
        );
        let reply = &document["operations"]["get-quote.quote.send"]["reply"];
        assert_eq!(reply["address"]["location"], "$message.payload#/replyto");
        assert_eq!(
            reply["messages"][0]["$ref"],
            "#/channels/replies/messages/quote.answered.v1"
        );
    }

    #[test]
    fn personal_fields_stay_marked_and_samples_are_the_examples() {
        let document = exported();
        let email = &document["components"]["schemas"]["order.placed.v2"]["properties"]["email"];
        assert_eq!(email["x-personal"], true);
        let message = &document["components"]["messages"]["order.placed.v2"];
        assert_eq!(message["examples"][0]["payload"]["type"], "order.placed");
    }
}
