//! Where a page ended.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

/// Where a page of a list ended, as an opaque text. It holds the filter that the list was asked with, so that the cursor of one list is not
/// mistaken for that of another, and the sort key of the last entry. Nothing else is taken from it: whoever makes one up gets another
/// place in a list that the request could read anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor;

/// A text that is no cursor of this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no cursor of this list; begin again without one")]
pub struct NoCursor;

impl Cursor {
    /// Behind the entry with this sort key, in the list of this filter.
    #[must_use]
    pub fn behind(filter: &[&str], sort_key: &str) -> String {
        let json = serde_json::json!([filter, sort_key]).to_string();
        BASE64_URL_SAFE_NO_PAD.encode(json)
    }

    /// The sort key that the cursor names.
    ///
    /// # Errors
    /// When it is no cursor, or one of a list with another filter.
    pub fn read(cursor: &str, filter: &[&str]) -> Result<String, NoCursor> {
        let json = BASE64_URL_SAFE_NO_PAD.decode(cursor).map_err(|_| NoCursor)?;
        let (of, sort_key): (Vec<String>, String) = serde_json::from_slice(&json).map_err(|_| NoCursor)?;
        // DynamoDB takes sort keys of 1 to 1,024 bytes (AWS: DynamoDB, constraints).
        let fits = (1..=1024).contains(&sort_key.len());
        (of == filter && fits).then_some(sort_key).ok_or(NoCursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_the_list_that_it_is_of_and_for_no_other() {
        let cursor = Cursor::behind(&["u-1", "shipped"], "2026#o-1");
        assert_eq!(
            Cursor::read(&cursor, &["u-1", "shipped"]).as_deref(),
            Ok("2026#o-1")
        );
        assert_eq!(Cursor::read(&cursor, &["u-2", "shipped"]), Err(NoCursor));
        assert_eq!(Cursor::read(&cursor, &["u-1", ""]), Err(NoCursor));
    }

    #[test]
    fn what_is_no_cursor_is_told() {
        for text in [
            "",
            "x",
            "!!",
            "bnVsbA",
            &BASE64_URL_SAFE_NO_PAD.encode("[[],\"\"]"),
            &"A".repeat(9_999),
        ] {
            assert_eq!(Cursor::read(text, &[]), Err(NoCursor), "{text}");
        }
    }
}
