//! Channels: the topic, the queue of each command, and the queues that answers come to.

use serde_json::{Map, Value, json};

use super::{
    super::{
        Subject,
        names::{dead_letters, queue, replies, topic, versioned},
    },
    SNS, SQS, reference,
};
use crate::document::{Consumer, Contract, ContractKind};

/// The topic's channel.
pub(super) const EVENTS: &str = "events";
/// The channel of reply queues.
pub(super) const REPLIES: &str = "replies";

/// The channels, by their names.
pub(super) fn all(subject: &Subject) -> Map<String, Value> {
    let mut channels = Map::new();
    channels.insert(EVENTS.to_owned(), events(subject));
    for command in subject.of_kind(ContractKind::Command) {
        for handler in subject.takers(command) {
            channels.insert(command.name.clone(), commands(command, handler));
        }
    }
    if subject.of_kind(ContractKind::Answer).next().is_some() {
        channels.insert(REPLIES.to_owned(), answers(subject));
    }
    channels
}

/// The channel through which messages of this contract travel.
pub(super) fn of(contract: &Contract) -> &str {
    match contract.kind {
        ContractKind::Command => &contract.name,
        ContractKind::Answer => REPLIES,
        _ => EVENTS,
    }
}

fn events(subject: &Subject) -> Value {
    let name = topic(subject.system());
    let carried = subject
        .contracts()
        .iter()
        .filter(|contract| of(contract) == EVENTS);
    json!({
        "address": name,
        "title": "Events",
        "description": "All events; each consumer's queue subscribes to those that it takes.",
        "servers": [reference(&["servers", "sns"])],
        "messages": messages(carried),
        "bindings": { "sns": { "name": name, "ordering": { "type": "standard" }, "bindingVersion": SNS } },
    })
}

fn commands(command: &Contract, handler: &Consumer) -> Value {
    let [own, letters] = queues(handler);
    json!({
        "address": queue(handler),
        "title": command.name,
        "description": format!("Commands for {}, in their order within an aggregate.", handler.name),
        "servers": [reference(&["servers", "sqs"])],
        "messages": messages([command]),
        "bindings": { "sqs": { "queue": own, "deadLetterQueue": letters, "bindingVersion": SQS } },
    })
}

fn answers(subject: &Subject) -> Value {
    let name = format!("{}{{process}}", replies(subject.system()));
    json!({
        "address": name,
        "title": "Answers",
        "description": "A queue of whoever asks; a command names it.",
        "servers": [reference(&["servers", "sqs"])],
        "parameters": { "process": { "description": "16 hexadecimal digits of the process that asks." } },
        "messages": messages(subject.of_kind(ContractKind::Answer)),
    })
}

fn messages<'a>(contracts: impl IntoIterator<Item = &'a Contract>) -> Map<String, Value> {
    let versions = contracts.into_iter().flat_map(|contract| {
        let versions = contract.versions.iter();
        versions.map(|version| versioned(&contract.name, version.version))
    });
    let named = versions.map(|name| {
        let message = reference(&["components", "messages", &name]);
        (name, message)
    });
    named.collect()
}

/// The queue of a consumer and its dead-letter queue, as the SQS binding has them.
pub(super) fn queues(consumer: &Consumer) -> [Value; 2] {
    let fifo = consumer.takes.command().is_some();
    let letters = dead_letters(consumer);
    let mut own = json!({
        "name": queue(consumer),
        "fifoQueue": fifo,
        "redrivePolicy": { "deadLetterQueue": { "name": letters } },
    });
    let mut dead = json!({ "name": letters, "fifoQueue": fifo });
    if fifo {
        // As `infra/lib/queue.ts` makes it: throughput and order are those of a group.
        own["deduplicationScope"] = json!("messageGroup");
        own["fifoThroughputLimit"] = json!("perMessageGroupId");
    }
    if let Some(seconds) = consumer.visibility_timeout_seconds {
        own["visibilityTimeout"] = json!(seconds);
    }
    if let Some(seconds) = consumer.retention_seconds {
        own["messageRetentionPeriod"] = json!(seconds);
    }
    if let Some(receives) = consumer.max_receive_count {
        own["redrivePolicy"]["maxReceiveCount"] = json!(receives);
    }
    if let Some(seconds) = consumer.dead_letter_retention_seconds {
        dead["messageRetentionPeriod"] = json!(seconds);
    }
    [own, dead]
}
