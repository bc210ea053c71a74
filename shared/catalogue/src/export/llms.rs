//! `llms.txt`: the system in Markdown, as language models and people on a terminal read it
//! (llmstxt.org).

use std::fmt::Write as _;

use super::{Subject, api_catalog, asyncapi, names::schema_path, xregistry};
use crate::{
    document::{Contract, ContractKind, Function},
    fields,
};

/// The file's name.
pub const FILE: &str = "llms.txt";

/// The text.
#[must_use]
pub fn text(subject: &Subject) -> String {
    let mut text = String::new();
    // Writing into a text cannot fail.
    write(&mut text, subject).expect("a text takes everything");
    text
}

fn write(text: &mut String, subject: &Subject) -> std::fmt::Result {
    let system = subject.system();
    writeln!(text, "# {system}\n")?;
    writeln!(
        text,
        "> The events, commands and services of {system}: functions state events to a topic, and each consumer has a queue of \
         those that it takes. Messages are CloudEvents 1.0 in structured mode.\n",
    )?;
    writeln!(
        text,
        "An event is identified by `source` and `id`. Read a version that you know or an older one, and ignore what you do not know. \
         Fields marked as personal are sealed with the key of a person, who can be erased.\n",
    )?;
    writeln!(text, "## Descriptions\n")?;
    writeln!(
        text,
        "- [AsyncAPI](/{}): channels, operations and messages",
        asyncapi::FILE
    )?;
    writeln!(text, "- [OpenAPI](/openapi.json): what answers HTTP requests")?;
    writeln!(
        text,
        "- [xRegistry](/{}): messages, schemas and endpoints",
        xregistry::FILE
    )?;
    writeln!(text, "- [The catalogue]({}): a page to read", api_catalog::PAGE)?;
    for (heading, kind) in [
        ("Events", ContractKind::Event),
        ("Commands", ContractKind::Command),
        ("Answers", ContractKind::Answer),
    ] {
        contracts(text, subject, heading, kind)?;
    }
    services(text, subject)
}

fn contracts(text: &mut String, subject: &Subject, heading: &str, kind: ContractKind) -> std::fmt::Result {
    let mut contracts = subject.of_kind(kind).peekable();
    if contracts.peek().is_some() {
        writeln!(text, "\n## {heading}\n")?;
    }
    for contract in contracts {
        let latest = contract.latest();
        match latest {
            Some(one) => write!(
                text,
                "- [{} v{}]({})",
                contract.name,
                one.version,
                schema_path(&contract.name, one.version)
            )?,
            None => write!(text, "- {}", contract.name)?,
        }
        writeln!(text, ": {}", about(subject, contract))?;
    }
    Ok(())
}

/// What a contract says, who states it, who takes it, and what in it is personal: in one line.
fn about(subject: &Subject, contract: &Contract) -> String {
    let written = contract.latest().and_then(|latest| latest.written.as_ref());
    let mut parts = Vec::new();
    parts.extend(fields::description(written).map(first_sentence));
    let sources = subject.sources(contract);
    let sources: Vec<_> = sources.iter().map(|source| source.function.name()).collect();
    let takers: Vec<_> = subject.takers(contract).into_iter().map(Function::name).collect();
    parts.extend(listed("from", &sources));
    parts.extend(listed("to", &takers));
    let personal = written
        .map(fields::fields)
        .into_iter()
        .flatten()
        .filter(|field| field.personal);
    let personal: Vec<_> = personal.map(|field| field.path).collect();
    let personal: Vec<_> = personal.iter().map(String::as_str).collect();
    parts.extend(listed("personal:", &personal));
    parts.join("; ")
}

fn listed(word: &str, names: &[&str]) -> Option<String> {
    (!names.is_empty()).then(|| format!("{word} {}", names.join(", ")))
}

/// The first line of a text, without its full stop, so that it can stand in a list.
fn first_sentence(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.trim_end_matches('.').to_owned()
}

fn services(text: &mut String, subject: &Subject) -> std::fmt::Result {
    writeln!(text, "\n## Services\n")?;
    for service in subject.document().services() {
        let functions = subject.document().functions();
        let own = functions.filter(|(_, function)| function.service() == service);
        let own: Vec<_> = own
            .map(|(role, function)| format!("{} ({})", function.name(), role.as_str()))
            .collect();
        writeln!(
            text,
            "- [{service}]({}#service-{service}): {}",
            api_catalog::PAGE,
            own.join(", ")
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::subject;

    #[test]
    fn it_is_a_title_a_summary_and_sections_of_links() {
        let document = subject::tests::document();
        let text = text(&Subject::of(&document, "1.0.0"));
        let mut lines = text.lines().filter(|line| !line.is_empty());
        assert_eq!(lines.next(), Some("# shop"));
        assert!(lines.next().is_some_and(|line| line.starts_with("> ")));
        let listed = text
            .split("\n## ")
            .skip(1)
            .flat_map(|section| section.lines().skip(2));
        for line in listed.filter(|line| !line.is_empty()) {
            assert!(line.starts_with("- [") && line.contains("]("), "{line}");
        }
        let placed = text
            .lines()
            .find(|line| line.starts_with("- [order.placed v2]"))
            .expect("a line");
        for part in [
            "from place-order",
            "to create-invoice, record-audit-log",
            "personal: email",
        ] {
            assert!(placed.contains(part), "{placed}");
        }
    }
}
