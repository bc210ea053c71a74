//! Mail addresses.

/// Whether this may be a mail address: something on both sides of an `@`, without white space. Whether it exists, only sending tells.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let parts = text.split_once('@');
    let parts = parts.filter(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    parts.is_some() && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}
