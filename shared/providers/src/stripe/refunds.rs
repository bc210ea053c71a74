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
    id: String,
    #[serde(default)]
    status: Option<String>,
}

impl Made {
    /// That the money is back (Stripe: API reference, the refund object). `pending` may still fail, so it is not; a status that is not told
    /// is one of a card's refund, which is there at once.
    fn given_back(self) -> Result<(), Failure> {
        match self.status.as_deref() {
            None | Some("succeeded") => Ok(()),
            Some(status @ ("failed" | "canceled")) => {
                let reason = format!("{STRIPE} could not give the charge back, and has the money: {status}");
                Err(Failure::permanent(reason).of_class("RefundFailed"))
            }
            Some("requires_action") => {
                let reason =
                    format!("{STRIPE} waits for the customer to say where the money goes: see to it there");
                Err(Failure::permanent(reason).of_class("RefundFailed"))
            }
            Some(_) => {
                let reason = format!(
                    "{STRIPE} has the refund pending; if it waits for long, see there, and redrive this when it is done"
                );
                Err(Failure::awaiting(reason))
            }
        }
    }
}

#[async_trait]
impl RefundCharges for Stripe {
    async fn refund(&self, charge_id: &str, key: &str) -> Result<(), Failure> {
        match self
            .post::<Made>("/v1/refunds", &[("charge", charge_id)], key)
            .await
        {
            // The answer to a key stays what it was first; how the refund stands by now, the refund says.
            Ok(Made {
                id,
                status: Some(status),
            }) if status == "pending" => {
                let path = format!("/v1/refunds/{id}");
                self.get::<Made>(&path, &[]).await?.given_back()
            }
            Ok(made) => made.given_back(),
            Err(Refusal::Request { code: Some(code), .. }) if code == DONE => Ok(()),
            Err(refusal) => Err(refusal.into()),
        }
    }
}
