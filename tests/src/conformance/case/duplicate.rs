//! The same event, more than once.

use anyhow::ensure;
use storefront_contracts::Currency;

use super::{COUNT, MAIL, Transport, billed_once, counted_once, mailed_once, orders};
use crate::conformance::Shown;

const CURRENCY: Currency = Currency::BRL;

/// Published twice at once, and again when it is done; and as new messages of two queues.
pub async fn a_duplicate_is_recognised_and_its_effect_happens_once(
    transport: &dyn Transport,
) -> anyhow::Result<Shown> {
    let before = transport.tables().counted(CURRENCY).await?;
    let placed = orders(8, CURRENCY)?;
    transport.publish(&[&placed[..], &placed[..]].concat()).await?;
    let first = transport.tables().completed(&placed).await?;
    transport.publish(&placed).await?;
    transport.send(COUNT, &placed[0].to_json()).await?;
    transport.send(MAIL, &placed[0].to_json()).await?;
    transport.settled().await?;

    counted_once(transport, CURRENCY, before, &placed).await?;
    billed_once(transport, &placed).await?;
    mailed_once(transport, &placed).await?;
    let records = transport.tables().records().await?;
    // Others than the three may still have been at it.
    let completed = first.into_iter().filter(|(_, record)| record.is_completed());
    for (key, record) in completed {
        ensure!(
            records.get(&key) == Some(&record),
            "what was completed changed: {key:?}"
        );
    }
    Ok(Shown::Yes)
}
