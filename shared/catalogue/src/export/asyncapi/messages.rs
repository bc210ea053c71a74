//! Messages: one for each version of each contract, and the schemas of what they carry.

use serde_json::{Map, Value, json};

use super::{
    super::{Subject, envelope, names::versioned},
    dialect, reference,
};
use crate::{
    document::{Contract, ContractVersion},
    fields,
};

/// The messages, by their names (`order.placed.v2`).
pub(super) fn all(subject: &Subject) -> Map<String, Value> {
    each(subject, |contract, version| message(subject, contract, version))
}

/// The schemas of the data, by the names of their messages, and that of the envelope.
pub(super) fn schemas(subject: &Subject) -> Map<String, Value> {
    let mut schemas = each(subject, |contract, version| {
        let pointer = format!(
            "#/components/schemas/{}",
            versioned(&contract.name, version.version)
        );
        let written = version.written.as_ref();
        // What nobody has described may be anything.
        written.map_or_else(|| json!({}), |schema| dialect::translated(schema, &pointer))
    });
    schemas.insert("Envelope".to_owned(), envelope::schema());
    schemas
}

/// What all messages have in common.
pub(super) fn envelope() -> Value {
    json!({ "contentType": envelope::MEDIA_TYPE, "headers": envelope::headers() })
}

fn each(subject: &Subject, of: impl Fn(&Contract, &ContractVersion) -> Value) -> Map<String, Value> {
    let versions = subject
        .contracts()
        .iter()
        .flat_map(|contract| contract.versions.iter().map(move |version| (contract, version)));
    let named = versions
        .map(|(contract, version)| (versioned(&contract.name, version.version), of(contract, version)));
    named.collect()
}

fn message(subject: &Subject, contract: &Contract, version: &ContractVersion) -> Value {
    let name = versioned(&contract.name, version.version);
    let data = reference(&["components", "schemas", &name]);
    let mut message = json!({
        "name": contract.name,
        "title": format!("{}, version {}", contract.name, version.version),
        "traits": [reference(&["components", "messageTraits", "envelope"])],
        "payload": {
            "allOf": [reference(&["components", "schemas", "Envelope"])],
            "properties": {
                "type": { "const": contract.name },
                "schemaversion": { "const": version.version },
                "data": data,
            },
        },
        "tags": tags(subject, contract),
        "x-kind": contract.kind.as_str(),
    });
    if let Some(description) = fields::description(version.written.as_ref()) {
        message["summary"] = json!(description);
    }
    if let Some(sample) = &version.sample {
        message["examples"] = json!([{ "name": "sample", "payload": sample }]);
    }
    if let Some(minimum) = version.min_reader {
        message["x-min-reader"] = json!(minimum);
    }
    if let Some(deprecation) = &version.deprecated {
        message["x-deprecated"] = json!(deprecation);
    }
    message
}

fn tags(subject: &Subject, contract: &Contract) -> Vec<Value> {
    let owner = subject.owner(contract);
    let named = [owner, contract.domain()]
        .into_iter()
        .filter(|name| !name.is_empty());
    let mut names: Vec<_> = named.collect();
    names.dedup();
    names.into_iter().map(|name| json!({ "name": name })).collect()
}
