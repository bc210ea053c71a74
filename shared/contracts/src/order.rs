//! Orders.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidings_core::{Event, Personal, Upcast};

use crate::Money;

/// Who orders where nobody is authenticated.
pub const GUEST: &str = "guest";

/// The person of an order: who ordered. A guest is nobody that is known again, so each order of one is a person of its own: it is erased by
/// the order's id.
pub(crate) fn person_of<'a>(user_id: &'a str, order_id: &'a str) -> &'a str {
    match user_id {
        GUEST => order_id,
        user => user,
    }
}

/// `order.placed`: a customer ordered, and the shop took the order.
///
/// Version 1 had only a total; version 2 adds `items`. An order read from version 1 has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderPlaced {
    /// The order.
    pub order_id: String,
    /// Who ordered; [`GUEST`] where nobody was authenticated.
    pub user_id: String,
    /// Where the confirmation goes.
    pub email: Personal<String>,
    /// What is to be paid.
    pub total: Money,
    /// What was ordered.
    pub items: Vec<Item>,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// The article.
    pub sku: String,
    /// Its name when it was ordered.
    pub name: String,
    /// How many; 1 or more.
    pub quantity: u32,
    /// The price of one.
    pub unit_price: Money,
}

impl Event for OrderPlaced {
    const TYPE: &'static str = "order.placed";
    const VERSION: u32 = 2;
    const AGGREGATE: &'static str = "order";

    fn aggregate_id(&self) -> &str {
        &self.order_id
    }

    fn person(&self) -> Option<&str> {
        Some(person_of(&self.user_id, &self.order_id))
    }

    fn upcast<U: Upcast<Self>>(version: u32, older: U) -> Option<U::Outcome> {
        #[derive(Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase")]
        struct V1 {
            order_id: String,
            user_id: String,
            email: Personal<String>,
            total: Money,
        }
        let without_items = |V1 {
                                 order_id,
                                 user_id,
                                 email,
                                 total,
                             }| Self {
            order_id,
            user_id,
            email,
            total,
            items: Vec::new(),
        };
        (version == 1).then(|| older.becomes(without_items))
    }
}

/// How far an order is.
// A status that is added here is one that older readers do not know: raise `MIN_READER` of the events that can name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// The shop took it.
    Placed,
    /// It is paid for.
    Paid,
    /// It left the warehouse.
    Shipped,
    /// It is with the customer.
    Delivered,
    /// It was called off.
    Cancelled,
}

impl OrderStatus {
    /// All of them, in the order of an order's life.
    pub const ALL: [Self; 5] = [
        Self::Placed,
        Self::Paid,
        Self::Shipped,
        Self::Delivered,
        Self::Cancelled,
    ];

    /// The word for it, as events and answers say it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Paid => "paid",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }
}

impl std::fmt::Display for OrderStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `order.status_changed`: an order came further. One that was called off is told by [`OrderCancelled`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderStatusChanged {
    /// The order.
    pub order_id: String,
    /// How far it was.
    pub from: OrderStatus,
    /// How far it is now.
    pub to: OrderStatus,
}

impl Event for OrderStatusChanged {
    const TYPE: &'static str = "order.status_changed";
    const AGGREGATE: &'static str = "order";
    const MAY_BE_LARGE: bool = false;

    fn aggregate_id(&self) -> &str {
        &self.order_id
    }
}

/// `order.cancelled`: an order was called off before it left the warehouse.
///
/// Version 1 had the reason in the clear, and did not say who had ordered; a reader of it cannot read a reason that is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderCancelled {
    /// The order.
    pub order_id: String,
    /// Who had ordered; not told by version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Why, in the words of whoever called it off.
    pub reason: Personal<String>,
}

impl Event for OrderCancelled {
    const TYPE: &'static str = "order.cancelled";
    const VERSION: u32 = 2;
    const MIN_READER: u32 = 2;
    const AGGREGATE: &'static str = "order";
    const MAY_BE_LARGE: bool = false;

    fn aggregate_id(&self) -> &str {
        &self.order_id
    }

    fn person(&self) -> Option<&str> {
        let user_id = self.user_id.as_deref()?;
        Some(person_of(user_id, &self.order_id))
    }

    fn upcast<U: Upcast<Self>>(version: u32, older: U) -> Option<U::Outcome> {
        (version == 1).then(|| older.as_it_is())
    }
}

#[cfg(test)]
mod tests {
    use iso_currency::Currency;

    use super::*;

    fn placed_by(user_id: &str) -> OrderPlaced {
        OrderPlaced {
            order_id: "ord-1".into(),
            user_id: user_id.into(),
            email: "ada@example.com".into(),
            total: Money {
                amount: 1,
                currency: Currency::EUR,
            },
            items: Vec::new(),
        }
    }

    #[test]
    fn an_order_is_its_users_and_a_guests_is_its_own() {
        assert_eq!(placed_by("u-1").person(), Some("u-1"));
        assert_eq!(placed_by(GUEST).person(), Some("ord-1"));
    }

    #[test]
    fn the_reason_of_a_cancellation_is_a_value_of_whoever_ordered() {
        let cancelled = |user_id: &str| OrderCancelled {
            order_id: "ord-1".into(),
            user_id: Some(user_id.into()),
            reason: "Ada has moved".into(),
        };
        assert_eq!(cancelled("u-1").person(), Some("u-1"));
        assert_eq!(cancelled(GUEST).person(), Some("ord-1"));
        assert!(!format!("{:?}", cancelled("u-1")).contains("moved"));
    }

    #[test]
    fn an_order_shows_no_address() {
        assert!(!format!("{:?}", placed_by("u-1")).contains("ada"));
    }

    #[test]
    fn a_status_is_said_in_the_word_that_events_write() {
        for status in OrderStatus::ALL {
            let written = serde_json::to_value(status).unwrap();
            assert_eq!(written, status.as_str());
        }
    }
}
