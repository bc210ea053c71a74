//! SARIF 2.1.0 (OASIS), as code scanning reads it.

use serde_json::{Value, json};

use super::subject;
use crate::{
    gate::{Breach, Report},
    rule::{Rule, Severity, rules},
};

/// The report as a SARIF log. `folder` is where the schemas are, seen from the root of the repository; `documentation` is what the
/// rules' pages are relative to, an address or nothing.
#[must_use]
pub fn sarif(report: &Report, folder: &str, documentation: Option<&str>) -> Value {
    let told: Vec<Value> = rules::ALL
        .iter()
        .map(|rule| described(rule, documentation))
        .collect();
    let results: Vec<Value> = report
        .breaches
        .iter()
        .map(|breach| result(breach, folder))
        .collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "tidings schema check",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": told,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn described(rule: &Rule, documentation: Option<&str>) -> Value {
    let mut described = json!({
        "id": rule.id,
        "shortDescription": { "text": rule.says },
        "defaultConfiguration": { "level": level(rule.severity) },
    });
    match documentation {
        // SARIF wants an absolute address there (3.49.12).
        Some(address) => {
            described["helpUri"] = json!(format!("{}/{}", address.trim_end_matches('/'), rule.page()))
        }
        None => described["help"] = json!({ "text": format!("See {}.", rule.page()) }),
    }
    described
}

fn result(breach: &Breach, folder: &str) -> Value {
    let finding = &breach.finding;
    let index = rules::ALL.iter().position(|rule| rule.id == finding.rule.id);
    let file = match breach.to {
        Some(version) => format!("{folder}/{}/v{version}.schema.json", breach.name),
        None => format!("{folder}/exceptions.toml"),
    };
    let mut text = format!("{}: {}", subject(breach), finding.message);
    if let Some(witness) = &finding.witness {
        text += &format!(" Written, and not read: {witness}");
    }
    let mut result = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": { "text": text },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": encoded(&file) },
                "region": { "startLine": 1 },
            },
            "logicalLocations": [{ "fullyQualifiedName": format!("{} {}", subject(breach), finding.path) }],
        }],
        // The same finding of the next run is known by it.
        "partialFingerprints": {
            "tidings/v1": format!("{}:{}:{:?}:{:?}:{}", breach.name, finding.rule.id, breach.from, breach.to, finding.path),
        },
        "properties": {
            "direction": finding.direction, "path": finding.path, "old": finding.old, "new": finding.new,
            "witness": finding.witness, "consumers": breach.consumers,
        },
    });
    if let Some(answer) = &breach.answered {
        result["suppressions"] =
            json!([{ "kind": "external", "status": "accepted", "justification": answer }]);
    }
    result
}

/// A path as a relative address (RFC 3986).
fn encoded(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let each = path.bytes().map(|byte| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    each.collect()
}
