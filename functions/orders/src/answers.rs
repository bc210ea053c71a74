//! What callers are answered.

use schemars::JsonSchema;
use serde::Serialize;
use storefront_contracts::{Item, OrderStatus};
use tidings_aws::projection::ReadToken;
use tidings_core::Version;

use crate::order_view::OrderSummary;

/// An order in short.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderSummary")]
pub struct SummaryShown {
    #[serde(flatten)]
    pub(crate) summary: OrderSummary,
    /// How many of its events this shows.
    pub(crate) version: Version,
}

/// An order with its lines.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Order")]
pub struct OrderShown {
    #[serde(flatten)]
    pub(crate) order: SummaryShown,
    /// What was ordered.
    pub(crate) items: Vec<Item>,
}

/// A page of orders, newest first.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderPage")]
pub struct PageShown {
    pub(crate) orders: Vec<SummaryShown>,
    /// The cursor of the next page; null where there is none.
    pub(crate) next: Option<String>,
}

/// How far an order is after a command.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderChanged {
    pub(crate) order_id: String,
    pub(crate) status: Option<OrderStatus>,
    /// How many events the order is made of.
    pub(crate) version: Version,
    /// With this, a query shows at least what the command did (`?after=<token>`).
    pub(crate) token: ReadToken,
}
