//! Stock that is set aside for orders.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidings_core::Event;

/// `inventory.reserved`: what an order needs was taken out of the stock that can be sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InventoryReserved {
    /// The reservation.
    pub reservation_id: String,
    /// The order that it is for.
    pub order_id: String,
    /// What was reserved; an article once at most.
    pub items: Vec<StockItem>,
}

/// `inventory.released`: what an order had reserved can be sold again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InventoryReleased {
    /// The reservation.
    pub reservation_id: String,
    /// The order that it was for.
    pub order_id: String,
    /// What was released; an article once at most.
    pub items: Vec<StockItem>,
}

/// So many pieces of an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockItem {
    /// The article.
    pub sku: String,
    /// How many; 1 or more.
    pub quantity: u64,
}

impl Event for InventoryReserved {
    const TYPE: &'static str = "inventory.reserved";
    const AGGREGATE: &'static str = "reservation";

    fn aggregate_id(&self) -> &str {
        &self.reservation_id
    }
}

impl Event for InventoryReleased {
    const TYPE: &'static str = "inventory.released";
    const AGGREGATE: &'static str = "reservation";

    fn aggregate_id(&self) -> &str {
        &self.reservation_id
    }
}
