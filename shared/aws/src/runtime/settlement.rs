//! What becomes of the messages: acknowledged, back later, or set aside with the cause.

use std::{sync::Arc, time::Duration};

use aws_lambda_events::sqs::SqsMessage;
use jiff::Timestamp;
use tidings_core::{
    Consumer, Failure,
    ports::{DeadLetter, TransportError},
    protocol::{Disposition, Outcome, settle},
};
use tracing::warn;

use super::{
    Run, Runtime,
    delivery::{Delivery, receives, sent},
    guarantee::{Lease, Ran},
};
use crate::{
    idempotency::Try,
    log,
    observe::{Handled, Verdict},
};

impl<C: Consumer> Runtime<C>
where
    C::Guarantee: Run<C>,
{
    /// Settles the messages of one event; returns the ids of those that come back.
    pub(super) async fn settle(
        &self,
        delivery: &Delivery,
        record: Option<&Try>,
        mut ran: Ran,
        begun: Timestamp,
    ) -> Vec<String> {
        log::tried(ran.attempt, delivery.receives());
        let mut disposition = self.disposition(&ran, delivery.receives());
        if let Disposition::SetAside { reason } = &disposition
            && let Err(error) = self.set_aside(delivery, &ran, reason).await
        {
            // Nothing may be acknowledged that is not in the dead-letter queue: it comes back.
            let failure = Failure::transient(format!("{reason} (not set aside: {error})"));
            ran.outcome = Outcome::Failed(failure.of_class("NotSetAside"));
            disposition = self.disposition(&ran, delivery.receives());
        }
        if let (Some(record), Lease::Ends | Lease::Lapses) = (record, ran.lease) {
            self.record_failure(record, &ran, &disposition).await;
        }
        let mut back = Vec::new();
        for (index, message) in delivery.messages.iter().enumerate() {
            let disposition = match index {
                0 => disposition.clone(),
                _ => self.duplicate_disposition(&ran, &disposition, message),
            };
            if let Disposition::Retry { after } = disposition {
                self.postpone(message, after).await;
                back.push(message.message_id.clone().unwrap_or_default());
            }
            self.tell(delivery, &ran, &disposition, begun, index);
        }
        back
    }

    fn disposition(&self, ran: &Ran, receives: u32) -> Disposition {
        let random = self.surroundings.entropy.unit();
        settle(&ran.outcome, receives, C::SETTINGS.backoff, self.now(), random)
    }

    /// A duplicate shares the event's fate, except that one dead letter is enough.
    fn duplicate_disposition(&self, ran: &Ran, original: &Disposition, message: &SqsMessage) -> Disposition {
        match original {
            Disposition::Retry { .. } => self.disposition(ran, receives(message)),
            Disposition::Acknowledge | Disposition::SetAside { .. } => Disposition::Acknowledge,
        }
    }

    async fn set_aside(&self, delivery: &Delivery, ran: &Ran, reason: &str) -> Result<(), TransportError> {
        let dead_letters = self.surroundings.dead_letters.as_ref();
        let no_queue = || TransportError("no dead-letter queue is configured (DEAD_LETTER_QUEUE_URL)".into());
        let dead_letters: &Arc<_> = dead_letters.ok_or_else(no_queue)?;
        let envelope = delivery.envelope.as_ref().ok();
        let letter = DeadLetter {
            body: delivery
                .messages
                .first()
                .and_then(|message| message.body.clone())
                .unwrap_or_default(),
            message_id: delivery
                .messages
                .first()
                .and_then(|message| message.message_id.clone())
                .unwrap_or_default(),
            group: delivery.group(),
            reason: reason.to_owned(),
            consumer: C::NAME,
            attempts: ran.attempt.max(1),
            first_failed: ran.first_failed.unwrap_or_else(|| self.now()),
            event: envelope.map(tidings_core::Envelope::key),
            correlation_id: envelope.map(|envelope| envelope.correlation_id().to_owned()),
        };
        dead_letters.set_aside(&letter).await
    }

    /// Writes the failure into the record, and with it ends the lease, unless that is to lapse.
    async fn record_failure(&self, record: &Try, ran: &Ran, disposition: &Disposition) {
        let Outcome::Failed(failure) = &ran.outcome else {
            return;
        };
        let (records, now) = (&self.surroundings.records, self.now());
        let recorded = match (disposition, ran.lease) {
            (Disposition::SetAside { reason }, _) => records.set_aside(record, now, reason).await,
            (_, Lease::Lapses) => records.note(record, now, failure.reason()).await,
            (_, _) => records.release(record, now, failure.reason()).await,
        };
        match recorded {
            Ok(true) => {}
            Ok(false) => warn!("the lease was lost before its failure was recorded"),
            Err(error) => warn!(
                reason = error.reason(),
                "a failure could not be recorded; the lease ends by itself"
            ),
        }
    }

    /// Where this fails, the message comes back when its queue's visibility time-out ends.
    async fn postpone(&self, message: &SqsMessage, after: Duration) {
        let (Some(postpone), Some(receipt)) = (&self.surroundings.postpone, &message.receipt_handle) else {
            return;
        };
        if let Err(error) = postpone.postpone(receipt, after).await {
            warn!(%error, "the backoff is left to the queue's visibility time-out");
        }
    }

    fn tell(
        &self,
        delivery: &Delivery,
        ran: &Ran,
        disposition: &Disposition,
        begun: Timestamp,
        index: usize,
    ) {
        let failure = match &ran.outcome {
            Outcome::Failed(failure) => Some(failure),
            Outcome::Done | Outcome::InFlight { .. } | Outcome::Paused { .. } => None,
        };
        let envelope = delivery.envelope.as_ref().ok();
        let sent = delivery.messages.get(index).and_then(sent);
        let sent = sent.or(envelope.and_then(|envelope| envelope.time));
        let coalesced = index > 0;
        let verdict = match (&ran.outcome, disposition) {
            (Outcome::Done, _) if ran.duplicate || coalesced => Verdict::Duplicate,
            (Outcome::Done, _) => Verdict::Done,
            (Outcome::InFlight { .. }, _) => Verdict::InFlight,
            (Outcome::Paused { .. }, _) => Verdict::Paused,
            (Outcome::Failed(_), Disposition::SetAside { .. }) => Verdict::SetAside,
            (Outcome::Failed(_), Disposition::Acknowledge) => Verdict::Duplicate,
            (Outcome::Failed(_), Disposition::Retry { .. }) => Verdict::Failed,
        };
        self.surroundings.observe.handled(&Handled {
            consumer: C::NAME,
            envelope,
            attempt: ran.attempt,
            verdict,
            disposition,
            reason: failure.map(Failure::reason),
            class: failure.map(Failure::class),
            age: sent.map(|sent| between(sent, begun)),
            coalesced,
            elapsed: between(begun, self.now()),
        });
    }
}

/// How long after `from` is `to`; nothing when clocks disagree.
fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}
