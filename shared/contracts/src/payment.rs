//! Payments.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidings_core::Event;

use crate::Money;

/// `payment.processed`: an order's card was charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentProcessed {
    /// The payment.
    pub payment_id: String,
    /// What was paid for.
    pub order_id: String,
    /// Who paid.
    pub user_id: String,
    /// How much.
    pub amount: Money,
    /// The payment provider's name for the charge, by which it can be refunded.
    pub charge_id: String,
}

/// `payment.refused`: an order's card was not charged, because whoever issued it would not have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRefused {
    /// The payment that was tried.
    pub payment_id: String,
    /// What was to be paid for.
    pub order_id: String,
    /// Who was to pay.
    pub user_id: String,
    /// How much.
    pub amount: Money,
    /// Why, in the payment provider's word (Stripe: decline codes, `insufficient_funds`).
    pub code: String,
}

impl Event for PaymentProcessed {
    const TYPE: &'static str = "payment.processed";
    const AGGREGATE: &'static str = "payment";
    const MAY_BE_LARGE: bool = false;

    fn aggregate_id(&self) -> &str {
        &self.payment_id
    }
}

impl Event for PaymentRefused {
    const TYPE: &'static str = "payment.refused";
    const AGGREGATE: &'static str = "payment";
    const MAY_BE_LARGE: bool = false;

    fn aggregate_id(&self) -> &str {
        &self.payment_id
    }
}
