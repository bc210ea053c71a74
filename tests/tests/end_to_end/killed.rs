//! Function processes killed in the middle of their batches.

use std::{collections::HashSet, time::Duration};

use anyhow::ensure;
use storefront_contracts::Currency;
use tidings_core::{Consumer as _, Envelope};
use tidings_tests::{
    Stack,
    effects::Counted,
    emulator::Emulator,
    eventually::every,
    orders::{order_of, order_placed},
    processes::{Frozen, VISIBLE},
    records::{Record, Records},
    stack::CONSUMERS,
    tap::Tap,
};
use tokio::time::sleep;

const KILLS: u32 = 4;
const ORDERS_A_KILL: u32 = 60;
const CURRENCY: Currency = Currency::SEK;
/// A process that stands still has no request under way after this time: the emulator has answered all.
const ANSWERED: Duration = Duration::from_millis(150);

#[tokio::test]
async fn killing_functions_in_the_middle_of_a_batch_loses_nothing_and_repeats_nothing_completed()
-> anyhow::Result<()> {
    let stack = Stack::open("killed").await?;
    let (Some(emulator), true) = (stack.emulator(), VISIBLE) else {
        eprintln!("SKIPPED: the functions' processes are not those of an emulator of our own on Linux.");
        return Ok(());
    };
    let mut tap = Tap::open(&stack).await?;
    let (mut events, mut kills) = (Vec::new(), Vec::new());
    for kill in 0..KILLS {
        let numbers = kill * ORDERS_A_KILL..(kill + 1) * ORDERS_A_KILL;
        let orders = numbers
            .map(|number| order_placed(number, CURRENCY))
            .collect::<anyhow::Result<Vec<_>>>()?;
        stack.publish(&orders).await?;
        events.extend(orders);
        kills.push(kill_in_the_middle(&stack, emulator, &kills).await?);
    }

    let records = stack.completed(&events).await?;
    stack.drained().await?;
    nothing_completed_was_repeated(&kills, &records);
    effects_are_there_once(&stack, &events).await?;
    mails_are_there(&stack, &events, &kills)?;
    let ours: HashSet<_> = events.iter().map(|event| event.id.clone()).collect();
    let caused = |event: &Envelope| {
        event
            .causationid
            .as_ref()
            .is_some_and(|cause| ours.contains(cause))
    };
    let invoiced = tap.wait("invoice.created", events.len(), caused).await?;
    assert_eq!(
        invoiced.len(),
        events.len(),
        "no invoice.created is lost, none is made twice"
    );
    tap.close().await
}

/// Kills the functions when a lease is held that no earlier kill has cut off; the records as they were then.
async fn kill_in_the_middle(
    stack: &Stack,
    emulator: &Emulator,
    earlier: &[Records],
) -> anyhow::Result<Records> {
    let known: HashSet<_> = earlier
        .iter()
        .flat_map(Records::values)
        .map(|record| &record.owner_token)
        .collect();
    every(Duration::from_millis(20), "a mail is being sent", async || {
        let (frozen, records) = stand_still(stack, emulator).await?;
        let held = records
            .values()
            .filter(|record| in_progress(record) && !known.contains(&record.owner_token));
        let held = held.count();
        ensure!(held > 0, "no lease is held");
        let completed = records
            .values()
            .filter(|record| record.record_status == "completed")
            .count();
        let processes = frozen.kill();
        eprintln!("{processes} processes killed, {held} records in progress, {completed} completed");
        Ok(records)
    })
    .await
}

/// Freezes every function process, also those that the emulator starts in the meantime; what is recorded then.
async fn stand_still(stack: &Stack, emulator: &Emulator) -> anyhow::Result<(Frozen, Records)> {
    let functions = [&CONSUMERS[..], &["relay-outbox"]].concat();
    let mut frozen = Frozen::default();
    frozen.freeze(emulator, &functions)?;
    loop {
        sleep(ANSWERED).await;
        let records = stack.records().await?;
        if !frozen.freeze(emulator, &functions)? {
            return Ok((frozen, records));
        }
    }
}

fn in_progress(record: &Record) -> bool {
    record.record_status == "in_progress" && record.consumer == notifications::SendOrderConfirmation::NAME
}

fn nothing_completed_was_repeated(kills: &[Records], records: &Records) {
    for (key, record) in kills
        .iter()
        .flatten()
        .filter(|(_, record)| record.record_status == "completed")
    {
        assert_eq!(
            records.get(key),
            Some(record),
            "what was completed at a kill stays as it was"
        );
    }
    let cut_off: HashSet<_> = kills
        .iter()
        .flatten()
        .filter(|(_, record)| in_progress(record))
        .map(|(key, _)| key)
        .collect();
    for key in cut_off {
        assert!(
            records[key].attempts > 1,
            "what was cut off is tried again: {key:?}"
        );
    }
}

async fn effects_are_there_once(stack: &Stack, events: &[Envelope]) -> anyhow::Result<()> {
    let orders = events.iter().map(order_of).collect::<anyhow::Result<Vec<_>>>()?;
    let revenue = orders.iter().map(|order| order.total.amount).sum();
    assert_eq!(
        stack.counted(CURRENCY).await?,
        Counted {
            orders: orders.len() as i64,
            revenue
        }
    );
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

/// Every order has its mail. A mail may go out twice where sending it was cut off, and only there.
fn mails_are_there(stack: &Stack, events: &[Envelope], kills: &[Records]) -> anyhow::Result<()> {
    let Some(mails) = stack.mails()? else {
        return Ok(());
    };
    let cut_off = kills
        .iter()
        .flat_map(Records::values)
        .filter(|record| in_progress(record));
    let cut_off: HashSet<_> = cut_off.map(|record| record.event.as_str()).collect();
    for event in events {
        let sent = mails
            .get(&format!("Your order {}", order_of(event)?.order_id))
            .map_or(0, Vec::len);
        assert!(sent >= 1, "no mail for {}", event.key());
        assert!(
            sent == 1 || cut_off.contains(event.key().as_str()),
            "{sent} mails for {}",
            event.key()
        );
    }
    Ok(())
}
