//! Shipments: what the warehouse has taken on, an item an order, written by `create-shipment`. Nothing personal is in it.
//!
//! Of an order that is called off there is a mark instead, written by `call-off-shipment`.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde::Serialize;
use serde_dynamo::aws_sdk_dynamodb_1::from_item;
use storefront_contracts::ShipmentCreated;
use tidings_aws::{ConfigError, Setting, transaction::Item};
use tidings_core::{Failure, catalogue::Table};

/// The shipments, by order: `shipment.created`, as it was emitted, or a [`CalledOff`].
pub const SHIPMENTS: Table = Table::new("shipments", crate::SERVICE, "orderId");

/// The attribute that a shipment has, and a mark has not.
pub(crate) const SHIPMENT: &str = "shipmentId";

/// The mark of an order of which nothing is to be packed any more.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CalledOff {
    pub(crate) order_id: String,
}

/// How an order stands with the warehouse, as far as shipping knows.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// It is not packed. It may be being packed in this moment.
    Open,
    /// It is packed.
    Packed(ShipmentCreated),
    /// It is called off.
    CalledOff,
}

/// How the parcel of an order is called. There is one.
pub(crate) fn shipment_of(order_id: &str) -> String {
    format!("shp-{order_id}")
}

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

    /// The shipments, as a function that uses them is set up.
    ///
    /// # Errors
    /// When the function does not declare that it uses them.
    pub fn of(setting: &Setting) -> Result<Self, ConfigError> {
        Ok(Self::new(setting.dynamodb(), setting.table(&SHIPMENTS)?))
    }

    /// The shipment of an order.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn of_order(&self, order_id: &str) -> Result<Option<ShipmentCreated>, Failure> {
        let row = self.row(order_id, false).await?;
        let shipment = row.filter(|row| row.contains_key(SHIPMENT));
        Ok(shipment.map(from_item).transpose()?)
    }

    /// How the order stands, read strongly consistent.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn standing(&self, order_id: &str) -> Result<Standing, Failure> {
        match self.row(order_id, true).await? {
            None => Ok(Standing::Open),
            Some(row) if row.contains_key(SHIPMENT) => Ok(Standing::Packed(from_item(row)?)),
            Some(_) => Ok(Standing::CalledOff),
        }
    }

    async fn row(&self, order_id: &str, consistent: bool) -> Result<Option<Item>, Failure> {
        let get = self.dynamodb.get_item().table_name(&self.table);
        let get = get.key(SHIPMENTS.partition_key, AttributeValue::S(order_id.to_owned()));
        Ok(get.consistent_read(consistent).send().await?.item)
    }
}
