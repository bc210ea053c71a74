//! Charging (Stripe: API reference, create a charge, retrieve a charge, search charges).

use async_trait::async_trait;
use serde::Deserialize;
use tidings_core::Failure;

use super::{
    STRIPE, Stripe, amount,
    refusal::Refusal,
    standing::{Made, Standing},
};
use crate::{Charge, ChargeCards, ChargeError, Found};

#[derive(Deserialize)]
struct Several {
    data: Vec<Made>,
}

#[async_trait]
impl ChargeCards for Stripe {
    async fn charge(&self, charge: &Charge, key: &str) -> Result<String, ChargeError> {
        let taken = amount::for_stripe(charge.amount, &charge.currency).map_err(refused)?;
        let form = [
            ("amount", taken.to_string()),
            ("currency", charge.currency.to_ascii_lowercase()),
            ("source", charge.card.clone()),
            ("description", format!("Order {}", charge.order_id)),
            ("metadata[order_id]", charge.order_id.clone()),
        ];
        let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
        let (made, heard_before) = self.post_or_hear_again::<Made>("/v1/charges", &form, key).await?;
        if !heard_before && made.standing() != Standing::Pending {
            return charged(made);
        }
        // The answer to a key stays what it was first; how the charge stands by now, the charge says: it may be paid, or given back.
        charged(self.get(&format!("/v1/charges/{}", made.id), &[]).await?)
    }

    /// By the order's id in the charge's metadata (Stripe: API reference, search charges; search query language).
    async fn find(&self, order_id: &str) -> Result<Found, Failure> {
        if !order_id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            return Err(Failure::permanent("an order's id cannot be searched for").of_class("NoRequest"));
        }
        let query = format!("metadata['order_id']:'{order_id}'");
        let found: Several = self.get("/v1/charges/search", &[("query", &query)]).await?;
        let mut may_come = false;
        for made in found.data {
            match made.standing() {
                Standing::Paid => return Ok(Found::Paid(made.id)),
                Standing::Pending => may_come = true,
                Standing::Refused(_) => {}
            }
        }
        Ok(if may_come { Found::Pending } else { Found::Nothing })
    }
}

/// The name of a charge that is paid.
fn charged(made: Made) -> Result<String, ChargeError> {
    match made.standing() {
        Standing::Paid => Ok(made.id),
        Standing::Refused(code) => Err(ChargeError::Refused { code }),
        Standing::Pending => {
            let reason = format!("{STRIPE} has the charge pending: it is not paid, and may be yet");
            Err(ChargeError::Failed(
                Failure::transient(reason).of_class("Pending"),
            ))
        }
    }
}

fn refused(code: &str) -> ChargeError {
    ChargeError::Refused {
        code: code.to_owned(),
    }
}

impl From<Refusal> for ChargeError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Payment(code) => Self::Refused { code },
            Refusal::UnderWay(_) => Self::UnderWay,
            other => Self::Failed(other.into()),
        }
    }
}
