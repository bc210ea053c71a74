//! What must be there once when everything is done, whatever went wrong on the way.

use std::collections::HashSet;

use storefront_contracts::Currency;
use tidings_core::Envelope;

use crate::{Stack, effects::Counted, eventually, orders::order_of, tap::Tap};

/// Each order has its invoice, and all of them are counted. No other order is in this currency.
///
/// # Errors
/// When a table does not answer.
///
/// # Panics
/// When that is not so.
pub async fn billed_and_counted_once(
    stack: &Stack,
    events: &[Envelope],
    currency: Currency,
) -> anyhow::Result<()> {
    let orders = events.iter().map(order_of).collect::<anyhow::Result<Vec<_>>>()?;
    let revenue = orders.iter().map(|order| order.total.amount).sum();
    let counted = Counted {
        orders: orders.len() as i64,
        revenue,
    };
    assert_eq!(stack.counted(currency).await?, counted);
    let invoices = stack.invoices().await?;
    for order in orders {
        assert_eq!(
            invoices.get(&order.order_id).map_or(0, Vec::len),
            1,
            "invoices for {}",
            order.order_id
        );
    }
    Ok(())
}

/// Each event has caused one `invoice.created` on the topic; they.
///
/// # Errors
/// When one does not come.
///
/// # Panics
/// When there are more.
pub async fn invoiced_once(tap: &mut Tap<'_>, events: &[Envelope]) -> anyhow::Result<Vec<Envelope>> {
    let ours: HashSet<_> = events.iter().map(|event| event.id.as_str()).collect();
    let caused = |event: &Envelope| {
        event
            .causationid
            .as_deref()
            .is_some_and(|cause| ours.contains(cause))
    };
    let invoiced = tap.wait("invoice.created", events.len(), caused).await?;
    assert_eq!(
        invoiced.len(),
        events.len(),
        "no invoice.created is lost, none is made twice"
    );
    Ok(invoiced)
}

/// Each `invoice.created` was entered into the outbox once, and is marked as published.
///
/// # Errors
/// When one is not marked.
pub async fn published_from_the_outbox(stack: &Stack, invoiced: &[Envelope]) -> anyhow::Result<()> {
    eventually("every outbox entry is marked as published", async || {
        let entries = stack.outbox().await?;
        for event in invoiced {
            let entries = entries.get(&event.id).map_or(&[][..], Vec::as_slice);
            anyhow::ensure!(
                entries.len() == 1,
                "{} entries of the event {}",
                entries.len(),
                event.id
            );
            anyhow::ensure!(
                entries[0]["published_at"].is_i64(),
                "{} is not marked as published",
                event.id
            );
        }
        Ok(())
    })
    .await
}
