//! Shipments: what the warehouse has taken on, an item an order, written by `create-shipment`. Nothing personal is in it.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde_dynamo::aws_sdk_dynamodb_1::from_item;
use storefront_contracts::ShipmentCreated;
use tidings_core::{Failure, catalogue::Table};

/// The shipments, by order: `shipment.created`, as it was emitted.
pub const SHIPMENTS: Table = Table::new("shipments", crate::SERVICE, "orderId");

/// The table of shipments, to be read.
#[derive(Clone)]
pub struct Shipments {
    dynamodb: Client,
    table: String,
}

impl Shipments {
    /// The table of this name.
    #[must_use]
    pub fn new(dynamodb: Client, table: impl Into<String>) -> Self {
        Self {
            dynamodb,
            table: table.into(),
        }
    }

    /// The shipment of an order.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn of_order(&self, order_id: &str) -> Result<Option<ShipmentCreated>, Failure> {
        let get = self.dynamodb.get_item().table_name(&self.table);
        let get = get.key(SHIPMENTS.partition_key, AttributeValue::S(order_id.to_owned()));
        Ok(get.send().await?.item.map(from_item).transpose()?)
    }
}
