//! Charging (Stripe: API reference, create a charge).

use async_trait::async_trait;
use serde::Deserialize;

use super::{Stripe, amount, refusal::Refusal};
use crate::{Charge, ChargeCards, ChargeError};

#[derive(Deserialize)]
struct Made {
    id: String,
    status: Status,
    #[serde(default)]
    failure_code: Option<String>,
}

/// Only what is charged later than it is asked for is `pending`, which no card is; it may still fail.
#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Status {
    Succeeded,
    Pending,
    Failed,
}

#[async_trait]
impl ChargeCards for Stripe {
    async fn charge(&self, charge: &Charge, key: &str) -> Result<String, ChargeError> {
        let taken = amount::for_stripe(charge.amount, &charge.currency).map_err(ChargeError::Failed)?;
        let form = [
            ("amount", taken.to_string()),
            ("currency", charge.currency.to_ascii_lowercase()),
            ("source", charge.card.clone()),
            ("description", format!("Order {}", charge.order_id)),
            ("metadata[order_id]", charge.order_id.clone()),
        ];
        let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
        match self.post::<Made>("/v1/charges", &form, key).await {
            Ok(made) if made.status == Status::Failed => Err(ChargeError::Declined {
                code: made.failure_code.unwrap_or_else(|| "card_declined".to_owned()),
            }),
            Ok(made) => Ok(made.id),
            Err(Refusal::Card(code)) => Err(ChargeError::Declined { code }),
            Err(other) => Err(ChargeError::Failed(other.into())),
        }
    }
}
