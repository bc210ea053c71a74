//! Fields that are named like something personal, and are not sealed.

use super::{Report, rules::PERSONAL_IN_THE_CLEAR};
use crate::{
    document::Document,
    fields::{Field, fields},
};

/// Words in a field's name that say that it is somebody's.
const PERSONAL: [&str; 15] = [
    "email",
    "mail",
    "name",
    "firstname",
    "lastname",
    "surname",
    "address",
    "street",
    "phone",
    "telephone",
    "mobile",
    "birthday",
    "birthdate",
    "ip",
    "iban",
];

pub(super) fn look(document: &Document, report: &mut Report) {
    if document.contracts.is_empty() {
        return report.skip(&PERSONAL_IN_THE_CLEAR, "the document has no contracts");
    }
    for contract in &document.contracts {
        // A version that is not written any more stays as it was stated.
        let Some(written) = contract.latest().and_then(|version| version.written.as_ref()) else {
            continue;
        };
        let held = fields(written);
        let sealed: Vec<_> = held.iter().filter(|field| field.personal).collect();
        for field in held
            .iter()
            .filter(|field| is_named_so(field) && !is_sealed(field, &sealed))
        {
            let message = format!(
                "{} is named like something personal, and is in the clear",
                field.path
            );
            report.find(
                &PERSONAL_IN_THE_CLEAR,
                format!("{}/{}", contract.name, field.path),
                message,
            );
        }
    }
}

/// Whether it is sealed, by itself or with what holds it.
fn is_sealed(field: &Field, sealed: &[&Field]) -> bool {
    sealed.iter().any(|one| {
        let rest = field.path.strip_prefix(one.path.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', '{']))
    })
}

/// Whether a word of its name is one of those. What only holds others is not asked: its fields are.
fn is_named_so(field: &Field) -> bool {
    let is_leaf = field.kind != "object" && !field.kind.starts_with("object or");
    let words = words(field.name());
    let mut pairs = words.windows(2).map(concat);
    let is_word = |word: &str| PERSONAL.contains(&word);
    is_leaf && (words.iter().any(|word| is_word(word)) || pairs.any(|pair| is_word(&pair)))
}

fn concat(words: &[String]) -> String {
    words.concat()
}

/// `customerEmail`, `customer_email` and `customer-email` in words.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        let begins = letter.is_uppercase() || !letter.is_alphanumeric();
        if begins && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter.is_alphanumeric(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_apart_into_words() {
        assert_eq!(words("customerEmail"), ["customer", "email"]);
        assert_eq!(words("ship_to-Address"), ["ship", "to", "address"]);
    }

    #[test]
    fn words_are_whole() {
        let named = |name: &str| {
            is_named_so(&Field {
                path: name.to_owned(),
                kind: "string".to_owned(),
                required: true,
                personal: false,
                description: None,
                bounds: Vec::new(),
                default: None,
            })
        };
        for name in [
            "email",
            "ipAddress",
            "customer.firstName",
            "lines[]",
            "phoneNumber",
            "shipTo.address.street",
        ] {
            assert_eq!(named(name), name != "lines[]", "{name}");
        }
        for name in ["shipped", "recipe", "mailing", "username_", "total"] {
            assert!(!named(name), "{name}");
        }
    }
}
