//! A folder for EventCatalog (eventcatalog.dev): a domain with its services, their events and
//! commands, the channels between them, and the tables as containers. Version N of a contract is
//! N.0.0 there.
//!
//! Front matter is YAML, of which JSON is a part (YAML 1.2, section 1.2), so values are written as
//! JSON.

mod front_matter;
mod messages;
mod services;
mod text;

use serde_json::json;

use self::{front_matter::page, text::escaped};
use super::{
    File, Subject,
    names::{queue, replies, topic},
};
use crate::document::{ContractKind, Table};

/// The folder's files.
#[must_use]
pub fn files(subject: &Subject) -> Vec<File> {
    let mut files = vec![domain(subject)];
    files.extend(services::all(subject));
    files.extend(
        subject
            .contracts()
            .iter()
            .flat_map(|contract| messages::files(subject, contract)),
    );
    files.extend(channels(subject));
    files.extend(
        subject
            .document()
            .tables
            .iter()
            .map(|table| container(subject, table)),
    );
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

/// The folder of the domain.
fn root(subject: &Subject) -> String {
    format!("domains/{}", subject.system())
}

/// The version as EventCatalog has it.
fn semantic(version: u32) -> String {
    format!("{version}.0.0")
}

fn domain(subject: &Subject) -> File {
    let services = subject.document().services().into_iter();
    let services: Vec<_> = services
        .map(|service| json!({ "id": service, "version": subject.version() }))
        .collect();
    page(
        format!("{}/index.mdx", root(subject)),
        &[
            ("id", json!(subject.system())),
            ("name", json!(subject.system())),
            ("version", json!(subject.version())),
            (
                "summary",
                json!(format!(
                    "The services of {} and the events between them.",
                    subject.system()
                )),
            ),
            ("services", json!(services)),
        ],
        "Made from the code. <NodeGraph />\n",
    )
}

/// The topic, a queue for each command, and the queues that answers come to.
fn channels(subject: &Subject) -> Vec<File> {
    let mut channels = vec![channel(
        subject,
        &topic(subject.system()),
        "sns",
        "at-least-once",
        "All events.",
    )];
    for command in subject.of_kind(ContractKind::Command) {
        for handler in subject.takers(command) {
            let says = format!(
                "Commands {} for {}, in their order within an aggregate.",
                command.name, handler.name
            );
            channels.push(channel(subject, &queue(handler), "sqs", "at-least-once", &says));
        }
    }
    if subject.of_kind(ContractKind::Answer).next().is_some() {
        let says = "Answers to commands, on a queue of whoever asks.";
        channels.push(channel(
            subject,
            &reply_channel(subject),
            "sqs",
            "at-most-once",
            says,
        ));
    }
    channels
}

/// The name of the channel of all reply queues.
fn reply_channel(subject: &Subject) -> String {
    replies(subject.system()).trim_end_matches('-').to_owned()
}

fn channel(subject: &Subject, name: &str, protocol: &str, delivery: &str, says: &str) -> File {
    page(
        format!("channels/{name}/index.mdx"),
        &[
            ("id", json!(name)),
            ("name", json!(name)),
            ("version", json!(subject.version())),
            ("summary", json!(says)),
            ("address", json!(name)),
            ("protocols", json!([protocol])),
            ("deliveryGuarantee", json!(delivery)),
        ],
        &format!("{}\n\n<ChannelInformation />\n", escaped(says)),
    )
}

fn container(subject: &Subject, table: &Table) -> File {
    let key = match &table.sort_key {
        Some(sort) => format!("{} and {sort}", table.partition_key),
        None => table.partition_key.clone(),
    };
    let says = format!("A DynamoDB table of {}, by {key}.", table.service);
    let mut members = vec![
        ("id", json!(table.name)),
        ("name", json!(table.name)),
        ("version", json!(subject.version())),
        ("summary", json!(says)),
        ("container_type", json!("database")),
        ("technology", json!("Amazon DynamoDB")),
        ("authoritative", json!(true)),
    ];
    if let Some(attribute) = &table.expiry {
        members.push(("retention", json!(format!("until the time in {attribute}"))));
    }
    let path = format!(
        "{}/services/{}/containers/{}/index.mdx",
        root(subject),
        table.service,
        table.name
    );
    page(path, &members, &format!("{}\n", escaped(&says)))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::export::subject;

    fn exported() -> Vec<File> {
        files(&Subject::of(&subject::tests::document(), "1.2.3"))
    }

    fn file<'a>(files: &'a [File], path: &str) -> &'a str {
        let found = files.iter().find(|file| file.path == path);
        &found.unwrap_or_else(|| panic!("no file is called {path}")).text
    }

    #[test]
    fn an_event_has_its_current_version_in_front_and_the_others_below_it() {
        let files = exported();
        let current = file(
            &files,
            "domains/shop/services/orders/events/order.placed/index.mdx",
        );
        assert!(current.contains("version: \"2.0.0\""), "{current}");
        let old = file(
            &files,
            "domains/shop/services/orders/events/order.placed/versioned/1.0.0/index.mdx",
        );
        assert!(old.contains("deprecated: {\"date\":\"2027-06-30\""), "{old}");
        file(
            &files,
            "domains/shop/services/orders/events/order.placed/versioned/1.0.0/schema.json",
        );
    }

    #[test]
    fn what_a_description_says_is_no_markup() {
        let files = exported();
        let page = file(
            &files,
            "domains/shop/services/orders/events/order.placed/index.mdx",
        );
        let (_, body) = page.split_once("\n---\n").expect("front matter");
        assert!(
            body.contains("adds &#123;items&#125; &amp; &lt;articles&gt;."),
            "{body}"
        );
    }

    #[test]
    fn a_service_sends_and_receives_what_its_functions_do() {
        let files = exported();
        let billing = file(&files, "domains/shop/services/billing/index.mdx");
        let (front, _) = billing[4..].split_once("\n---\n").expect("front matter");
        let value = |name: &str| {
            let line = front
                .lines()
                .find_map(|line| line.strip_prefix(&format!("{name}: ")));
            serde_json::from_str::<serde_json::Value>(line.expect("a member")).expect("JSON")
        };
        assert_eq!(
            value("sends"),
            json!([{ "id": "invoice.created", "version": "1.0.0", "to": [{ "id": "shop-events" }] }])
        );
        assert_eq!(
            value("receives"),
            json!([{ "id": "order.placed", "version": "2.0.0", "from": [{ "id": "shop-events" }] }])
        );
        assert_eq!(value("writesTo"), json!([{ "id": "invoices" }]));
    }
}
