//! Who gets an event.

use anyhow::ensure;
use storefront_contracts::Currency;
use tidings_core::Envelope;

use super::{Transport, billed_once, counted_once, mailed_once, orders};
use crate::{conformance::Shown, stack::CONSUMERS};

const CURRENCY: Currency = Currency::AUD;

/// Three consumers take `order.placed`; nobody takes the other event, which is published before.
pub async fn an_event_reaches_every_consumer_that_takes_it_and_no_other(
    transport: &dyn Transport,
) -> anyhow::Result<Shown> {
    let before = transport.tables().counted(CURRENCY).await?;
    let placed = orders(12, CURRENCY)?;
    let other = orders(1, CURRENCY)?.remove(0);
    let other = Envelope::parse(&other.to_json().replace("order.placed", "order.archived"))?;
    transport.publish(std::slice::from_ref(&other)).await?;
    transport.publish(&placed).await?;

    transport.tables().completed(&placed).await?;
    transport.settled().await?;
    counted_once(transport, CURRENCY, before, &placed).await?;
    billed_once(transport, &placed).await?;
    mailed_once(transport, &placed).await?;

    let records = transport.tables().records().await?;
    ensure!(
        !records.keys().any(|(event, _)| *event == other.key()),
        "somebody got the other event"
    );
    for consumer in CONSUMERS {
        let letters = transport.dead_letters(consumer).await?;
        ensure!(letters == 0, "{consumer} set {letters} messages aside");
    }
    Ok(Shown::Yes)
}
