//! A dead letter, put back.

use anyhow::{Context as _, ensure};
use aws_sdk_dynamodb::types::AttributeValue;
use insights::{
    Spread,
    track_analytics::{ANALYTICS, SPREAD},
};
use jiff::Timestamp;
use storefront_contracts::Currency;
use tidings_core::{Context, Envelope};

use super::{COUNT, Transport, billed_once, counted_once, mailed_once, orders};
use crate::{conformance::Shown, effects::Counted, eventually};

const CURRENCY: Currency = Currency::ISK;

/// A counter that is no number fails `track-analytics` for good, until somebody mends it. A redrive gives the message a new
/// id (AWS: SQS dead-letter queue redrive), so what knows it again is the event's own.
pub async fn a_redriven_dead_letter_is_done_once_however_often_it_is_redriven(
    transport: &dyn Transport,
) -> anyhow::Result<Shown> {
    let placed = orders(1, CURRENCY)?;
    let before = transport.tables().counted(CURRENCY).await?;
    ensure!(
        before.orders == 0,
        "{before:?}: somebody else orders in this currency"
    );
    spoil(transport, &placed[0]).await?;
    transport.publish(&placed).await?;
    let letter = transport.dead_letter(COUNT, &placed[0].to_json()).await?;
    ensure!(letter.attribute("event") == placed[0].key(), "{letter:?}");
    mend(transport, &placed[0]).await?;

    transport.send(COUNT, &letter.body).await?;
    transport.tables().completed(&placed).await?;
    for _ in 0..2 {
        transport.send(COUNT, &letter.body).await?;
    }
    transport.settled().await?;
    counted_once(
        transport,
        CURRENCY,
        Counted {
            orders: 0,
            revenue: 0,
        },
        &placed,
    )
    .await?;
    billed_once(transport, &placed).await?;
    mailed_once(transport, &placed).await?;
    let record = transport.tables().records().await?;
    let record = record
        .get(&(placed[0].key(), COUNT.to_owned()))
        .context("no record")?;
    ensure!(record.attempts == 2, "once in vain and once well: {record:?}");
    Ok(Shown::Yes)
}

fn counter(order: &Envelope) -> anyhow::Result<[(String, AttributeValue); 2]> {
    let day = order
        .time
        .context("an event without time")?
        .strftime("%F")
        .to_string();
    let delivery = Context {
        envelope: order.clone(),
        consumer: COUNT,
        attempt: 1,
        now: Timestamp::UNIX_EPOCH,
    };
    let (place, row) = SPREAD.place(&delivery);
    let metric = Spread::key("orders", place);
    let bucket = Spread::key(format!("{day}#{}", CURRENCY.code()), row);
    let text = |name: &str, value: String| (name.to_owned(), AttributeValue::S(value));
    Ok([text("metric", metric), text("bucket", bucket)])
}

async fn spoil(transport: &dyn Transport, order: &Envelope) -> anyhow::Result<()> {
    let tables = transport.tables();
    let put = tables
        .dynamodb
        .put_item()
        .table_name(tables.table(ANALYTICS.name));
    let put = put.set_item(Some(counter(order)?.into()));
    put.item("orders", AttributeValue::S("no number".into()))
        .send()
        .await?;
    Ok(())
}

async fn mend(transport: &dyn Transport, order: &Envelope) -> anyhow::Result<()> {
    let tables = transport.tables();
    let delete = tables
        .dynamodb
        .delete_item()
        .table_name(tables.table(ANALYTICS.name));
    delete.set_key(Some(counter(order)?.into())).send().await?;
    eventually("the counter is gone", async || {
        let get = tables
            .dynamodb
            .get_item()
            .table_name(tables.table(ANALYTICS.name))
            .consistent_read(true);
        let there = get.set_key(Some(counter(order)?.into())).send().await?.item;
        ensure!(there.is_none(), "it is there");
        Ok(())
    })
    .await
}
