//! Orders.

use serde::{Deserialize, Serialize};
use tidings_core::Event;

use crate::Money;

/// `order.placed`: a customer ordered, and the shop took the order.
///
/// Version 1 had only a total; version 2 adds `items`. An order read from version 1 has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderPlaced {
    /// The order.
    pub order_id: String,
    /// Who ordered.
    pub user_id: String,
    /// Where the confirmation goes. Personal.
    pub email: String,
    /// What is to be paid.
    pub total: Money,
    /// What was ordered.
    pub items: Vec<Item>,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

    fn upcast(version: u32, data: &str) -> Option<Result<Self, serde_json::Error>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct V1 {
            order_id: String,
            user_id: String,
            email: String,
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
        (version == 1).then(|| serde_json::from_str(data).map(without_items))
    }
}
