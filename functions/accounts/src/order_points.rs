//! What each order has earned: a row an order, by which its points are awarded once, and withdrawn once if it is called off.
//!
//! Whichever comes first of `order.placed` and `order.cancelled`, the row decides: where it says that the order is called off, nothing is awarded, and
//! where there are points, they are taken back.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::from_item;
use storefront_contracts::Money;
use tidings_core::{Failure, catalogue::Table};

/// The rows, by order.
pub const ORDER_POINTS: Table = Table::new("order-points", crate::SERVICE, "orderId");

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Earned {
    pub(crate) order_id: String,
    /// What the order has earned; nothing where it is called off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) points: Option<Points>,
}

/// Points, and the account that they were put into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Points {
    pub(crate) account_id: String,
    pub(crate) amount: Money,
}

impl Earned {
    /// The row of an order that is called off.
    pub(crate) fn nothing(order_id: String) -> Self {
        let points = None;
        Self { order_id, points }
    }
}

/// The table of them, to be read.
#[derive(Clone)]
pub struct OrderPoints {
    dynamodb: Client,
    table: String,
}

impl OrderPoints {
    /// The table of this name.
    #[must_use]
    pub fn new(dynamodb: Client, table: impl Into<String>) -> Self {
        let table = table.into();
        Self { dynamodb, table }
    }

    /// What the order has earned by now; none where neither its points nor its cancellation have been seen.
    pub(crate) async fn of_order(&self, order_id: &str) -> Result<Option<Earned>, Failure> {
        let get = self.dynamodb.get_item().table_name(&self.table);
        let get = get.key(ORDER_POINTS.partition_key, AttributeValue::S(order_id.to_owned()));
        Ok(get
            .consistent_read(true)
            .send()
            .await?
            .item
            .map(from_item)
            .transpose()?)
    }
}
