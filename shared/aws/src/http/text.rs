//! Texts of callers: a type that reads what its schema describes, and nothing else.

use std::{borrow::Cow, fmt, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error as _};

/// The longest id, in characters: the longest key that is made of one has 1,020 bytes of it, and a key takes 1,024 or 2,048 (AWS: DynamoDB
/// quotas, sort and partition keys).
pub const LONGEST_ID: usize = 255;

/// A pattern of texts that are not blank: there is a character that is no white space (Unicode, `White_Space`). It says so character by character,
/// because `\S` is another set in every dialect of patterns.
pub const NOT_BLANK: &str =
    r"[^\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]";
/// A pattern of texts without control characters.
pub const ONE_LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";
/// A pattern of texts that are neither blank nor hold control characters.
pub const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f]*[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000][^\u0000-\u001f\u007f-\u009f]*$";

/// A text of 1 to `MOST` characters. Characters are Unicode code points, as in JSON Schema (`maxLength`), so it has 4 × `MOST` bytes at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<const MOST: usize>(String);

/// What something is called: a text that may be part of a key.
pub type Id = Text<LONGEST_ID>;

impl<const MOST: usize> Text<MOST> {
    /// The text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Whether the text has 1 to `most` characters.
#[must_use]
pub fn fits(text: &str, most: usize) -> bool {
    // A text has as many bytes as characters, or more: most are short, and need no counting.
    !text.is_empty() && (text.len() <= most || text.chars().take(most + 1).count() <= most)
}

impl<const MOST: usize> Deref for Text<MOST> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MOST: usize> fmt::Display for Text<MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de, const MOST: usize> Deserialize<'de> for Text<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match fits(&text, MOST) {
            true => Ok(Self(text)),
            false => Err(D::Error::custom(format_args!(
                "must be of 1 to {MOST} characters"
            ))),
        }
    }
}

impl<const MOST: usize> JsonSchema for Text<MOST> {
    fn schema_name() -> Cow<'static, str> {
        format!("TextOf{MOST}").into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": MOST })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_as_many_characters_as_its_schema_says_and_four_bytes_for_each_at_most() {
        let read = |text: &str| serde_json::from_value::<Id>(text.into());
        let longest = "𐍈".repeat(LONGEST_ID);
        assert_eq!(&*read(&longest).unwrap(), longest);
        assert!(longest.len() <= 1_024, "a sort key takes it");
        for wrong in [String::new(), format!("{longest}x"), "x".repeat(2_100)] {
            let error = read(&wrong).unwrap_err();
            assert_eq!(error.to_string(), "must be of 1 to 255 characters");
        }
        let schema = schemars::schema_for!(Id).to_value();
        assert_eq!(
            (&schema["minLength"], &schema["maxLength"]),
            (&1.into(), &255.into())
        );
    }
}
