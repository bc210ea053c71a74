//! The customer: whom parcels are for, and where they go. Each event tells all of it.

use storefront_contracts::{CustomerUpdated, PostalAddress, is_address, is_country};
use tidings_aws::http::{FieldError, Problem};
use tidings_core::{Aggregate, Personal};

use super::user::is_name;

/// A customer, as their last event tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Customer(Option<CustomerUpdated>);

/// Why a customer is not updated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CustomerRefusal {
    /// These fields are none, each by its JSON pointer and with what it must be.
    #[error("{} of the customer's fields cannot be so", .0.len())]
    Fields(Vec<(String, &'static str)>),
}

/// Lines of an address, at most.
pub const MOST_LINES: usize = 4;
/// Characters of a line of an address or of a town, at most.
pub const LONGEST_LINE: usize = 100;
/// Characters of a postal code, at most.
pub const LONGEST_POSTAL_CODE: usize = 16;
/// Characters of a telephone number, at most.
pub const LONGEST_PHONE: usize = 32;
/// The pattern of a telephone number, for the description of what is taken.
pub const PHONE: &str = r"^\+?([ ./()-]*[0-9]){3,15}[ ./()-]*$";

const NAME: &str = "must have 1 to 200 characters";
const EMAIL: &str = "must be a mail address";
const PHONE_NUMBER: &str =
    "must be a telephone number: 3 to 15 digits, which spaces, -, ., /, ( and ) may part, and + may begin";
const LINES: &str = "must hold 1 to 4 lines";
const LINE: &str = "must have 1 to 100 characters, and no line breaks";
const POSTAL_CODE: &str = "must have 16 characters at most, and no line breaks";
const COUNTRY: &str = "must be the code of a country (ISO 3166-1, two letters), like DE";

impl Customer {
    /// What is known of them, once they have been told of.
    #[must_use]
    pub fn known(&self) -> Option<&CustomerUpdated> {
        self.0.as_ref()
    }
}

/// What is wrong with it; every field at fault is named.
fn faults(customer: &CustomerUpdated) -> Vec<(String, &'static str)> {
    let mut faults = Vec::new();
    let mut check = |right: bool, pointer: &str, must: &'static str| {
        if !right {
            faults.push((pointer.to_owned(), must));
        }
    };
    check(
        fits(&customer.name, |name| is_name(name) && one_line(name)),
        "/name",
        NAME,
    );
    check(fits(&customer.email, |email| is_address(email)), "/email", EMAIL);
    let phone = customer.phone.as_ref();
    check(
        phone.is_none_or(|phone| fits(phone, |phone| is_phone(phone))),
        "/phone",
        PHONE_NUMBER,
    );
    let Some(address) = customer.address.known() else {
        check(false, "/address", "must be an address");
        return faults;
    };
    let PostalAddress {
        lines,
        postal_code,
        city,
        country,
    } = address;
    check((1..=MOST_LINES).contains(&lines.len()), "/address/lines", LINES);
    for (index, line) in lines.iter().enumerate() {
        check(is_line(line), &format!("/address/lines/{index}"), LINE);
    }
    let short = postal_code.chars().count() <= LONGEST_POSTAL_CODE && one_line(postal_code);
    check(short, "/address/postalCode", POSTAL_CODE);
    check(is_line(city), "/address/city", LINE);
    check(is_country(country), "/address/country", COUNTRY);
    faults
}

fn fits<T>(value: &Personal<T>, rule: impl FnOnce(&T) -> bool) -> bool {
    value.known().is_some_and(rule)
}

/// A label shows it as it is.
fn one_line(text: &str) -> bool {
    !text.contains(char::is_control)
}

fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= LONGEST_LINE && one_line(text)
}

/// ITU-T E.164 takes 15 digits, with the country's; how they are parted is everybody's own.
fn is_phone(text: &str) -> bool {
    let number = text.strip_prefix('+').unwrap_or(text);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let others = |c: char| matches!(c, ' ' | '-' | '.' | '/' | '(' | ')');
    (3..=15).contains(&digits)
        && text.len() <= LONGEST_PHONE
        && number.chars().all(|c| c.is_ascii_digit() || others(c))
}

impl Aggregate for Customer {
    const TYPE: &'static str = "customer";
    type Event = CustomerUpdated;
    type Command = CustomerUpdated;
    type Refusal = CustomerRefusal;

    fn decide(&self, update: &CustomerUpdated) -> Result<Vec<CustomerUpdated>, CustomerRefusal> {
        let faults = faults(update);
        if !faults.is_empty() {
            return Err(CustomerRefusal::Fields(faults));
        }
        // Told what is so already, nothing happens.
        match self.0.as_ref() == Some(update) {
            true => Ok(vec![]),
            false => Ok(vec![update.clone()]),
        }
    }

    fn evolve(self, event: CustomerUpdated) -> Self {
        Self(Some(event))
    }
}

impl From<CustomerRefusal> for Problem {
    fn from(CustomerRefusal::Fields(faults): CustomerRefusal) -> Self {
        let errors = faults
            .iter()
            .map(|(pointer, must)| FieldError::new(pointer, *must));
        Self::fields(errors.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::user::LONGEST_NAME, *};

    fn ada() -> CustomerUpdated {
        CustomerUpdated {
            customer_id: "u-1".into(),
            name: "Ada".into(),
            email: "ada@example.com".into(),
            phone: Some("+44 20 7946-0018".into()),
            address: address().into(),
        }
    }

    fn address() -> PostalAddress {
        PostalAddress {
            lines: vec!["12 St James's Square".into()],
            postal_code: "SW1Y 4JH".into(),
            city: "London".into(),
            country: "GB".into(),
        }
    }

    fn refused(update: &CustomerUpdated) -> Vec<String> {
        let CustomerRefusal::Fields(faults) = Customer::default().decide(update).unwrap_err();
        faults.into_iter().map(|(pointer, _)| pointer).collect()
    }

    #[test]
    fn a_customer_is_what_the_last_event_tells() {
        let moved = CustomerUpdated {
            phone: None,
            address: PostalAddress {
                city: "Paris".into(),
                ..address()
            }
            .into(),
            ..ada()
        };
        let customer = Customer::default().evolve(ada()).evolve(moved.clone());
        assert_eq!(customer.known(), Some(&moved));
    }

    #[test]
    fn what_is_so_already_is_no_event_and_what_is_not_is_told_whole() {
        let customer = Customer::default().evolve(ada());
        assert!(customer.decide(&ada()).unwrap().is_empty());
        let without = CustomerUpdated { phone: None, ..ada() };
        assert_eq!(customer.decide(&without).unwrap(), [without]);
        assert_eq!(Customer::default().decide(&ada()).unwrap(), [ada()]);
    }

    #[test]
    fn every_field_at_fault_is_named() {
        let nothing = CustomerUpdated {
            customer_id: "u-1".into(),
            name: " ".into(),
            email: "ada".into(),
            phone: Some("call me".into()),
            address: PostalAddress {
                lines: vec!["1 Road".into(), "".into()],
                postal_code: "x".repeat(17),
                city: "Lon\ndon".into(),
                country: "UK".into(),
            }
            .into(),
        };
        let pointers = [
            "/name",
            "/email",
            "/phone",
            "/address/lines/1",
            "/address/postalCode",
            "/address/city",
            "/address/country",
        ];
        assert_eq!(refused(&nothing), pointers);
    }

    #[test]
    fn an_address_has_one_to_four_lines_and_may_lack_a_postal_code() {
        let with = |lines: usize| CustomerUpdated {
            address: PostalAddress {
                lines: vec!["A line".into(); lines],
                postal_code: String::new(),
                ..address()
            }
            .into(),
            ..ada()
        };
        for lines in [0, 5] {
            assert_eq!(refused(&with(lines)), ["/address/lines"], "{lines}");
        }
        for lines in [1, 4] {
            assert!(Customer::default().decide(&with(lines)).is_ok(), "{lines}");
        }
    }

    #[test]
    fn a_number_that_can_be_dialled_is_told_from_one_that_cannot() {
        for phone in ["112", "+1 (555) 010-9999", "030/901820", "+999999999999999"] {
            assert!(is_phone(phone), "{phone}");
        }
        for phone in ["", "+", "11", "+1+2 345", "1234567890123456", "12 34x", "٣٣٣٣"] {
            assert!(!is_phone(phone), "{phone}");
        }
    }

    #[test]
    fn what_must_be_is_said_as_the_rules_are() {
        assert!(NAME.contains(&LONGEST_NAME.to_string()));
        assert!(LINES.contains(&MOST_LINES.to_string()) && LINE.contains(&LONGEST_LINE.to_string()));
    }
}
