//! Text in MDX, where braces and angle brackets are code.

/// The text as it is to be read, whatever it holds.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('{', "&#123;")
        .replace('}', "&#125;")
}

/// A cell of a table.
pub(super) fn cell(text: &str) -> String {
    escaped(text).replace('|', "\\|").replace('\n', " ")
}
