//! Customers: who is shipped to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidings_core::{Event, Personal};

/// `customer.updated`: what the shop knows of a customer, whole. Whoever keeps the newest one needs to ask nobody (event-carried state
/// transfer).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerUpdated {
    /// The customer; as a user they have the same id.
    pub customer_id: String,
    /// Whom parcels are addressed to.
    pub name: Personal<String>,
    /// Where mail reaches them.
    pub email: Personal<String>,
    /// Where the carrier reaches them, if they said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Personal<String>>,
    /// Where parcels go.
    pub address: Personal<PostalAddress>,
}

/// Where parcels go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostalAddress {
    /// Street and number, and what else the first lines hold.
    pub lines: Vec<String>,
    /// Empty where the country has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(extend("default" = ""))]
    pub postal_code: String,
    /// The town.
    pub city: String,
    /// ISO 3166-1, two letters.
    pub country: String,
}

impl Event for CustomerUpdated {
    const TYPE: &'static str = "customer.updated";
    const AGGREGATE: &'static str = "customer";
    const MAY_BE_LARGE: bool = false;

    fn aggregate_id(&self) -> &str {
        &self.customer_id
    }

    fn person(&self) -> Option<&str> {
        Some(&self.customer_id)
    }
}
