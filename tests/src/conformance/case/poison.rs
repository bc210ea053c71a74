//! What cannot be handled.

use anyhow::ensure;
use storefront_contracts::Currency;
use tidings_core::Envelope;
use uuid::Uuid;

use super::{COUNT, MAIL, Transport, counted_once, mailed_once, orders};
use crate::{conformance::Shown, stack::CONSUMERS};

const CURRENCY: Currency = Currency::DKK;

/// A text that is no event, a wrong shape, and an event that asks for a newer reader; each between events that are sound.
pub async fn poison_ends_with_its_cause_in_the_dead_letters_of_who_got_it_and_its_neighbours_are_done(
    transport: &dyn Transport,
) -> anyhow::Result<Shown> {
    let before = transport.tables().counted(CURRENCY).await?;
    let sound = orders(9, CURRENCY)?;
    let altered = |from: &str, to: &str| -> anyhow::Result<Envelope> {
        let text = orders(1, CURRENCY)?.remove(0).to_json();
        ensure!(text.contains(from), "{text} has no {from}");
        Ok(Envelope::parse(&text.replace(from, to))?)
    };
    let shapeless = altered(r#""orderId":"#, r#""orderNumber":"#)?;
    let newer = altered(r#""minreader":1"#, r#""minreader":9"#)?;
    let text = format!("no event at all {}", Uuid::new_v4());

    transport.publish(&sound[..3]).await?;
    transport
        .publish(&[shapeless.clone(), sound[3].clone(), newer.clone()])
        .await?;
    transport.send(MAIL, &text).await?;
    transport.send(COUNT, &text).await?;
    transport.publish(&sound[4..]).await?;

    for consumer in CONSUMERS {
        let wrong = "the data of order.placed version 2 has a wrong shape: missing field `orderId`";
        is_set_aside(transport, consumer, &shapeless.to_json(), &shapeless.key(), wrong).await?;
        let asks = "order.placed asks for a reader of version 9";
        is_set_aside(transport, consumer, &newer.to_json(), &newer.key(), asks).await?;
    }
    for consumer in [MAIL, COUNT] {
        is_set_aside(transport, consumer, &text, "", "the body is no JSON object").await?;
    }
    transport
        .tables()
        .completed(&[&sound[..3], &sound[4..], &sound[3..4]].concat())
        .await?;
    transport.settled().await?;
    counted_once(transport, CURRENCY, before, &sound).await?;
    mailed_once(transport, &sound).await?;
    Ok(Shown::Yes)
}

async fn is_set_aside(
    transport: &dyn Transport,
    consumer: &str,
    body: &str,
    event: &str,
    reason: &str,
) -> anyhow::Result<()> {
    let letter = transport.dead_letter(consumer, body).await?;
    ensure!(
        letter.attribute("reason").starts_with(reason),
        "not because of {reason:?}: {letter:?}"
    );
    ensure!(
        letter.attribute("consumer") == consumer,
        "not from {consumer}: {letter:?}"
    );
    ensure!(letter.attribute("event") == event, "not of {event:?}: {letter:?}");
    ensure!(
        letter.attribute("attempts") == "1",
        "it was tried in vain: {letter:?}"
    );
    Ok(())
}
