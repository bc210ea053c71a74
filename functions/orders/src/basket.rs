//! What is ordered, and the rules by which it can be: the same at the checkout and by command.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;
use storefront_contracts::{Currency, Item, Money, OrderPlaced, Overflow, is_address};
use tidings_aws::http::FieldError;

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
    #[schemars(length(min = 1, max = LONGEST_SKU))]
    pub(crate) sku: String,
    /// As the customer has seen it, and as the invoice says.
    #[schemars(length(min = 1, max = LONGEST_NAME))]
    pub(crate) name: String,
    #[schemars(range(min = 1, max = u32::MAX))]
    pub(crate) quantity: i64,
    /// In minor units.
    #[schemars(range(min = 1))]
    pub(crate) unit_price: i64,
}

/// The most lines of an order.
pub(crate) const MOST_LINES: usize = 500;
/// Bytes of all its articles and what they are called, at most: with its other 150 bytes a line, the order's view and its invoice stay within
/// the 400 KB that a DynamoDB item holds.
const MOST_TEXT: usize = 250_000;

/// Bytes of an article's name, at most (AWS: DynamoDB takes 2,048 as a key).
const LONGEST_SKU: usize = 255;

/// Characters of what an article is called, at most.
const LONGEST_NAME: usize = 200;

/// Decides whether the order can be taken; every field at fault is named.
pub(crate) fn placed(
    order: Basket,
    order_id: String,
    user_id: String,
) -> Result<OrderPlaced, Vec<FieldError>> {
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
    // XXX is "no currency", and precious metals have no minor unit: nobody pays in them.
    let currency = Currency::from_code(&order.currency).filter(|currency| currency.exponent().is_some());
    if currency.is_none() {
        errors.push(FieldError::new("/currency", "must be an ISO 4217 code, like EUR"));
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
            (self.sku.len() > LONGEST_SKU, "sku", "is too long"),
            (self.name.trim().is_empty(), "name", "must not be empty"),
            (
                self.name.chars().count() > LONGEST_NAME,
                "name",
                "must be of 200 characters at most",
            ),
            (self.quantity < 1, "quantity", "must be 1 or more"),
            (self.quantity > u32::MAX.into(), "quantity", "is too large"),
            (
                self.unit_price < 1,
                "unitPrice",
                "must be 1 or more, in minor units",
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
}
