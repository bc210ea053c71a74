//! Invoices.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidings_core::{Event, Upcast};

use crate::{Item, Money};

/// `invoice.created`: an order was billed. All that the invoice says is in it, so no setting that changes later changes an invoice that was issued.
///
/// Version 1 did not tell the rate of the tax: its document said what was set when it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// The rate of the tax that the prices include, in basis points (1900 is 19 %); not told by version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_rate: Option<u32>,
}

impl Event for InvoiceCreated {
    const TYPE: &'static str = "invoice.created";
    const VERSION: u32 = 2;
    const AGGREGATE: &'static str = "invoice";

    fn aggregate_id(&self) -> &str {
        &self.invoice_id
    }

    fn upcast<U: Upcast<Self>>(version: u32, older: U) -> Option<U::Outcome> {
        (version == 1).then(|| older.as_it_is())
    }
}
