//! What is excused, until when and why: a file beside the schemas.

use jiff::civil::Date;
use serde::Deserialize;

use crate::rule::Rule;

/// A finding that somebody has approved, for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The rule's id.
    pub rule: String,
    /// The type.
    pub name: String,
    /// The place in the data, as the finding names it; without it, every place.
    pub path: Option<String>,
    /// Why it may be.
    pub reason: String,
    /// The last day on which it excuses anything.
    pub until: Date,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    exception: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: String,
    subject: String,
    reason: String,
    until: Date,
}

/// Reads `exceptions.toml`, which the catalogue's check has as well:
///
/// ```toml
/// [[exception]]
/// rule = "PROPERTY_RENAMED"
/// subject = "order.placed/$.mail"
/// reason = "No version 1 was ever sent."
/// until = "2027-01-31"
/// ```
///
/// The subject is a type, or a type and the place that the finding names. Rules in small letters are the catalogue's, and passed over.
///
/// # Errors
/// Says what is wrong, and where.
pub fn exceptions(toml: &str) -> Result<Vec<Exception>, String> {
    let file: File = toml::from_str(toml).map_err(|error| error.to_string())?;
    let ours = file
        .exception
        .into_iter()
        .filter(|one| !one.rule.contains(|c: char| c.is_ascii_lowercase()));
    ours.map(exception).collect()
}

fn exception(entry: Entry) -> Result<Exception, String> {
    if Rule::named(&entry.rule).is_none() {
        return Err(format!(
            "there is no rule {}; docs/schema-rules.md has them all",
            entry.rule
        ));
    }
    if entry.reason.trim().is_empty() {
        return Err(format!("the exception of {} has no reason", entry.subject));
    }
    let (name, path) = match entry.subject.split_once('/') {
        Some((name, path)) => (name.to_owned(), Some(path.to_owned())),
        None => (entry.subject, None),
    };
    Ok(Exception {
        rule: entry.rule,
        name,
        path,
        reason: entry.reason,
        until: entry.until,
    })
}
