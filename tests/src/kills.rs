//! Killing functions in the middle of their batches, and what must hold afterwards.

use std::{collections::HashSet, time::Duration};

use anyhow::ensure;
use notifications::SendOrderConfirmation;
use tidings_core::Consumer as _;
use tokio::time::sleep;

use crate::{
    Stack,
    emulator::Emulator,
    eventually::every,
    processes::Frozen,
    records::{Record, Records},
    stack::CONSUMERS,
};

/// An emulator that is not busy has answered every request of processes that stand still after this time.
const ANSWERED: Duration = Duration::from_millis(150);

/// The kills so far.
#[derive(Debug, Default)]
pub struct Kills(Vec<Kill>);

#[derive(Debug)]
struct Kill {
    completed: Records,
    /// Mails that were being sent: nobody knows how far they were.
    cut_off: Records,
}

impl Kills {
    /// Kills every consumer and the relay when a mail is being sent that no earlier kill has cut off.
    ///
    /// # Errors
    /// When no mail is sent.
    pub async fn kill(&mut self, stack: &Stack, emulator: &Emulator) -> anyhow::Result<()> {
        let known = self.0.iter().flat_map(|kill| kill.cut_off.values());
        let known: HashSet<_> = known.map(|record| &record.owner_token).collect();
        let kill = every(Duration::from_millis(20), "a mail is being sent", async || {
            let (frozen, records) = stand_still(stack, emulator).await?;
            let (completed, others): (Records, Records) =
                records.into_iter().partition(|(_, record)| record.is_completed());
            let cut_off: Records = others
                .into_iter()
                .filter(|(_, record)| is_sending(record))
                .collect();
            let held = cut_off
                .values()
                .filter(|record| !known.contains(&record.owner_token))
                .count();
            ensure!(held > 0, "no lease is held");
            let processes = frozen.kill();
            eprintln!(
                "{processes} processes killed, {held} mails cut off, {} completed",
                completed.len()
            );
            Ok(Kill { completed, cut_off })
        });
        let kill = kill.await?;
        self.0.push(kill);
        Ok(())
    }

    /// How many there were.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// At how many of them a mail about this event was being sent.
    #[must_use]
    pub fn cut_off(&self, event: &str) -> usize {
        let key = (event.to_owned(), SendOrderConfirmation::NAME.to_owned());
        self.0
            .iter()
            .filter(|kill| kill.cut_off.contains_key(&key))
            .count()
    }

    /// What was completed at a kill must stay as it was, in every attribute, and what was cut off and is completed now must
    /// have been tried again. (What is not was in the dead-letter queue already, and only its record was not.)
    ///
    /// # Panics
    /// When that is not so.
    pub fn nothing_completed_was_repeated(&self, records: &Records) {
        for (key, record) in self.0.iter().flat_map(|kill| &kill.completed) {
            assert_eq!(
                records.get(key),
                Some(record),
                "what was completed at a kill stays as it was"
            );
        }
        for key in self.0.iter().flat_map(|kill| kill.cut_off.keys()) {
            let record = &records[key];
            assert!(
                record.attempts > 1 || !record.is_completed(),
                "what was cut off is tried again: {key:?}"
            );
        }
    }
}

/// Freezes every function process, also those that the emulator starts in the meantime; what is recorded then, when what
/// they had asked for is done, so that nothing changes any more.
async fn stand_still(stack: &Stack, emulator: &Emulator) -> anyhow::Result<(Frozen, Records)> {
    let functions = [&CONSUMERS[..], &["relay-outbox"]].concat();
    let mut frozen = Frozen::default();
    frozen.freeze(emulator, &functions)?;
    let mut before = Records::new();
    loop {
        sleep(ANSWERED).await;
        let records = stack.records().await?;
        if !frozen.freeze(emulator, &functions)? && records == before {
            return Ok((frozen, records));
        }
        before = records;
    }
}

fn is_sending(record: &Record) -> bool {
    record.consumer == SendOrderConfirmation::NAME && record.is_held()
}
