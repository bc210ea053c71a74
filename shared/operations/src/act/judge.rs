//! Judging a lot: how many of its letters have failed again, before the next lot goes.

use std::time::Duration;

use tidings_aws::idempotency::Key;
use tidings_core::protocol::Status;

use super::Act;
use crate::{
    Desk,
    error::{OperationError, Result},
    letter::Letter,
    roster::DeadQueue,
    store::Lock,
};

/// The longest pause between two looks at the records.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A letter that was sent back, and what its record said before.
pub(super) struct Sent {
    key: Option<Key>,
    attempts: u32,
}

/// What the record says of a letter that was sent back.
enum Heard {
    Done,
    FailedAgain,
    Nothing,
}

impl Desk {
    /// How a letter stands before it is sent; none where a redrive could do nothing for it, and
    /// nobody wants it all the same. A note is no message.
    pub(super) async fn before(&self, act: &Act, letter: &Letter) -> Result<Option<Sent>> {
        let unknown = || OperationError::Refused(format!("there is no consumer {}", letter.queue.consumer));
        let consumer = self.roster.consumer(letter.queue.consumer).ok_or_else(unknown)?;
        let (outcome, attempts) = self.outcome(consumer, letter).await?;
        let forced = act.redrive.as_ref().is_some_and(|redrive| redrive.force);
        if letter.is_note() || (outcome.is_hopeless() && !forced) {
            return Ok(None);
        }
        let key = letter.event.as_ref().ok().map(|event| Key {
            event: event.key(),
            consumer: consumer.name,
        });
        Ok(Some(Sent { key, attempts }))
    }

    /// Waits until it is known how a lot has ended, for as long as the act says. Answers why the
    /// act is to stop, if too many have failed again.
    pub(super) async fn judge(
        &self,
        queue: &DeadQueue,
        act: &mut Act,
        mut sent: Vec<Sent>,
        lock: &mut Lock,
    ) -> Result<Option<String>> {
        let Some(redrive) = act.redrive.clone() else {
            return Ok(None);
        };
        let size = sent.len();
        if size == 0 || redrive.watch.is_zero() {
            return Ok(None);
        }
        let until = tokio::time::Instant::now() + redrive.watch;
        let (mut done, mut failed) = (0, 0);
        loop {
            let mut unheard = Vec::new();
            for one in sent {
                match self.heard(&one).await? {
                    Heard::Done => done += 1,
                    Heard::FailedAgain => failed += 1,
                    Heard::Nothing => unheard.push(one),
                }
            }
            sent = unheard;
            self.store.renew(lock, self.now()).await?;
            if sent.is_empty() || tokio::time::Instant::now() >= until || self.is_empty(queue).await? {
                break;
            }
            tokio::time::sleep((redrive.watch / 10).min(LONGEST_PAUSE)).await;
        }
        act.counts.done += done;
        act.counts.failed_again += failed;
        let too_many = failed as f64 > redrive.tolerance * size as f64;
        Ok(too_many.then(|| {
            format!(
                "{failed} of a lot of {size} failed again: the cause is still there. Mend it, and go on with `tidings dlq resume {}`",
                act.id
            )
        }))
    }

    async fn heard(&self, sent: &Sent) -> Result<Heard> {
        let Some(key) = &sent.key else {
            return Ok(Heard::Nothing);
        };
        let record = self.records.get(key).await;
        let record = record.map_err(OperationError::of("the idempotency table"))?;
        let now = self.now();
        Ok(match record {
            Some(record) if record.status == Status::Completed => Heard::Done,
            Some(record) if record.attempts > sent.attempts => match record.status {
                Status::Failed => Heard::FailedAgain,
                Status::InProgress if record.lease_until <= now && record.last_error.is_some() => {
                    Heard::FailedAgain
                }
                _ => Heard::Nothing,
            },
            _ => Heard::Nothing,
        })
    }

    /// Whether the consumer has taken everything that was in its queue: what keeps no record of a
    /// success is done then.
    async fn is_empty(&self, queue: &DeadQueue) -> Result<bool> {
        let depth = self.queues.depth(&queue.destination).await?;
        Ok(depth.is_none_or(|depth| depth.visible + depth.hidden == 0))
    }
}
