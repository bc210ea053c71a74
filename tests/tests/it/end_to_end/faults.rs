//! Everything at once: duplicates, failing calls, lost answers, poison and killed processes.
//!
//! `TIDINGS_SOAK_EVENTS` says how many events (500), `TIDINGS_FAULTS_SEED` what the faults are drawn from.

use anyhow::Context as _;
use notifications::SendOrderConfirmation;
use storefront_contracts::Currency;
use tidings_aws::environment::optional;
use tidings_core::{Consumer as _, Envelope};
use tidings_tests::{
    Stack,
    emulator::Emulator,
    eventually::at_most,
    faults::{Fate, Faults},
    kills::Kills,
    once::{billed_and_counted_once, invoiced_once, published_from_the_outbox},
    orders::{order_of, order_placed},
    processes::VISIBLE,
    records::Records,
    tap::Tap,
};
use uuid::Uuid;

use super::poisons::Poisons;

const CURRENCY: Currency = Currency::EUR;
/// The share of the functions' calls that fail.
const FAULTS: &str = "0.10";
/// One event in so many is published twice.
const DUPLICATED: usize = 5;
const MOST_KILLS: usize = 8;
/// So many events are published at once, at most.
const WAVE: usize = 500;
const WAVES: usize = 4;

#[tokio::test]
async fn whatever_fails_nothing_is_lost_nothing_completed_is_repeated_and_all_poison_is_explained()
-> anyhow::Result<()> {
    if optional("AWS_ENDPOINT_URL").is_some() || !VISIBLE {
        eprintln!("SKIPPED: only an emulator of our own, on Linux, makes faults and has processes to kill.");
        return Ok(());
    }
    let seed = number("TIDINGS_FAULTS_SEED")?.unwrap_or_else(|| Uuid::new_v4().as_fields().0);
    eprintln!("To draw the same faults again: TIDINGS_FAULTS_SEED={seed}");
    let arguments = ["--faults", FAULTS, "--seed", &seed.to_string()];
    let stack = Stack::open_on_emulator("faults", &arguments).await?;
    stack.quieten().await?;
    let mut tap = Tap::open(&stack).await?;

    let count = number("TIDINGS_SOAK_EVENTS")?.unwrap_or(500);
    let orders = (0..count).map(|number| order_placed(number, CURRENCY));
    let events = orders.collect::<anyhow::Result<Vec<_>>>()?;
    let (kills, poisons) = storm(&stack, &mut tap, &events).await?;
    at_most(0, "messages in the queues", || stack.waiting()).await?;

    let records = stack.completed(&events).await?;
    let faults = stack.faults()?;
    report(&faults, &records, &kills);
    kills.nothing_completed_was_repeated(&records);
    billed_and_counted_once(&stack, &events, CURRENCY).await?;
    mails_are_explained(&stack, &events, &kills, &faults)?;
    let invoiced = invoiced_once(&mut tap, &events).await?;
    published_from_the_outbox(&stack, &invoiced).await?;
    poisons.are_set_aside(&stack, &kills, &faults).await?;
    at_most(0, "messages in the queues", || stack.waiting()).await?;
    handlers_have_failed(&faults, &records);
    tap.close().await
}

fn number(variable: &str) -> anyhow::Result<Option<u32>> {
    let text = optional(variable);
    let number = text.map(|text| text.parse().with_context(|| format!("{variable}={text}")));
    number.transpose()
}

/// Publishes the events wave by wave, some of them twice, and poison among them, and kills functions meanwhile.
async fn storm(stack: &Stack, tap: &mut Tap<'_>, events: &[Envelope]) -> anyhow::Result<(Kills, Poisons)> {
    let emulator: &Emulator = stack.emulator().context("an emulator of our own")?;
    let (mut kills, mut poisons) = (Kills::default(), Poisons::default());
    let mut published = 0;
    for wave in events.chunks(WAVE.min(events.len().div_ceil(WAVES))) {
        let duplicates: Vec<_> = wave.iter().step_by(DUPLICATED).cloned().collect();
        // A duplicate meets the first one in its batch, at work, or done.
        let (now, later) = duplicates.split_at(duplicates.len() / 2);
        stack.publish(&[wave, now].concat()).await?;
        poisons.publish(stack, CURRENCY).await?;
        if kills.count() < MOST_KILLS {
            kills.kill(stack, emulator).await?;
        }
        stack.publish(later).await?;
        published += wave.len();
        eprintln!("{published} of {} events published", events.len());
        // Not all of them: what a killed function had received comes back a minute later.
        at_most(
            wave.len() as u32,
            "messages that no function has received",
            || stack.not_received(),
        )
        .await?;
        tap.receive().await?;
    }
    Ok((kills, poisons))
}

fn report(faults: &Faults, records: &Records, kills: &Kills) {
    let tries: u32 = records.values().map(|record| record.attempts).sum();
    let again = records.values().filter(|record| record.attempts > 1).count();
    eprintln!(
        "{faults}\n{} kills; {} events at consumers took {tries} recorded tries, {again} of them more than one",
        kills.count(),
        records.len()
    );
}

/// Faults have happened, and handlers have seen them: what is recorded is less than what failed, because where not even the
/// claim succeeds, nothing is.
fn handlers_have_failed(faults: &Faults, records: &Records) {
    for fate in [Fate::Refused, Fate::Lost] {
        for service in ["dynamodb", "ses"] {
            let some = faults.of(fate).any(|fault| fault.service == service);
            assert!(some, "no call to {service} was {fate:?}");
        }
    }
    assert!(
        faults.faults.len() * 20 > faults.calls,
        "fewer than one call in twenty failed: {faults}"
    );
    let again = records.values().filter(|record| record.attempts > 1).count();
    assert!(
        again * 20 > records.len(),
        "fewer than one event in twenty was tried again"
    );
}

/// Every order has its mail, and one more only where its sending was cut off, its answer was lost, or its completion could
/// not be recorded.
fn mails_are_explained(
    stack: &Stack,
    events: &[Envelope],
    kills: &Kills,
    faults: &Faults,
) -> anyhow::Result<()> {
    let mails = stack.mails()?.context("the emulator shows no mails")?;
    let (mut repeated, mut again) = (0, 0);
    for event in events {
        let order = order_of(event)?.order_id;
        let sent = mails.get(&format!("Your order {order}")).map_or(0, Vec::len);
        assert!(sent >= 1, "no mail for {order}");
        if sent == 1 {
            continue;
        }
        let lost = faults.carried_out("ses", SendOrderConfirmation::NAME, &order);
        let cut_off = kills.cut_off(&event.key());
        let unrecorded = faults.unrecorded(SendOrderConfirmation::NAME, &event.id);
        assert!(
            sent <= 1 + lost + cut_off + unrecorded,
            "{sent} mails for {order}: {lost} answers lost, {cut_off} times cut off, {unrecorded} times not recorded"
        );
        (repeated, again) = (repeated + 1, again + sent - 1);
    }
    eprintln!(
        "{} of {} orders have one mail; {again} more mails for the others are explained by faults",
        events.len() - repeated,
        events.len()
    );
    Ok(())
}
