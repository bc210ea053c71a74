//! Giving money back (Stripe: API reference, create a refund).

use async_trait::async_trait;
use serde::Deserialize;
use tidings_core::Failure;

use super::{STRIPE, Stripe, refusal::Refusal};
use crate::RefundCharges;

/// What was given back already.
const DONE: &str = "charge_already_refunded";

#[derive(Deserialize)]
struct Made {
    /// `succeeded`, or `pending` while the bank of the card has not taken it; `failed` or `canceled` where it did not.
    #[serde(default)]
    status: Option<String>,
}

#[async_trait]
impl RefundCharges for Stripe {
    async fn refund(&self, charge_id: &str, key: &str) -> Result<(), Failure> {
        match self
            .post::<Made>("/v1/refunds", &[("charge", charge_id)], key)
            .await
        {
            Ok(Made { status: Some(status) }) if matches!(status.as_str(), "failed" | "canceled") => {
                let reason = format!("{STRIPE} could not give the charge back, and has the money: {status}");
                Err(Failure::permanent(reason).of_class("RefundFailed"))
            }
            Err(Refusal::Request { code: Some(code), .. }) if code == DONE => Ok(()),
            answered => Ok(answered.map(drop)?),
        }
    }
}
