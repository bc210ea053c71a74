//! Events, commands and answers, a folder a version.

use serde_json::{Value, json};

use super::{
    super::{
        Subject, json as pretty,
        names::{queue, topic},
    },
    File,
    front_matter::page,
    reply_channel, root, semantic,
    text::{cell, escaped},
};
use crate::{
    document::{Contract, ContractKind, ContractVersion},
    fields,
};

/// The files of a contract: its current version in its folder, the others below `versioned`.
pub(super) fn files(subject: &Subject, contract: &Contract) -> Vec<File> {
    let latest = contract.latest().map(|latest| latest.version);
    let folder = folder(subject, contract);
    let versions = contract.versions.iter().flat_map(|version| {
        let folder = match Some(version.version) == latest {
            true => folder.clone(),
            false => format!("{folder}/versioned/{}", semantic(version.version)),
        };
        version_files(subject, contract, version, &folder)
    });
    versions.collect()
}

fn folder(subject: &Subject, contract: &Contract) -> String {
    let kind = if contract.kind == ContractKind::Command {
        "commands"
    } else {
        "events"
    };
    let root = root(subject);
    match &contract.service {
        None => format!("{root}/{kind}/{}", contract.name),
        Some(service) => format!("{root}/services/{service}/{kind}/{}", contract.name),
    }
}

/// The channels through which a contract travels.
pub(super) fn channels(subject: &Subject, contract: &Contract) -> Vec<Value> {
    let names = match contract.kind {
        ContractKind::Command => subject.takers(contract).into_iter().map(queue).collect(),
        ContractKind::Answer => vec![reply_channel(subject)],
        _ => vec![topic(subject.system())],
    };
    names.into_iter().map(|name| json!({ "id": name })).collect()
}

fn version_files(
    subject: &Subject,
    contract: &Contract,
    version: &ContractVersion,
    folder: &str,
) -> Vec<File> {
    let mut members = vec![
        ("id", json!(contract.name)),
        ("name", json!(contract.name)),
        ("version", json!(semantic(version.version))),
        ("summary", json!(summary(contract, version))),
        ("channels", json!(channels(subject, contract))),
    ];
    if version.written.is_some() {
        members.push(("schemaPath", json!("schema.json")));
    }
    if contract.kind == ContractKind::Answer {
        members.push((
            "badges",
            json!([{ "content": "answer", "backgroundColor": "gray", "textColor": "gray" }]),
        ));
    }
    if let Some(deprecation) = &version.deprecated {
        let date = deprecation.until.map(|day| day.to_string());
        members.push((
            "deprecated",
            json!({ "date": date, "message": deprecation.reason }),
        ));
    }
    let mut files = vec![page(
        format!("{folder}/index.mdx"),
        &members,
        &body(contract, version),
    )];
    if let Some(written) = &version.written {
        files.push(File::new(format!("{folder}/schema.json"), pretty(written)));
    }
    files
}

fn summary(contract: &Contract, version: &ContractVersion) -> String {
    let said = fields::description(version.written.as_ref()).and_then(|text| text.lines().next());
    said.map_or_else(
        || format!("The {} {}.", contract.kind.as_str(), contract.name),
        ToOwned::to_owned,
    )
}

fn body(contract: &Contract, version: &ContractVersion) -> String {
    let mut body = String::new();
    let description = fields::description(version.written.as_ref());
    body += &escaped(description.unwrap_or(&summary(contract, version)));
    body += "\n\n<NodeGraph />\n";
    if let Some(written) = &version.written {
        body += "\n## Fields\n\n| field | type | required | personal | what it says |\n| --- | --- | --- | --- | --- |\n";
        for field in fields::fields(written) {
            let yes = |is: bool| if is { "yes" } else { "" };
            body += &format!(
                "| {} | {} | {} | {} | {} |\n",
                cell(&field.path),
                cell(&field.kind),
                yes(field.required),
                yes(field.personal),
                cell(field.description.as_deref().unwrap_or_default()),
            );
        }
        body += "\n<SchemaViewer file=\"schema.json\" title=\"Schema\" />\n";
    }
    if let Some(sample) = &version.sample {
        body += &format!("\n## Sample\n\n```json\n{}```\n", pretty(sample));
    }
    body
}
