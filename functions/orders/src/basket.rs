//! What is ordered, and the rules by which it can be: the same at the checkout and by command.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;
use storefront_contracts::{Item, Money, OrderPlaced, Overflow, currency_in_force, is_address};
use tidings_aws::http::{FieldError, LONGEST_ID, NOT_BLANK, whole};

use crate::checkout::MOST_ARTICLES;

/// What is asked for. Numbers are wide, so that one that is out of range is refused by its field.
#[derive(Debug)]
pub(crate) struct Basket {
    pub(crate) email: String,
    pub(crate) currency: String,
    pub(crate) items: Vec<Line>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Line {
    /// The article.
    #[schemars(length(min = 1, max = LONGEST_SKU), regex(pattern = NOT_BLANK), example = &"mug-blue")]
    pub(crate) sku: String,
    /// As the customer has seen it, and as the invoice says.
    #[schemars(length(min = 1, max = LONGEST_NAME), regex(pattern = NOT_BLANK), example = &"Blue mug")]
    pub(crate) name: String,
    #[schemars(range(min = 1, max = MOST_PIECES), example = 2)]
    #[serde(deserialize_with = "whole")]
    pub(crate) quantity: i64,
    /// In minor units.
    #[schemars(range(min = 1, max = HIGHEST_PRICE), example = 1299)]
    #[serde(deserialize_with = "whole")]
    pub(crate) unit_price: i64,
}

/// The most lines of an order.
pub(crate) const MOST_LINES: usize = 500;
/// Bytes of all its articles and what they are called, at most: with its other 150 bytes a line, the order's view and its invoice stay within
/// the 400 KB that a DynamoDB item holds.
const MOST_TEXT: usize = 250_000;

/// Characters of what an article is known by, at most: it is a sort key in tables.
const LONGEST_SKU: usize = LONGEST_ID;

/// Pieces of one line, at most.
const MOST_PIECES: i64 = 1_000_000;

/// The highest price of one piece, in minor units. The total of the most lines of the most pieces of it is still an amount.
const HIGHEST_PRICE: i64 = 10_000_000_000;

/// Characters of what an article is called, at most.
const LONGEST_NAME: usize = 200;

/// Faults of one order that are told, at most. An answer to a command has 64 KB, and the event that tells of the refusal is a message.
pub(crate) const MOST_FAULTS: usize = 100;

/// Decides whether the order can be taken; the first [`MOST_FAULTS`] fields at fault are named, and it is said how many more there are.
pub(crate) fn placed(
    order: Basket,
    order_id: String,
    user_id: String,
) -> Result<OrderPlaced, Vec<FieldError>> {
    checked(order, order_id, user_id).map_err(|mut errors| {
        let more = errors.len().saturating_sub(MOST_FAULTS);
        errors.truncate(MOST_FAULTS);
        if more > 0 {
            let detail = format!("has {more} more faults, which are not named");
            errors.push(FieldError::new("/items", detail));
        }
        errors
    })
}

fn checked(order: Basket, order_id: String, user_id: String) -> Result<OrderPlaced, Vec<FieldError>> {
    let mut errors = Vec::new();
    if !is_address(&order.email) {
        errors.push(FieldError::new("/email", "must be a mail address"));
    }
    if order.items.is_empty() {
        errors.push(FieldError::new("/items", "must hold at least one item"));
    }
    if order.items.len() > MOST_LINES {
        errors.push(FieldError::new(
            "/items",
            format!("must hold {MOST_LINES} items at most"),
        ));
    }
    let text = order.items.iter().map(|line| line.sku.len() + line.name.len());
    if text.sum::<usize>() > MOST_TEXT {
        let detail = format!("must have articles and names of {MOST_TEXT} bytes together at most, in UTF-8");
        errors.push(FieldError::new("/items", detail));
    }
    let articles: BTreeSet<&str> = order.items.iter().map(|line| line.sku.as_str()).collect();
    if articles.len() > MOST_ARTICLES {
        let detail = format!("must be of {MOST_ARTICLES} different articles at most");
        errors.push(FieldError::new("/items", detail));
    }
    let currency = currency_in_force(&order.currency);
    if currency.is_none() {
        let detail = "must be an ISO 4217 code that is in force, like EUR";
        errors.push(FieldError::new("/currency", detail));
    }
    for (index, line) in order.items.iter().enumerate() {
        errors.extend(
            line.errors()
                .map(|(field, detail)| FieldError::new(format!("/items/{index}/{field}"), detail)),
        );
    }
    let (true, Some(currency)) = (errors.is_empty(), currency) else {
        return Err(errors);
    };

    let too_much = |pointer: String| move |Overflow| vec![FieldError::new(pointer, Overflow.to_string())];
    let mut items = Vec::with_capacity(order.items.len());
    let mut amounts = Vec::with_capacity(order.items.len());
    for (index, line) in order.items.into_iter().enumerate() {
        let quantity = u32::try_from(line.quantity).unwrap_or(u32::MAX);
        let unit_price = Money {
            amount: line.unit_price,
            currency,
        };
        amounts.push(
            unit_price
                .times(quantity)
                .map_err(too_much(format!("/items/{index}/unitPrice")))?
                .amount,
        );
        items.push(Item {
            sku: line.sku,
            name: line.name,
            quantity,
            unit_price,
        });
    }
    let total = Money::sum(currency, amounts).map_err(too_much("/items".to_owned()))?;
    Ok(OrderPlaced {
        order_id,
        user_id,
        email: order.email.into(),
        total,
        items,
    })
}

impl Line {
    fn errors(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let faults = [
            (self.sku.trim().is_empty(), "sku", "must not be empty"),
            (
                self.sku.chars().count() > LONGEST_SKU,
                "sku",
                "must be of 255 characters at most",
            ),
            (self.name.trim().is_empty(), "name", "must not be empty"),
            (
                self.name.chars().count() > LONGEST_NAME,
                "name",
                "must be of 200 characters at most",
            ),
            (self.quantity < 1, "quantity", "must be 1 or more"),
            (self.quantity > MOST_PIECES, "quantity", "must be 1000000 at most"),
            (
                self.unit_price < 1,
                "unitPrice",
                "must be 1 or more, in minor units",
            ),
            (
                self.unit_price > HIGHEST_PRICE,
                "unitPrice",
                "must be 10000000000 at most, in minor units",
            ),
        ];
        faults
            .into_iter()
            .filter_map(|(fault, field, detail)| fault.then_some((field, detail)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Basket {
        Basket {
            email: "ada@example.com".into(),
            currency: "EUR".into(),
            items: vec![Line {
                sku: "mug-blue".into(),
                name: name.into(),
                quantity: 1,
                unit_price: 1299,
            }],
        }
    }

    #[test]
    fn a_name_of_more_than_200_characters_is_refused_by_its_field_and_by_the_schema() {
        let ordered = |name: &str| placed(named(name), "o-1".into(), "u-1".into());
        let longest = "é".repeat(LONGEST_NAME);
        assert_eq!(ordered(&longest).unwrap().items[0].name, longest);
        let errors = ordered(&format!("{longest}!")).unwrap_err();
        let expected = FieldError::new("/items/0/name", "must be of 200 characters at most");
        assert_eq!(errors, [expected]);
        let schema = schemars::schema_for!(Line).to_value();
        assert_eq!(schema["properties"]["name"]["maxLength"], LONGEST_NAME);
    }

    #[test]
    fn the_most_of_the_dearest_is_an_amount_and_every_line_within_its_bounds_can_be_ordered() {
        let mut most = named("Mug");
        let line = || Line {
            sku: "x".repeat(LONGEST_SKU),
            name: "x".repeat(LONGEST_NAME),
            quantity: MOST_PIECES,
            unit_price: HIGHEST_PRICE,
        };
        most.items = (0..MOST_LINES).map(|_| line()).collect();
        let placed = placed(most, "o-1".into(), "u-1".into()).unwrap();
        assert_eq!(placed.total.amount, 5_000_000_000_000_000_000);
    }

    #[test]
    fn faults_are_told_up_to_a_bound_and_then_counted() {
        let mut wrong = named("Mug");
        let line = || Line {
            sku: String::new(),
            name: " ".into(),
            quantity: 0,
            unit_price: 0,
        };
        wrong.items = (0..MOST_LINES).map(|_| line()).collect();
        let faults = placed(wrong, "o-1".into(), "u-1".into()).unwrap_err();
        assert_eq!(faults.len(), MOST_FAULTS + 1);
        let more = FieldError::new("/items", "has 1900 more faults, which are not named");
        assert_eq!(faults.last(), Some(&more));
    }
}
