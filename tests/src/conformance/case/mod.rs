//! The cases, a file each. Each uses events, and a currency, of its own.

pub mod caused;
pub mod duplicate;
pub mod fan_out;
pub mod outage;
pub mod poison;
pub mod redriven;
pub mod struck;

use anyhow::ensure;
use storefront_contracts::Currency;
use tidings_core::{Consumer as _, Envelope};

use super::Transport;
use crate::{
    effects::Counted,
    orders::{order_of, order_placed},
};

const MAIL: &str = notifications::SendOrderConfirmation::NAME;
const COUNT: &str = insights::TrackAnalytics::NAME;

fn orders(count: u32, currency: Currency) -> anyhow::Result<Vec<Envelope>> {
    (0..count).map(|number| order_placed(number, currency)).collect()
}

/// What was counted in the currency since `before` is these orders, each once.
async fn counted_once(
    transport: &dyn Transport,
    currency: Currency,
    before: Counted,
    orders: &[Envelope],
) -> anyhow::Result<()> {
    let totals = orders.iter().map(|event| Ok(order_of(event)?.total.amount));
    let revenue: i64 = totals.sum::<anyhow::Result<_>>()?;
    let now = transport.tables().counted(currency).await?;
    let counted = Counted {
        orders: now.orders - before.orders,
        revenue: now.revenue - before.revenue,
    };
    let expected = Counted {
        orders: orders.len() as i64,
        revenue,
    };
    ensure!(
        counted == expected,
        "{counted:?} was counted instead of {expected:?}"
    );
    Ok(())
}

/// Each order has one invoice, and one `invoice.created` in the outbox.
async fn billed_once(transport: &dyn Transport, orders: &[Envelope]) -> anyhow::Result<()> {
    let (invoices, outbox) = (
        transport.tables().invoices().await?,
        transport.tables().outbox().await?,
    );
    for event in orders {
        let order = order_of(event)?.order_id;
        let count = invoices.get(&order).map_or(0, Vec::len);
        ensure!(count == 1, "{count} invoices for {order}");
        let caused = outbox.values().flatten();
        let caused = caused
            .map(|entry| &entry["envelope"])
            .filter(|caused| {
                caused["causationid"] == event.id.as_str() && caused["type"] == "invoice.created"
            })
            .count();
        ensure!(
            caused == 1,
            "{caused} invoice.created in the outbox because of {order}"
        );
    }
    Ok(())
}

/// How often each order's mail went out, where that can be seen.
async fn mails(transport: &dyn Transport, orders: &[Envelope]) -> anyhow::Result<Option<Vec<usize>>> {
    let mut counts = Vec::with_capacity(orders.len());
    for event in orders {
        let subject = format!("Your order {}", order_of(event)?.order_id);
        match transport.mails(&subject).await? {
            Some(count) => counts.push(count),
            None => return Ok(None),
        }
    }
    Ok(Some(counts))
}

/// Each order's mail went out once, where that can be seen.
async fn mailed_once(transport: &dyn Transport, orders: &[Envelope]) -> anyhow::Result<()> {
    match mails(transport, orders).await? {
        Some(counts) => ensure!(
            counts.iter().all(|count| *count == 1),
            "mails an order: {counts:?}"
        ),
        None => println!("{}: SKIPPED: mails cannot be counted here", transport.name()),
    }
    Ok(())
}
