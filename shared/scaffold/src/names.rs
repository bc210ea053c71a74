//! How one name is written in different places.

use crate::Refused;

/// `count-invoices` as a module: `count_invoices`.
pub fn module(name: &str) -> String {
    name.replace(['-', '.'], "_")
}

/// `count-invoices` as a type: `CountInvoices`; `parcel.lost`: `ParcelLost`.
pub fn type_name(name: &str) -> String {
    let words = name.split(['-', '.', '_']);
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or(String::new(), |first| {
            first.to_uppercase().chain(letters).collect()
        })
    };
    words.map(word).collect()
}

/// `parcel` as the words of a sentence: `parcel lost`.
pub fn words(name: &str) -> String {
    name.replace(['-', '.', '_'], " ")
}

/// Whether it is words of lower-case letters and digits, a hyphen between two.
pub fn is_kebab(name: &str) -> bool {
    name.split('-').all(|word| {
        word.chars()
            .next()
            .is_some_and(|first| first.is_ascii_lowercase())
            && word
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    })
}

/// A function's or a service's name.
pub fn kebab(what: &'static str, name: &str) -> Result<(), Refused> {
    if is_kebab(name) {
        return Ok(());
    }
    let form = "it is lower-case words with hyphens, and begins with a verb (create-invoice)";
    Err(Refused::Name {
        what,
        name: name.to_owned(),
        form,
    })
}

/// An event's type: an aggregate and what happened, in the past tense.
pub fn event_type(name: &str) -> Result<(), Refused> {
    let snake = |part: &str| is_kebab(&part.replace('_', "-"));
    match name.split_once('.') {
        Some((aggregate, happened)) if snake(aggregate) && snake(happened) => Ok(()),
        _ => Err(Refused::Name {
            what: "an event",
            name: name.to_owned(),
            form: "it is the aggregate, a dot, and what happened (parcel.lost, order.status_changed)",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_as_each_place_wants_it() {
        assert_eq!(
            (module("count-invoices"), type_name("count-invoices")),
            ("count_invoices".into(), "CountInvoices".into())
        );
        assert_eq!(type_name("order.status_changed"), "OrderStatusChanged");
        for name in ["create-invoice", "a1-b2"] {
            assert!(kebab("a consumer", name).is_ok(), "{name}");
        }
        for name in [
            "",
            "Create",
            "create_invoice",
            "create--invoice",
            "-a",
            "1-a",
            "a b",
            "../a",
        ] {
            assert!(kebab("a consumer", name).is_err(), "{name}");
        }
        assert!(event_type("order.status_changed").is_ok());
        for name in ["order", "order.", ".placed", "Order.placed", "a.b.c", "a.b/c"] {
            assert!(event_type(name).is_err(), "{name}");
        }
    }
}
