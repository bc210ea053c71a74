//! Consumers that end while they work.

use std::{collections::HashSet, time::Duration};

use anyhow::{bail, ensure};
use storefront_contracts::Currency;
use tidings_core::Envelope;

use super::{Transport, billed_once, counted_once, mails, orders};
use crate::{
    conformance::{Shown, Strike},
    eventually::every,
    records::Records,
    stack::CONSUMERS,
};

const ORDERS: u32 = 60;
/// A strike may come too late; so often it is tried.
const STRIKES: u32 = 5;

/// Told to stop, they leave no record in progress.
pub async fn a_consumer_that_is_stopped_finishes_what_it_has_in_hand_and_nothing_is_lost(
    transport: &dyn Transport,
) -> anyhow::Result<Shown> {
    let (shown, records) = struck(transport, Strike::Stop, Currency::HUF).await?;
    let in_progress = records
        .values()
        .filter(|record| record.record_status == "in_progress");
    let in_progress: Vec<_> = in_progress.collect();
    ensure!(in_progress.is_empty(), "left in the middle: {in_progress:?}");
    Ok(shown)
}

/// Killed, they leave what SQS hands out again; only a mail can go out twice, and only where sending it was cut off.
pub async fn a_consumer_that_is_killed_in_the_middle_loses_nothing(
    transport: &dyn Transport,
) -> anyhow::Result<Shown> {
    Ok(struck(transport, Strike::Kill, Currency::INR).await?.0)
}

/// Strikes while orders are being handled, lets consumers begin anew, and looks at everything afterwards. Answers what was
/// recorded at the strike.
async fn struck(
    transport: &dyn Transport,
    strike: Strike,
    currency: Currency,
) -> anyhow::Result<(Shown, Records)> {
    let before = transport.tables().counted(currency).await?;
    let (mut placed, mut cut_off) = (Vec::new(), HashSet::new());
    for _ in 0..STRIKES {
        let fresh = orders(ORDERS, currency)?;
        transport.publish(&fresh).await?;
        placed.extend(fresh.iter().cloned());
        begun(transport, &fresh).await?;
        if let skipped @ Shown::Skipped(_) = transport.strike(strike).await? {
            transport.tables().completed(&placed).await?;
            transport.settled().await?;
            return Ok((skipped, Records::new()));
        }
        let at_strike = of(transport.tables().records().await?, &fresh);
        cut_off.extend(
            at_strike
                .values()
                .filter(|r| r.record_status == "in_progress")
                .map(|r| r.event.clone()),
        );
        transport.begin().await?;
        let done = at_strike
            .values()
            .filter(|record| record.record_status == "completed")
            .count();
        if done == fresh.len() * CONSUMERS.len() {
            continue;
        }
        println!(
            "{}: {strike:?} with {done} of {} deliveries done",
            transport.name(),
            fresh.len() * CONSUMERS.len()
        );
        transport.tables().completed(&placed).await?;
        transport.settled().await?;
        counted_once(transport, currency, before, &placed).await?;
        billed_once(transport, &placed).await?;
        for (event, count) in placed
            .iter()
            .zip(mails(transport, &placed).await?.into_iter().flatten())
        {
            let once = count == 1 || (count > 1 && cut_off.contains(&event.key()));
            ensure!(once, "{count} mails for {}", event.key());
        }
        return Ok((Shown::Yes, at_strike));
    }
    bail!("{STRIKES} strikes came too late: everything was done")
}

/// Waits until something is recorded of these events.
async fn begun(transport: &dyn Transport, events: &[Envelope]) -> anyhow::Result<()> {
    every(Duration::from_millis(10), "the consumers begin", async || {
        let records = of(transport.tables().records().await?, events);
        ensure!(!records.is_empty(), "nothing is recorded");
        Ok(())
    })
    .await
}

fn of(mut records: Records, events: &[Envelope]) -> Records {
    let keys: HashSet<_> = events.iter().map(Envelope::key).collect();
    records.retain(|(event, _), _| keys.contains(event));
    records
}
