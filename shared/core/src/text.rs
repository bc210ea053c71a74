//! Text on its way through queues, which take fewer characters than JSON has.

use std::borrow::Cow;

/// Whether a message's body and its attributes may hold the character; a message with any other is refused (AWS: SQS `SendMessage`,
/// `MessageBody`). Of what JSON may hold unescaped, these are all but U+FFFE and U+FFFF.
#[must_use]
pub const fn travels(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// A JSON text that says the same in characters that travel. What does not stands in a string, and is written as its escape (RFC 8259,
/// section 7).
#[must_use]
pub fn escaped(json: String) -> String {
    if json
        .chars()
        .all(|character| travels(character) || character < ' ')
    {
        return json;
    }
    json.replace('\u{fffe}', r"\ufffe").replace('\u{ffff}', r"\uffff")
}

/// A text that is no JSON, where it is shown to people or filtered by: what does not travel becomes the replacement character U+FFFD.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    match text.chars().all(travels) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.replace(|character| !travels(character), "\u{fffd}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every character that there is: all code points but the surrogates.
    fn unicode() -> impl Iterator<Item = char> {
        '\0'..=char::MAX
    }

    #[test]
    fn each_character_in_a_json_string_travels_and_is_read_back() {
        for character in unicode() {
            let text = format!("a{character}\\{character}");
            let json = escaped(serde_json::to_string(&text).unwrap());
            assert!(json.chars().all(travels), "{:x}", u32::from(character));
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }

    #[test]
    fn a_text_is_shown_with_every_character_that_travels() {
        for character in unicode() {
            let text = character.to_string();
            let shown = shown(&text);
            let same = shown == text;
            assert!(shown.chars().all(travels), "{:x}", u32::from(character));
            assert_eq!(same, travels(character), "{:x}", u32::from(character));
        }
    }
}
