//! JSON pointers as URI fragments (RFC 6901, sections 3 and 6).

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What a fragment does not hold (RFC 3986, section 3.5); characters that are not ASCII are none of it either.
const NOT_IN_A_FRAGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A pointer's step to the member of this name: what parts steps is escaped in it.
pub(super) fn step(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The pointer as a fragment.
pub(super) fn fragment(pointer: &str) -> String {
    format!("#{}", utf8_percent_encode(pointer, NOT_IN_A_FRAGMENT))
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_examples_of_the_rfc_are_written_as_there() {
        // RFC 6901, section 6; it writes `#/i%5Cj` and `#/k%22l` too.
        for (name, written) in [
            ("foo", "#/foo"),
            ("", "#/"),
            ("a/b", "#/a~1b"),
            ("c%d", "#/c%25d"),
            ("e^f", "#/e%5Ef"),
            ("g|h", "#/g%7Ch"),
            ("i\\j", "#/i%5Cj"),
            ("k\"l", "#/k%22l"),
            (" ", "#/%20"),
            ("m~n", "#/m~0n"),
            ("ключ", "#/%D0%BA%D0%BB%D1%8E%D1%87"),
        ] {
            assert_eq!(fragment(&step(name)), written, "{name}");
        }
    }

    #[test]
    fn a_pointer_leads_to_its_member_whatever_that_is_called() {
        for character in '\0'..='\u{2fff}' {
            let name = format!("{character}~1/{character}");
            let fragment = fragment(&step(&name));
            assert!(fragment.is_ascii());
            let pointer = percent_decode_str(&fragment[1..])
                .decode_utf8()
                .unwrap()
                .into_owned();
            assert_eq!(json!({ name: 7 }).pointer(&pointer), Some(&json!(7)));
        }
    }
}
