//! Shipments.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidings_core::Event;

use crate::StockItem;

/// `shipment.created`: the warehouse has taken on an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShipmentCreated {
    /// The shipment.
    pub shipment_id: String,
    /// The order that it brings.
    pub order_id: String,
    /// Who ordered.
    pub user_id: String,
    /// Who carries it; where the customer collects it, nobody does.
    pub carrier: Option<String>,
    /// The carrier's name for it.
    pub tracking: Option<String>,
    /// What is in it; an article once at most.
    pub items: Vec<StockItem>,
}

impl Event for ShipmentCreated {
    const TYPE: &'static str = "shipment.created";
    const AGGREGATE: &'static str = "shipment";

    fn aggregate_id(&self) -> &str {
        &self.shipment_id
    }
}
