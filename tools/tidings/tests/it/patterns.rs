//! The patterns of the description say what the handlers check, character by character.

use serde_json::json;
use tidings_aws::http::{LINE, NOT_BLANK, ONE_LINE};

/// Whether a text is one of a pattern, as JSON Schema reads it.
fn matches(pattern: &str) -> impl Fn(&str) -> bool {
    let validator = jsonschema::validator_for(&json!({ "type": "string", "pattern": pattern })).unwrap();
    move |text| validator.is_valid(&json!(text))
}

#[test]
fn a_pattern_takes_the_characters_that_its_rule_takes_and_no_other() {
    let (not_blank, one_line, line) = (matches(NOT_BLANK), matches(ONE_LINE), matches(LINE));
    // What is white space or a control character is all in the beginning; of the rest, some.
    let (first, rest) = ('\0'..='\u{3100}', '\u{3101}'..=char::MAX);
    assert!(
        rest.clone()
            .all(|character| !character.is_whitespace() && !character.is_control())
    );
    for character in first.chain(rest.step_by(997)) {
        let alone = character.to_string();
        let within = format!("a{character}b");
        let code = u32::from(character);
        assert_eq!(not_blank(&alone), !alone.trim().is_empty(), "{code:x}");
        assert!(not_blank(&within), "{code:x}");
        assert_eq!(one_line(&within), !character.is_control(), "{code:x}");
        let is_line = !character.is_control() && !character.is_whitespace();
        assert_eq!(line(&alone), is_line, "{code:x}");
        assert_eq!(line(&within), !character.is_control(), "{code:x}");
    }
    assert!(one_line("") && !not_blank("") && !line("") && !line("   "));
}

#[test]
fn a_key_of_the_pattern_is_one_that_is_read() {
    let printed = std::process::Command::new(crate::running::TIDINGS)
        .arg("openapi")
        .output()
        .unwrap();
    let document: serde_json::Value = serde_json::from_slice(&printed.stdout).unwrap();
    let pattern = &document["components"]["parameters"]["IdempotencyKey"]["schema"]["pattern"];
    let is_key = matches(pattern.as_str().unwrap());
    let (longest, longer) = ("x".repeat(255), "x".repeat(256));
    for key in [
        "8e03978e-40d5",
        "\"8e03978e-40d5\"",
        "#%/:=",
        r#""a\"b\\c,d;e""#,
        &longest,
        &format!("\"{longest}\""),
    ] {
        assert!(is_key(key), "{key}");
    }
    for none in [
        "",
        "\"",
        "\"\"",
        "\"a",
        "a\"",
        "a,b",
        "a;b",
        "a b",
        "\"a b\"",
        r#""a\b""#,
        "ключ",
        &longer,
        &format!("\"{longer}\""),
    ] {
        assert!(!is_key(none), "{none}");
    }
}
