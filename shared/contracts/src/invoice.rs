//! Invoices.

use serde::{Deserialize, Serialize};
use tidings_core::Event;

use crate::{Item, Money};

/// `invoice.created`: an order was billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceCreated {
    /// The invoice.
    pub invoice_id: String,
    /// The order that it bills.
    pub order_id: String,
    /// Who is billed.
    pub user_id: String,
    /// What is billed.
    pub total: Money,
    /// The lines of the order.
    pub items: Vec<Item>,
}

impl Event for InvoiceCreated {
    const TYPE: &'static str = "invoice.created";
    const AGGREGATE: &'static str = "invoice";

    fn aggregate_id(&self) -> &str {
        &self.invoice_id
    }
}
