//! Mail addresses: those that SES takes, and nothing else.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use schemars::{Schema, SchemaGenerator, json_schema};

/// Characters of an address, at most (RFC 5321, section 4.5.3.1.3: a path has 256 octets, with its brackets).
const LONGEST: usize = 254;
/// Characters in front of the `@`, at most (RFC 5321, section 4.5.3.1.1).
const LONGEST_LOCAL_PART: usize = 64;
/// What stands in front of the `@`, besides letters and digits (RFC 5322, section 3.2.3: `atext`).
const ATEXT: &[u8] = b"!#$%&'*+-/=?^_`{|}~";

/// The address as SES takes it; none where it takes none. SES takes ASCII in front of the `@`, and domains of other scripts in Punycode (AWS: SES
/// API v2, `Destination`: "the local part must be 7-bit ASCII; if the domain part contains non-ASCII characters, they must be encoded using
/// Punycode"). Whether it exists, only sending tells.
///
/// ```text
/// kunde@bücher.example -> kunde@xn--bcher-kva.example
/// ```
#[must_use]
pub fn deliverable(address: &str) -> Option<String> {
    let (local, domain) = address.split_once('@')?;
    // IDNA as browsers and mail programs do it (UTS 46), of labels that a name server can have.
    let idna = Uts46::new();
    let domain = idna.to_ascii(
        domain.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::CheckFirstLast,
        DnsLength::Verify,
    );
    let domain = domain.ok().filter(|domain| domain.contains('.'))?;
    let address = format!("{local}@{domain}");
    (is_dot_atom(local) && local.len() <= LONGEST_LOCAL_PART && address.len() <= LONGEST).then_some(address)
}

/// Whether this is a mail address that SES takes.
#[must_use]
pub fn is_address(text: &str) -> bool {
    deliverable(text).is_some()
}

/// RFC 5322, section 3.2.3: `dot-atom-text`. Its quoted strings are not taken: hardly a server does.
fn is_dot_atom(text: &str) -> bool {
    let atom = |atom: &str| {
        !atom.is_empty()
            && atom
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || ATEXT.contains(&byte))
    };
    text.split('.').all(atom)
}

/// The schema of a mail address.
pub fn address_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "format": "idn-email",
        "maxLength": LONGEST,
        "pattern": r"^(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[^@.]+(\.[^@.]+)+$",
        "examples": ["ada@example.com"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_of_another_script_is_written_in_punycode() {
        for (address, sent) in [
            ("ada@example.com", "ada@example.com"),
            ("Ada.King+news@Example.COM", "Ada.King+news@example.com"),
            ("kunde@bücher.example", "kunde@xn--bcher-kva.example"),
            ("info@почта.рф", "info@xn--80a1acny.xn--p1ai"),
            ("a@straße.example", "a@xn--strae-oqa.example"),
            ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ] {
            assert_eq!(deliverable(address).as_deref(), Some(sent), "{address}");
        }
    }

    #[test]
    fn what_ses_refuses_is_no_address() {
        let long_label = format!("a@{}.example", "x".repeat(64));
        let long_local = format!("{}@example.com", "x".repeat(65));
        let long = format!("a@{}example.com", "x.".repeat(122));
        for text in [
            "",
            "ada",
            "@",
            "@example.com",
            "ada@",
            "jörg@example.com",
            "ada@localhost",
            "a@b@example.com",
            "a b@example.com",
            "\"a b\"@example.com",
            ".ada@example.com",
            "ada.@example.com",
            "a..b@example.com",
            "ada@example..com",
            "ada@.example.com",
            "ada@example.com.",
            "ada@-example.com",
            "ada@[127.0.0.1]",
            "ada@exa mple.com",
            "ada@exa_mple.com",
            "ada@xn--a.example",
            "ada@example.com\n",
            "ada@\u{202e}example.com",
            "Ada <ada@example.com>",
            &long_label,
            &long_local,
            &long,
        ] {
            assert_eq!(deliverable(text), None, "{text}");
        }
        let longest = format!("{}@{}.example", "x".repeat(64), "y".repeat(63));
        assert!(is_address(&longest));
    }
}
