//! xRegistry 1.0-rc4: the message definitions, schemas and endpoints of the system as one document
//! (the CloudEvents registry of github.com/xregistry/spec).
//!
//! A message definition has one version there, so each version of a contract is a message of its
//! own. What a registry adds when it takes the document in (epochs, times, absolute addresses) is
//! left to it.

use serde_json::{Map, Value, json};

use super::{
    Subject,
    envelope::ATTRIBUTES,
    names::{queue, topic, versioned},
};
use crate::{
    document::{Contract, ContractKind, ContractVersion},
    fields,
};

/// The file's name.
pub const FILE: &str = "xregistry.json";
/// The version of the specification.
const SPECIFICATION: &str = "1.0-rc4";
const ENVELOPE: &str = "CloudEvents/1.0";
/// The format of the schemas (Schema Registry, `format`).
const FORMAT: &str = "JsonSchema/draft/2020-12";

/// The document.
#[must_use]
pub fn document(subject: &Subject) -> Value {
    json!({
        "specversion": SPECIFICATION,
        "registryid": subject.system(),
        "xid": "/",
        "name": subject.system(),
        "description": format!("The messages of {} {}.", subject.system(), subject.version()),
        "endpoints": endpoints(subject),
        "messagegroups": each_service(subject, messagegroup),
        "schemagroups": each_service(subject, schemagroup),
    })
}

/// A group for each service that owns contracts.
fn each_service(subject: &Subject, group: fn(&str, &[&Contract]) -> Value) -> Map<String, Value> {
    let mut owned: Map<String, Value> = Map::new();
    for contract in subject.contracts() {
        let owner = subject.owner(contract);
        if !owned.contains_key(owner) {
            let own: Vec<_> = subject
                .contracts()
                .iter()
                .filter(|one| subject.owner(one) == owner)
                .collect();
            owned.insert(owner.to_owned(), group(owner, &own));
        }
    }
    owned
}

fn messagegroup(group: &str, contracts: &[&Contract]) -> Value {
    let versions = contracts.iter().flat_map(|contract| {
        let versions = contract.versions.iter();
        versions.map(|version| {
            (
                versioned(&contract.name, version.version),
                message(group, contract, version),
            )
        })
    });
    json!({
        "messagegroupid": group,
        "xid": format!("/messagegroups/{group}"),
        "description": format!("What {group} states, handles and answers."),
        "envelope": ENVELOPE,
        "messages": versions.collect::<Map<_, _>>(),
    })
}

fn message(group: &str, contract: &Contract, version: &ContractVersion) -> Value {
    let id = versioned(&contract.name, version.version);
    let mut message = json!({
        "messageid": id,
        "xid": format!("/messagegroups/{group}/messages/{id}"),
        "name": contract.name,
        "labels": { "kind": contract.kind.as_str(), "version": version.version.to_string() },
        "envelope": ENVELOPE,
        "envelopemetadata": metadata(contract, version),
        "datacontenttype": "application/json",
    });
    if let Some(description) = fields::description(version.written.as_ref()) {
        message["description"] = json!(description);
    }
    if version.written.is_some() {
        let schema = schema_version(group, contract, version);
        message["dataschemaformat"] = json!(FORMAT);
        message["dataschemauri"] = json!(schema);
        message["dataschemaxid"] = json!(schema);
    }
    if let Some(deprecation) = &version.deprecated {
        message["deprecated"] = deprecated(deprecation.since, deprecation.until);
    }
    message
}

/// What is fixed of the attributes, in the types of `message/model.json`: an extension is told of
/// as the others are.
fn metadata(contract: &Contract, version: &ContractVersion) -> Value {
    let attribute = |(name, kind, required, says): &(&str, &str, bool, &str)| {
        let kind = match *name {
            "dataschema" => "uritemplate",
            "time" => "timestamp",
            _ => kind,
        };
        let mut attribute = json!({ "type": kind, "description": says, "required": required });
        match *name {
            "specversion" => attribute["value"] = json!("1.0"),
            "type" => attribute["value"] = json!(contract.name),
            "schemaversion" => attribute["value"] = json!(version.version.to_string()),
            "datacontenttype" => attribute["value"] = json!("application/json"),
            _ => {}
        }
        ((*name).to_owned(), attribute)
    };
    Value::Object(ATTRIBUTES.iter().map(attribute).collect())
}

fn schemagroup(group: &str, contracts: &[&Contract]) -> Value {
    let described = contracts
        .iter()
        .filter(|contract| contract.versions.iter().any(|one| one.written.is_some()));
    let schemas = described.map(|contract| (contract.name.clone(), schema(group, contract)));
    json!({
        "schemagroupid": group,
        "xid": format!("/schemagroups/{group}"),
        "description": format!("What the messages of {group} hold."),
        "format": FORMAT,
        "schemas": schemas.collect::<Map<_, _>>(),
    })
}

fn schema(group: &str, contract: &Contract) -> Value {
    let mut before: Option<u32> = None;
    let mut versions = Map::new();
    for version in &contract.versions {
        if let Some(written) = &version.written {
            let id = version.version.to_string();
            // The first version is its own ancestor (core, `ancestorid`).
            let ancestor = before.unwrap_or(version.version).to_string();
            before = Some(version.version);
            let described = json!({
                "schemaid": contract.name,
                "versionid": id,
                "xid": schema_version(group, contract, version),
                "isdefault": contract.latest().is_some_and(|latest| latest.version == version.version),
                "ancestorid": ancestor,
                "format": FORMAT,
                "schema": written,
            });
            versions.insert(id, described);
        }
    }
    json!({
        "schemaid": contract.name,
        "xid": format!("/schemagroups/{group}/schemas/{}", contract.name),
        "name": contract.name,
        "format": FORMAT,
        "versions": versions,
    })
}

fn schema_version(group: &str, contract: &Contract, version: &ContractVersion) -> String {
    format!(
        "/schemagroups/{group}/schemas/{}/versions/{}",
        contract.name, version.version
    )
}

/// Times of a day's beginning, in UTC.
fn deprecated(since: Option<jiff::civil::Date>, until: Option<jiff::civil::Date>) -> Value {
    let mut deprecated = Map::new();
    let midnight = |day: jiff::civil::Date| json!(format!("{day}T00:00:00Z"));
    deprecated.extend(since.map(|day| ("effective".to_owned(), midnight(day))));
    deprecated.extend(until.map(|day| ("removal".to_owned(), midnight(day))));
    Value::Object(deprecated)
}

/// The topic, of which whoever subscribes gets a copy, and a queue for each command.
fn endpoints(subject: &Subject) -> Map<String, Value> {
    let mut endpoints = Map::new();
    let groups = |kind: ContractKind| {
        let groups = subject.of_kind(kind).map(|contract| subject.owner(contract));
        let groups: std::collections::BTreeSet<_> = groups.collect();
        groups
            .into_iter()
            .map(|group| format!("/messagegroups/{group}"))
            .collect::<Vec<_>>()
    };
    let name = topic(subject.system());
    let usage = ["subscriber", "producer"];
    let events = groups(ContractKind::Event);
    endpoints.insert(
        name.clone(),
        endpoint(&name, &usage, "SNS", "All events.", events),
    );
    for command in subject.of_kind(ContractKind::Command) {
        for handler in subject.takers(command) {
            let name = queue(handler);
            let says = format!("Commands {} for {}.", command.name, handler.name);
            let groups = vec![format!("/messagegroups/{}", subject.owner(command))];
            endpoints.insert(
                name.clone(),
                endpoint(&name, &["producer", "consumer"], "SQS", &says, groups),
            );
        }
    }
    endpoints
}

fn endpoint(name: &str, usage: &[&str], protocol: &str, says: &str, groups: Vec<String>) -> Value {
    json!({
        "endpointid": name,
        "xid": format!("/endpoints/{name}"),
        "name": name,
        "description": says,
        "usage": usage,
        "channel": name,
        "envelope": ENVELOPE,
        "envelopeoptions": { "mode": "structured", "format": "application/cloudevents+json" },
        "protocol": protocol,
        "messagegroups": groups,
    })
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::export::subject;

    fn exported() -> Value {
        document(&Subject::of(&subject::tests::document(), "1.2.3"))
    }

    /// What stands at an xid, which names it by the keys that lead there.
    fn at<'a>(document: &'a Value, xid: &str) -> Option<&'a Value> {
        document.pointer(&xid.replace('~', "~0"))
    }

    #[test]
    fn every_xid_is_where_it_says_and_every_reference_leads_somewhere() {
        fn look<'a>(value: &'a Value, found: &mut Vec<(&'a str, &'a str, &'a Value)>) {
            let members = value.as_object().into_iter().flatten();
            for (name, member) in members {
                if let ("xid" | "dataschemauri" | "dataschemaxid", Some(xid)) = (&**name, member.as_str()) {
                    found.push((name, xid, value));
                }
                look(member, found);
            }
        }
        let document = exported();
        let mut found = Vec::new();
        look(&document, &mut found);
        assert!(found.len() > 15, "{}", found.len());
        for (name, xid, holder) in found {
            let there = if xid == "/" {
                Some(&document)
            } else {
                at(&document, xid)
            };
            assert!(there.is_some(), "{name}: {xid} leads nowhere");
            if name == "xid" {
                assert_eq!(there, Some(holder), "{xid}");
            }
        }
        for group in document["endpoints"]["shop-events"]["messagegroups"]
            .as_array()
            .expect("groups")
        {
            assert!(
                at(&document, group.as_str().expect("an xid")).is_some(),
                "{group} leads nowhere"
            );
        }
    }

    #[test]
    fn a_schema_has_its_versions_and_the_current_one_is_the_default() {
        let document = exported();
        let versions = &document["schemagroups"]["orders"]["schemas"]["order.placed"]["versions"];
        assert_eq!(
            (&versions["1"]["isdefault"], &versions["2"]["isdefault"]),
            (&json!(false), &json!(true))
        );
        assert_eq!(
            (&versions["1"]["ancestorid"], &versions["2"]["ancestorid"]),
            (&json!("1"), &json!("1"))
        );
        let message = &document["messagegroups"]["orders"]["messages"]["order.placed.v1"];
        assert_eq!(message["envelopemetadata"]["type"]["value"], "order.placed");
        assert_eq!(message["deprecated"]["removal"], "2027-06-30T00:00:00Z");
    }
}
