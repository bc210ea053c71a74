//! `place-order`: the command that asks for an order, and its answer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidings_core::{Actor, Command, Event, Personal, Upcast};

use crate::{GUEST, Money, order::person_of};

/// `place-order`: takes an order, or refuses it. For those who order through a queue; who orders is who the authoriser of the sender says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlaceOrder {
    /// The order, named by who orders: letters, digits, `-` and `_`, 64 at most.
    pub order_id: String,
    /// Where the confirmation goes. It belongs to who orders; of somebody whom nobody has authenticated, to the order.
    pub email: Personal<String>,
    /// ISO 4217.
    pub currency: String,
    /// What is ordered.
    pub items: Vec<OrderLine>,
}

/// A line of an order that is asked for. Numbers are wide, so that one that is out of range is refused by its field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderLine {
    /// The article.
    pub sku: String,
    /// Its name.
    pub name: String,
    /// How many; 1 or more.
    pub quantity: i64,
    /// The price of one, in the currency's minor unit.
    pub unit_price: i64,
}

impl Command for PlaceOrder {
    const TYPE: &'static str = "place-order";
    const AGGREGATE: &'static str = "order";
    type Answer = OrderAnswer;

    fn aggregate_id(&self) -> &str {
        &self.order_id
    }

    fn person<'a>(&'a self, actor: &'a Actor) -> Option<&'a str> {
        let user = actor.id.as_deref().filter(|user| !user.is_empty());
        Some(person_of(user.unwrap_or(GUEST), &self.order_id))
    }
}

/// What became of an order that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum OrderAnswer {
    /// It was taken.
    Accepted {
        /// The order.
        order_id: String,
        /// What is to be paid.
        total: Money,
    },
    /// It was not taken.
    Refused {
        /// The order that there is not, or that was there before.
        order_id: String,
        /// Why.
        reason: RefusalReason,
        /// What is wrong with which fields.
        faults: Vec<Fault>,
    },
}

/// Why an order was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalReason {
    /// Fields are wrong.
    Invalid,
    /// There is an order of this id, which another command has placed.
    AlreadyPlaced,
    /// Some article is not there in this number.
    OutOfStock,
    /// The card was not charged: `payment.refused` says why.
    PaymentRefused,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// A JSON pointer to it (RFC 6901), as a URI fragment.
    pub pointer: String,
    /// What is wrong.
    pub detail: String,
}

/// `order.refused`: the shop did not take an order that was asked for.
///
/// It tells of the asking and not of an order, of which there may be none, or another. Version 2 adds the reasons `out-of-stock` and
/// `payment-refused`, which a reader of version 1 does not know and must not guess.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderRefused {
    /// The asking: the command's id, or the checkout's.
    pub request_id: String,
    /// The order that was asked for.
    pub order_id: String,
    /// Who asked.
    pub user_id: String,
    /// Why.
    pub reason: RefusalReason,
    /// What is wrong with which fields.
    pub faults: Vec<Fault>,
}

impl Event for OrderRefused {
    const TYPE: &'static str = "order.refused";
    const VERSION: u32 = 2;
    const MIN_READER: u32 = 2;
    const AGGREGATE: &'static str = "order-request";

    fn aggregate_id(&self) -> &str {
        &self.request_id
    }

    fn upcast<U: Upcast<Self>>(version: u32, older: U) -> Option<U::Outcome> {
        (version == 1).then(|| older.as_it_is())
    }
}
