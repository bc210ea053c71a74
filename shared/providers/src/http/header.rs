//! Text as the value of a header.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What a value does not hold, or not at its ends; and the sign of the encoding, so that two texts stay two.
const HIDDEN: &AsciiSet = &CONTROLS.add(b' ').add(b'%');

/// The text in visible ASCII, which every server reads as it was sent (RFC 9110, section 5.5: newly defined fields limit their values to US-ASCII):
/// another system's event may be called anything, and its id goes on as a header.
pub(crate) fn visible(text: &str) -> String {
    utf8_percent_encode(text, HIDDEN).to_string()
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn every_character_that_there_is_passes_a_header_and_is_told_from_every_other() {
        for character in '\0'..=char::MAX {
            let text = format!("{character}evt-1{character}");
            let value = visible(&text);
            let sent = HeaderValue::from_str(&value).unwrap();
            let read = percent_decode_str(sent.to_str().unwrap()).decode_utf8().unwrap();
            assert_eq!(read, text);
        }
        assert_eq!(visible("evt-1_%/~"), "evt-1_%25/~");
    }
}
