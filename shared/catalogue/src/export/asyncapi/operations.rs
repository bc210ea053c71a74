//! Operations: what each function sends to a channel, and what it receives from one.

use serde_json::{Map, Value, json};

use super::{
    super::{
        Subject,
        names::{queue, undelivered, versioned},
        subject::Source,
    },
    SNS, SQS,
    channels::{self, EVENTS, REPLIES, queues},
    reference,
};
use crate::document::{Consumer, Contract, ContractKind, Guarantee};

/// The operations, by their names (`create-invoice.receive`, `place-order.send`).
pub(super) fn all(subject: &Subject) -> Map<String, Value> {
    let mut operations = Map::new();
    for (role, function) in subject.document().functions() {
        let source = Source { role, function };
        if let Some(send) = states(subject, source) {
            operations.insert(format!("{}.send", function.name()), send);
        }
        for command in subject.of_kind(ContractKind::Command) {
            let sends = function
                .uses()
                .iter()
                .any(|used| used.command() == Some(&command.name));
            if sends && !subject.takers(command).is_empty() {
                let name = format!("{}.{}.send", function.name(), command.name);
                operations.insert(name, asks(subject, source, command));
            }
        }
    }
    for consumer in &subject.document().consumers {
        operations.insert(format!("{}.receive", consumer.name), receives(subject, consumer));
    }
    operations
}

/// What a function states: the current versions of its events, to the topic.
fn states(subject: &Subject, source: Source<'_>) -> Option<Value> {
    let stated = source.function.publishes();
    let known = |name: &str, version| {
        let mut events = subject.of_kind(ContractKind::Event);
        events.any(|event| event.name == name && event.version(version).is_some())
    };
    let stated = stated.iter().filter(|event| known(&event.name, event.version));
    let messages = stated.map(|event| carried(EVENTS, &event.name, event.version));
    let messages: Vec<_> = messages.collect();
    (!messages.is_empty()).then(|| {
        json!({
            "action": "send",
            "channel": reference(&["channels", EVENTS]),
            "title": source.function.name(),
            "summary": format!("The {} {} states events.", source.role.as_str(), source.function.name()),
            "tags": [{ "name": source.function.service() }],
            "messages": messages,
        })
    })
}

/// A function that sends a command, and where the answer comes to.
fn asks(subject: &Subject, source: Source<'_>, command: &Contract) -> Value {
    let mut operation = json!({
        "action": "send",
        "channel": reference(&["channels", &command.name]),
        "title": source.function.name(),
        "summary": format!("The {} {} sends {}.", source.role.as_str(), source.function.name(), command.name),
        "tags": [{ "name": source.function.service() }],
        "messages": current(command),
    });
    if let Some(answer) = subject.answer(&command.name) {
        operation["reply"] = json!({
            "address": {
                "location": "$message.payload#/replyto",
                "description": "The queue that the command names.",
            },
            "channel": reference(&["channels", REPLIES]),
            "messages": every(answer),
        });
    }
    operation
}

/// What a consumer receives: events by the subscription of its queue, or the commands of its queue.
fn receives(subject: &Subject, consumer: &Consumer) -> Value {
    let command = consumer.takes.command();
    let read = subject
        .taken(consumer)
        .flat_map(|contract| readable(contract, consumer));
    let mut operation = json!({
        "action": "receive",
        "channel": reference(&["channels", command.unwrap_or(EVENTS)]),
        "title": consumer.name,
        "summary": format!("The consumer {} {}.", consumer.name, promise(consumer.guarantee)),
        "tags": [{ "name": consumer.service }],
        "messages": read.collect::<Vec<_>>(),
        "x-guarantee": consumer.guarantee.as_str(),
    });
    if command.is_none() {
        operation["bindings"] = json!({
            "sns": { "consumers": [subscription(consumer)], "bindingVersion": SNS },
            "sqs": { "queues": queues(consumer), "bindingVersion": SQS },
        });
    }
    operation
}

/// The subscription of a consumer's queue to the topic (`infra/lib/consumer.ts`).
fn subscription(consumer: &Consumer) -> Value {
    let mut subscription = json!({
        "protocol": "sqs",
        "endpoint": { "name": queue(consumer) },
        "rawMessageDelivery": true,
        "redrivePolicy": { "deadLetterQueue": { "name": undelivered(consumer) } },
    });
    if let Some(filter) = &consumer.filter {
        subscription["filterPolicy"] = filter.clone();
        subscription["filterPolicyScope"] = json!("MessageAttributes");
    }
    subscription
}

fn promise(guarantee: Guarantee) -> &'static str {
    match guarantee {
        Guarantee::Transactional => "has its effect once: effects, events and record commit together",
        Guarantee::Leased => "reaches outside, never two workers at once",
        Guarantee::Natural => "handles each message at least once, and twice leaves the same",
        Guarantee::Unknown => "takes messages",
    }
}

/// The versions that a consumer reads: those that today's code reads of what it names. One that
/// takes envelopes of any event names none, and reads all.
fn readable(contract: &Contract, consumer: &Consumer) -> Vec<Value> {
    let versions = contract
        .versions
        .iter()
        .filter(|version| match consumer.reads(&contract.name) {
            Some(known) => version.version == known || version.read.is_some(),
            None => true,
        });
    let channel = channels::of(contract);
    versions
        .map(|version| carried(channel, &contract.name, version.version))
        .collect()
}

fn current(contract: &Contract) -> Vec<Value> {
    let latest = contract.latest().map(|version| version.version);
    latest
        .map(|version| carried(channels::of(contract), &contract.name, version))
        .into_iter()
        .collect()
}

fn every(contract: &Contract) -> Vec<Value> {
    let versions = contract.versions.iter();
    versions
        .map(|version| carried(channels::of(contract), &contract.name, version.version))
        .collect()
}

/// A message as its channel has it (AsyncAPI 3.0, "Operation Object": messages are those of the
/// channel).
fn carried(channel: &str, name: &str, version: u32) -> Value {
    reference(&["channels", channel, "messages", &versioned(name, version)])
}
