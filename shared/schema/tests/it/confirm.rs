//! What every test does with every witness: asks both validators again, of their own making.

use serde_json::Value;
use tidings_schema::{ContentModel, Direction, Finding, Verdict, dialect::modern, rules};

/// Findings that hold without a witness, because no validator sees what they are about.
const WITHOUT: [&str; 6] = [
    rules::NAMED_FORMAT_ADDED.id,
    rules::NAMED_FORMAT_REMOVED.id,
    rules::CONTENT_NARROWED.id,
    rules::CONTENT_WIDENED.id,
    rules::PROPERTY_RENAMED.id,
    rules::DEFAULT_CHANGED.id,
];

/// Asserts that every finding that makes the change incompatible shows it by a value, and that the value does.
pub fn confirm(old: &Value, new: &Value, findings: &[Finding]) {
    for finding in findings {
        let Some(witness) = &finding.witness else {
            assert!(
                finding.verdict() != Verdict::Incompatible || WITHOUT.contains(&finding.rule.id),
                "{} has no witness: {}",
                finding.rule.id,
                finding.message
            );
            continue;
        };
        let (reader, writer) = match finding.direction {
            Some(Direction::Backward) => (new, old),
            Some(Direction::Forward) => (old, new),
            None => panic!("{} has a witness and no direction", finding.rule.id),
        };
        let takes = |schema: &Value| {
            let validator = jsonschema::options()
                .with_draft(jsonschema::Draft::Draft202012)
                .should_validate_formats(true)
                .build(&modern(schema))
                .unwrap();
            validator.is_valid(witness)
        };
        assert!(
            takes(writer),
            "{}: the writer does not write {witness}",
            finding.message
        );
        assert!(!takes(reader), "{}: the reader takes {witness}", finding.message);
    }
}

/// The verdict in one direction, its witnesses confirmed.
pub fn verdict(old: &Value, new: &Value, direction: Direction, content: ContentModel) -> Verdict {
    let mode = match direction {
        Direction::Backward => tidings_schema::Mode::Backward,
        Direction::Forward => tidings_schema::Mode::Forward,
    };
    let outcome = tidings_schema::change(old, new, mode, content);
    confirm(old, new, &outcome.findings);
    outcome.verdict
}
