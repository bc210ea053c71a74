//! The read model of orders: what the queries answer, kept by `project-orders`.
//!
//! It holds no personal data: no mail address, and not the reason of a cancellation, which is written in somebody's own words.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use storefront_contracts::{Item, Money, OrderPlaced, OrderStatus};
use tidings_core::{
    Envelope, Projection, Version,
    catalogue::{Index, Table},
};

use crate::order::{Order, OrderEvent};

/// A user's orders, newest last.
pub const BY_USER: Index = Index {
    name: "by-user",
    partition_key: "listed_for",
    sort_key: "listed_at",
    includes: &["summary", "projected_version"],
};

/// A user's orders that have one status, newest last: a page of them reads no other.
pub const BY_USER_AND_STATUS: Index = Index {
    name: "by-user-and-status",
    partition_key: "listed_for_status",
    sort_key: "listed_at",
    includes: &["summary", "projected_version"],
};

/// The views, an item an order.
pub const ORDER_VIEWS: Table =
    Table::new("order-views", crate::SERVICE, "order_id").indexed_by(&[BY_USER, BY_USER_AND_STATUS]);

/// The projection `orders`.
#[derive(Debug, Clone, Copy)]
pub enum OrderViews {}

/// An order as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderView {
    /// What a list shows of it.
    pub summary: OrderSummary,
    /// What was ordered.
    pub lines: Vec<Item>,
    listed_for: String,
    listed_for_status: String,
    listed_at: String,
}

/// An order in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderSummary {
    /// The order.
    pub order_id: String,
    /// Who ordered.
    pub user_id: String,
    /// How far it is.
    pub status: OrderStatus,
    /// What is to be paid.
    pub total: Money,
    /// How many articles: the quantities of all lines.
    pub item_count: u64,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When it got its status.
    pub changed_at: Timestamp,
}

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderEntry {
    /// The order.
    pub summary: OrderSummary,
    /// How many of its events that shows.
    #[serde(rename = "projected_version")]
    pub version: Version,
    /// Its place in the list.
    pub listed_at: String,
}

impl Projection for OrderViews {
    const NAME: &'static str = "orders";
    const TABLE: &'static Table = &ORDER_VIEWS;
    type Of = Order;
    type View = OrderView;

    fn apply(view: Option<OrderView>, event: OrderEvent, envelope: &Envelope) -> Option<OrderView> {
        let at = envelope.time.unwrap_or(Timestamp::UNIX_EPOCH);
        match event {
            OrderEvent::OrderPlaced(order) => Some(OrderView::placed(order, at)),
            OrderEvent::OrderStatusChanged(changed) => view.map(|view| view.became(changed.to, at)),
            OrderEvent::OrderCancelled(_) => view.map(|view| view.became(OrderStatus::Cancelled, at)),
        }
    }
}

impl OrderView {
    fn placed(order: OrderPlaced, at: Timestamp) -> Self {
        let status = OrderStatus::Placed;
        Self {
            listed_for: order.user_id.clone(),
            listed_for_status: with_status(status, &order.user_id),
            listed_at: listed_at(at, &order.order_id),
            summary: OrderSummary {
                order_id: order.order_id,
                user_id: order.user_id,
                status,
                total: order.total,
                item_count: order.items.iter().map(|item| u64::from(item.quantity)).sum(),
                placed_at: at,
                changed_at: at,
            },
            lines: order.items,
        }
    }

    fn became(self, status: OrderStatus, at: Timestamp) -> Self {
        Self {
            listed_for_status: with_status(status, &self.listed_for),
            summary: OrderSummary {
                status,
                changed_at: at,
                ..self.summary
            },
            ..self
        }
    }
}

/// The key of a user's orders that have one status. The status comes first: a user's id may hold any character.
pub(crate) fn with_status(status: OrderStatus, user: &str) -> String {
    format!("{status}#{user}")
}

/// A place in a list: times sort as text, to the millisecond, and of the orders of one millisecond the id decides.
fn listed_at(placed: Timestamp, order_id: &str) -> String {
    format!("{placed:.3}#{order_id}")
}
