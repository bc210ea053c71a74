//! Says what is wrong with a JSON text without saying what is in it: reasons are logged, and data is personal.

/// The error's text and place without the value that it quotes (`invalid type: string "ada@example.com", expected
/// u32` says `invalid type: string, expected u32`). What serde says of names of members stays.
pub(crate) fn without_values(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = text.strip_suffix(&place).unwrap_or(&text);
    let said = if !error.is_data() || names_a_member(text) {
        text.to_owned()
    } else {
        match (text.split_once(": "), text.rsplit_once(", expected ")) {
            (Some((what @ ("invalid type" | "invalid value"), found)), Some((_, expected))) => {
                format!("{what}: {}, expected {expected}", kind(found))
            }
            // The text of somebody's own `Deserialize`: anything may be in it.
            _ => "a value is not allowed".to_owned(),
        }
    };
    format!("{said}{place}")
}

fn names_a_member(text: &str) -> bool {
    let known = [
        "missing field `",
        "duplicate field `",
        "the member `",
        "invalid length ",
    ];
    known.iter().any(|known| text.starts_with(known))
}

/// The words before the value: ``floating point `1.5` `` is a `floating point`.
fn kind(found: &str) -> &str {
    let end = found.find(['`', '"', ',']).unwrap_or(found.len());
    found[..end].trim_end()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase", deny_unknown_fields)]
    #[allow(dead_code, reason = "only read into")]
    struct Person {
        email: u8,
        colour: Option<Colour>,
    }

    #[derive(Debug, Deserialize)]
    enum Colour {
        Red,
    }

    fn said(text: &str) -> String {
        without_values(&serde_json::from_str::<Person>(text).unwrap_err())
    }

    #[test]
    fn what_is_wrong_and_where_is_said_and_not_the_value() {
        assert_eq!(
            said(r#"{"email":"ada, expected \"x\": `y`"}"#),
            "invalid type: string, expected u8 at line 1 column 35"
        );
        assert_eq!(
            said(r#"{"email":4711}"#),
            "invalid value: integer, expected u8 at line 1 column 13"
        );
        assert_eq!(
            said(r#"{"email":1.5}"#),
            "invalid type: floating point, expected u8 at line 1 column 12"
        );
        assert_eq!(said("{}"), "missing field `email` at line 1 column 2");
        assert_eq!(
            said("{\"email\""),
            "EOF while parsing an object at line 1 column 8"
        );
    }

    #[test]
    fn the_text_of_a_value_that_no_rule_knows_is_left_out() {
        assert_eq!(
            said(r#"{"email":1,"colour":"ada"}"#),
            "a value is not allowed at line 1 column 25"
        );
        assert_eq!(
            said(r#"{"email":1,"ada":1}"#),
            "a value is not allowed at line 1 column 16"
        );
    }
}
