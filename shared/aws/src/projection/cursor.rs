//! Where a page ended.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use super::token::is_opaque;

/// Where a page of a list ended, as an opaque text. It holds the filter that the list was asked with, so that the cursor of one list is not
/// mistaken for that of another, and the sort key of the last entry. Nothing else is taken from it: whoever makes one up gets another
/// place in a list that the request could read anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor;

/// A text that is no cursor of this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoCursor {
    /// No list has ever given it out.
    #[error("is no cursor; begin again without one")]
    Malformed,
    /// It looks like one, and is none of this list.
    #[error("is no cursor of this list; begin again without one")]
    OfNoPage,
}

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
        if !is_opaque(cursor) {
            return Err(NoCursor::Malformed);
        }
        let json = BASE64_URL_SAFE_NO_PAD
            .decode(cursor)
            .map_err(|_| NoCursor::OfNoPage)?;
        let parts = serde_json::from_slice(&json).map_err(|_| NoCursor::OfNoPage)?;
        let (of, sort_key): (Vec<String>, String) = parts;
        // DynamoDB takes sort keys of 1 to 1,024 bytes (AWS: DynamoDB, constraints).
        let fits = (1..=1024).contains(&sort_key.len());
        (of == filter && fits)
            .then_some(sort_key)
            .ok_or(NoCursor::OfNoPage)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::token::LONGEST_OPAQUE, *};

    #[test]
    fn a_cursor_is_good_for_the_list_that_it_is_of_and_for_no_other() {
        let cursor = Cursor::behind(&["u-1", "shipped"], "2026#o-1");
        assert_eq!(
            Cursor::read(&cursor, &["u-1", "shipped"]).as_deref(),
            Ok("2026#o-1")
        );
        assert_eq!(
            Cursor::read(&cursor, &["u-2", "shipped"]),
            Err(NoCursor::OfNoPage)
        );
        assert_eq!(Cursor::read(&cursor, &["u-1", ""]), Err(NoCursor::OfNoPage));
    }

    #[test]
    fn what_is_no_cursor_is_told() {
        for text in ["", "!!", "bnVsbA=", "ключ", &"A".repeat(LONGEST_OPAQUE + 1)] {
            assert_eq!(Cursor::read(text, &[]), Err(NoCursor::Malformed), "{text}");
        }
        for text in [
            "x",
            "bnVsbA",
            &BASE64_URL_SAFE_NO_PAD.encode("[[],\"\"]"),
            &"A".repeat(LONGEST_OPAQUE),
        ] {
            assert_eq!(Cursor::read(text, &[]), Err(NoCursor::OfNoPage), "{text}");
        }
    }
}
