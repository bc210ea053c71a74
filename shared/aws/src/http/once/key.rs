//! The header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07, section 2).

use http::StatusCode;
use tidings_core::catalogue::Endpoint;

use crate::http::{FieldError, Problem, Request};

/// The header's name, as it is written.
pub(in crate::http) const HEADER: &str = "Idempotency-Key";
/// Characters of a key, at most. The draft leaves it to the server; with the caller's id the record's key stays within what DynamoDB takes.
pub(in crate::http) const LONGEST: usize = 255;

/// The pattern of the header, for the description of what is taken: [`parse`] in other words.
pub(in crate::http) const PATTERN: &str = r#"^([!#-+\--:<-\[\]-~]{1,255}|"([!#-\[\]-~]|\\["\\]){1,255}")$"#;

/// The key of a request; none where it has none.
///
/// # Errors
/// When there is a header and it is no key: 400, which names it.
pub(super) fn key_of<E: Endpoint>(request: &Request<E>) -> Result<Option<String>, Problem> {
    let mut headers = request.event.headers.get_all(HEADER).iter();
    let Some(header) = headers.next() else {
        return Ok(None);
    };
    let key = header.to_str().ok().and_then(parse);
    match (key, headers.next()) {
        (Some(key), None) => Ok(Some(key)),
        _ => Err(wrong(format!(
            "must be one text of 1 to {LONGEST} visible ASCII characters, with or without quotes"
        ))),
    }
}

/// The request must have a key.
pub(super) fn missing() -> Problem {
    wrong(
        "is missing: this request has its effect once, and the key says which requests are one (a new UUID for each)",
    )
}

/// The key is another request's.
pub(super) fn taken() -> Problem {
    let detail = format!("{HEADER} was used before for another request; a new request takes a new key");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
}

fn wrong(detail: impl Into<String>) -> Problem {
    Problem::parameter(FieldError::parameter(HEADER, detail))
}

/// A structured-field string (RFC 9651, section 3.3.3), or the same without its quotes, as many clients send it.
fn parse(header: &str) -> Option<String> {
    let key = match header.trim_matches([' ', '\t']).strip_prefix('"') {
        Some(rest) => unescaped(rest.strip_suffix('"')?)?,
        None => bare(header)?,
    };
    let visible = key.bytes().all(|byte| byte.is_ascii_graphic());
    (visible && (1..=LONGEST).contains(&key.len())).then_some(key)
}

/// Two headers of one name arrive as one with a comma; and what has a parameter is no key of ours.
fn bare(header: &str) -> Option<String> {
    (!header.contains(['"', '\\', ',', ';'])).then(|| header.trim_matches([' ', '\t']).to_owned())
}

fn unescaped(quoted: &str) -> Option<String> {
    let mut key = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        key.push(match character {
            '\\' => characters
                .next()
                .filter(|escaped| matches!(escaped, '"' | '\\'))?,
            '"' => return None,
            other => other,
        });
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_with_or_without_quotes() {
        for (header, key) in [
            (r#""8e03978e-40d5""#, "8e03978e-40d5"),
            ("8e03978e-40d5", "8e03978e-40d5"),
            (" \"a\" ", "a"),
            (r#""a\"b\\c,d;e""#, r#"a"b\c,d;e"#),
            ("#%/:=", "#%/:="),
        ] {
            assert_eq!(parse(header).as_deref(), Some(key), "{header}");
        }
        assert_eq!(parse(&"x".repeat(255)).map(|key| key.len()), Some(255));
    }

    #[test]
    fn what_is_no_key_is_told_from_one() {
        for header in [
            "",
            " ",
            "\"",
            "\"\"",
            "\"a",
            "a\"",
            "a,b",
            "\"a\", \"b\"",
            "\"a\";b=c",
            "a;b",
            "a b",
            "\"a b\"",
            r#""a\b""#,
            r#""a\""#,
            "ключ",
        ] {
            assert_eq!(parse(header), None, "{header}");
        }
        assert_eq!(parse(&"x".repeat(256)), None);
    }
}
