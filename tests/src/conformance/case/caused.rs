//! An event because of an event.

use anyhow::ensure;
use storefront_contracts::{Currency, InvoiceCreated};
use tidings_core::{Envelope, Incoming as _};

use super::{Transport, orders};
use crate::{conformance::Shown, eventually, orders::order_of};

/// `create-invoice` emits `invoice.created`, which goes through the outbox to the topic.
pub async fn an_event_caused_by_another_says_so(transport: &dyn Transport) -> anyhow::Result<Shown> {
    let placed = orders(5, Currency::CAD)?;
    transport.publish(&placed).await?;
    for cause in &placed {
        let caused = |event: &Envelope| {
            event.event_type == "invoice.created" && event.causationid.as_deref() == Some(cause.id.as_str())
        };
        let caused = eventually("the event that it causes is published", async || {
            let heard = transport.heard().await?;
            let mut caused = heard.into_iter().filter(|event| caused(event));
            caused
                .next()
                .ok_or_else(|| anyhow::anyhow!("nothing because of {}", cause.id))
        })
        .await?;
        ensure!(
            caused.event_type == "invoice.created",
            "it causes {}",
            caused.event_type
        );
        ensure!(
            caused.correlationid == cause.correlationid,
            "it is of another chain"
        );
        ensure!(caused.hops == cause.hops + 1, "it is {} hops away", caused.hops);
        let (invoice, order) = (InvoiceCreated::decode(&caused)?, order_of(cause)?);
        ensure!(
            (invoice.order_id, invoice.total) == (order.order_id, order.total),
            "it tells of another order"
        );
    }
    transport.settled().await?;
    Ok(Shown::Yes)
}
