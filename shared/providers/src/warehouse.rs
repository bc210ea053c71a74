//! The warehouse.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tidings_core::Failure;

/// What the warehouse is to pack.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Parcel {
    /// The shipment.
    pub shipment_id: String,
    /// The order.
    pub order_id: String,
    /// Name and address; none where the customer collects it.
    pub to: Option<Value>,
    /// What is in it.
    pub items: Vec<Packed>,
}

/// An article of a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Packed {
    /// The article.
    pub sku: String,
    /// How many of it.
    pub quantity: u64,
}

/// A parcel that is not to go out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unwanted {
    /// The shipment.
    pub shipment_id: String,
    /// The order.
    pub order_id: String,
}

/// What the warehouse says of a parcel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Booked {
    /// Who carries it; nobody, where the customer collects it.
    #[serde(default)]
    pub carrier: Option<String>,
    /// The carrier's name for it.
    #[serde(default)]
    pub tracking: Option<String>,
}

/// Has parcels packed, and unpacked.
#[async_trait]
pub trait Warehouse: Send + Sync {
    /// Has one packed. With the same `key`, once, and with the same answer.
    ///
    /// # Errors
    /// Permanent where the warehouse refuses it, else transient.
    async fn pack(&self, parcel: &Parcel, key: &str) -> Result<Booked, Failure>;

    /// Has one unpacked, or not packed at all. With the same `key`, once. A parcel of which the warehouse knows nothing is none to unpack, and no error.
    ///
    /// # Errors
    /// Permanent where the warehouse refuses it, because the parcel has left; else transient.
    async fn unpack(&self, parcel: &Unwanted, key: &str) -> Result<(), Failure>;
}
