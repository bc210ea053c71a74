//! Function processes killed in the middle of their batches.

use storefront_contracts::Currency;
use tidings_core::Envelope;
use tidings_tests::{
    Stack,
    kills::Kills,
    once::{billed_and_counted_once, invoiced_once},
    orders::{order_of, order_placed},
    processes::VISIBLE,
    tap::Tap,
};

const KILLS: u32 = 4;
const ORDERS_A_KILL: u32 = 60;
const CURRENCY: Currency = Currency::SEK;

#[tokio::test]
async fn killing_functions_in_the_middle_of_a_batch_loses_nothing_and_repeats_nothing_completed()
-> anyhow::Result<()> {
    let stack = Stack::open("killed").await?;
    let (Some(emulator), true) = (stack.emulator(), VISIBLE) else {
        eprintln!("SKIPPED: the functions' processes are not those of an emulator of our own on Linux.");
        return Ok(());
    };
    let mut tap = Tap::open(&stack).await?;
    let (mut events, mut kills) = (Vec::new(), Kills::default());
    for kill in 0..KILLS {
        let numbers = kill * ORDERS_A_KILL..(kill + 1) * ORDERS_A_KILL;
        let orders = numbers
            .map(|number| order_placed(number, CURRENCY))
            .collect::<anyhow::Result<Vec<_>>>()?;
        stack.publish(&orders).await?;
        events.extend(orders);
        kills.kill(&stack, emulator).await?;
    }

    let records = stack.completed(&events).await?;
    stack.drained().await?;
    kills.nothing_completed_was_repeated(&records);
    billed_and_counted_once(&stack, &events, CURRENCY).await?;
    mails_are_there(&stack, &events, &kills)?;
    invoiced_once(&mut tap, &events).await?;
    tap.close().await
}

/// Every order has its mail. A mail may go out twice where sending it was cut off, and only there.
fn mails_are_there(stack: &Stack, events: &[Envelope], kills: &Kills) -> anyhow::Result<()> {
    let Some(mails) = stack.mails()? else {
        return Ok(());
    };
    for event in events {
        let sent = mails
            .get(&format!("Your order {}", order_of(event)?.order_id))
            .map_or(0, Vec::len);
        assert!(sent >= 1, "no mail for {}", event.key());
        assert!(
            sent <= 1 + kills.cut_off(&event.key()),
            "{sent} mails for {}",
            event.key()
        );
    }
    Ok(())
}
