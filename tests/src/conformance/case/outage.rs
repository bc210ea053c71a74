//! A failure that passes.

use anyhow::{Context as _, ensure};
use insights::track_analytics::ANALYTICS;
use storefront_contracts::Currency;

use super::{COUNT, Transport, billed_once, counted_once, mailed_once, orders};
use crate::{conformance::Shown, effects::Counted, eventually, tables::Shape};

const CURRENCY: Currency = Currency::EUR;

/// The table that `track-analytics` writes to is gone, until it has failed; the others do not notice.
pub async fn what_fails_for_a_while_comes_back_and_is_done(
    transport: &dyn Transport,
) -> anyhow::Result<Shown> {
    if !transport.own() {
        return Ok(Shown::Skipped(
            "a table would have to be deleted, and the endpoint is not the test's own",
        ));
    }
    let tables = transport.tables();
    transport.settled().await?;
    tables.delete(ANALYTICS.name).await?;
    let placed = orders(3, CURRENCY)?;
    transport.publish(&placed).await?;
    eventually("the failures are recorded", async || {
        let records = tables.records().await?;
        for event in &placed {
            let record = records
                .get(&(event.key(), COUNT.to_owned()))
                .context("no record")?;
            ensure!(
                record.last_error.is_some() && record.record_status != "completed",
                "{record:?}"
            );
        }
        Ok(())
    })
    .await?;
    tables.create(&Shape::from(&ANALYTICS)).await?;

    let records = tables.completed(&placed).await?;
    transport.settled().await?;
    for event in &placed {
        let record = &records[&(event.key(), COUNT.to_owned())];
        ensure!(record.attempts > 1, "it was done at once: {record:?}");
    }
    let nothing = Counted {
        orders: 0,
        revenue: 0,
    };
    counted_once(transport, CURRENCY, nothing, &placed).await?;
    billed_once(transport, &placed).await?;
    mailed_once(transport, &placed).await?;
    Ok(Shown::Yes)
}
