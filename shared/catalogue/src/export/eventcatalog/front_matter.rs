//! A page: front matter between two lines of dashes, and Markdown.

use serde_json::Value;

use super::File;

/// The page at `path`, with these members as its front matter.
pub(super) fn page(path: String, members: &[(&str, Value)], body: &str) -> File {
    let members = members.iter().map(|(name, value)| format!("{name}: {value}\n"));
    File::new(path, format!("---\n{}---\n\n{body}", members.collect::<String>()))
}
