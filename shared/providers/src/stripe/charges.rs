//! Charging (Stripe: API reference, create a charge).

use async_trait::async_trait;
use serde::Deserialize;
use tidings_core::Failure;

use super::{STRIPE, Stripe, amount, refusal::Refusal};
use crate::{Charge, ChargeCards, ChargeError};

#[derive(Deserialize)]
struct Made {
    id: String,
    status: Status,
    #[serde(default)]
    failure_code: Option<String>,
}

#[derive(Deserialize)]
struct Found {
    data: Vec<Made>,
}

/// What is charged later than it is asked for (a bank's debit) is `pending`, and may still fail.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Succeeded,
    Pending,
    Failed,
}

#[async_trait]
impl ChargeCards for Stripe {
    async fn charge(&self, charge: &Charge, key: &str) -> Result<String, ChargeError> {
        let refused = |code: &str| ChargeError::Refused {
            code: code.to_owned(),
        };
        let taken = amount::for_stripe(charge.amount, &charge.currency).map_err(refused)?;
        let form = [
            ("amount", taken.to_string()),
            ("currency", charge.currency.to_ascii_lowercase()),
            ("source", charge.card.clone()),
            ("description", format!("Order {}", charge.order_id)),
            ("metadata[order_id]", charge.order_id.clone()),
        ];
        let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
        match self.post::<Made>("/v1/charges", &form, key).await {
            Ok(made) => match made.status {
                Status::Succeeded => Ok(made.id),
                Status::Failed => Err(refused(made.failure_code.as_deref().unwrap_or("card_declined"))),
                // Not paid yet, and so nothing to send goods for. No card comes to this.
                Status::Pending => {
                    let reason = format!("{STRIPE} has the charge pending: it is not paid");
                    Err(ChargeError::Failed(
                        Failure::transient(reason).of_class("Pending"),
                    ))
                }
            },
            Err(Refusal::Payment(code)) => Err(ChargeError::Refused { code }),
            Err(Refusal::UnderWay(_)) => Err(ChargeError::UnderWay),
            Err(other) => Err(ChargeError::Failed(other.into())),
        }
    }

    /// By the order's id in the charge's metadata (Stripe: API reference, search charges; search query language).
    async fn find(&self, order_id: &str) -> Result<Option<String>, Failure> {
        if !order_id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            return Err(Failure::permanent("an order's id cannot be searched for").of_class("NoRequest"));
        }
        let query = format!("metadata['order_id']:'{order_id}' AND status:'succeeded'");
        let found: Found = self.get("/v1/charges/search", &[("query", &query)]).await?;
        Ok(found.data.into_iter().next().map(|made| made.id))
    }
}
