//! The checkout as it was: whatever an order brings about is done before it answers, one after another, and what fails fails the order.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde::Serialize;

use super::{operations::reactions, shop::Shop};

/// One checkout.
pub struct Checkout {
    /// How long the customer has waited.
    pub answered: Duration,
    /// What failed it; none where the order was taken.
    pub failed: Option<Failed>,
}

/// The operation that failed an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failed {
    pub consumer: &'static str,
    /// Why, as the consumer has said it.
    pub cause: String,
}

/// Reserves, charges and records as today, and then calls every consumer's function itself.
pub async fn checkout(shop: &Shop) -> anyhow::Result<Checkout> {
    let began = Instant::now();
    let order = shop.order().await?;
    let events = shop.stated("order").await?;
    let placed = events
        .iter()
        .find(|event| event.subject.as_deref() == Some(&order))
        .context("the order was not kept")?;
    let mut failed = None;
    for consumer in reactions() {
        if let Err(error) = shop.system.hand(consumer, placed).await {
            let cause = error.to_string();
            failed = Some(Failed { consumer, cause });
            break;
        }
    }
    Ok(Checkout {
        answered: began.elapsed(),
        failed,
    })
}
