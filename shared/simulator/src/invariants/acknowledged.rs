//! What was acknowledged, redriven, or came when its record had expired.

use tidings_aws::projection::{Consistency, Views};
use tidings_core::{Consumer as _, Envelope, protocol::Status};

use super::Truth;
use crate::{
    consumers::{Look, Tally},
    rule::Rule,
    shelf::{SHELF, Shelf, Show},
};

impl Truth {
    /// **Nothing is acknowledged without being completed, a duplicate of what is completed, or in the dead-letter queue.**
    pub(crate) async fn acknowledged(&self, consumer: &'static str, body: &str) {
        let Ok(event) = Envelope::parse(body) else { return };
        let done = match consumer {
            Look::NAME => self.ledger.seen(&event.id) > 0,
            Show::NAME => self.shows(&event).await,
            _ => self
                .record(consumer, &event)
                .await
                .is_some_and(|record| record.status == Status::Completed),
        };
        if !done && self.dead(consumer, &event).is_none() && !self.line.was_taken(body) {
            let seen = format!(
                "{consumer}: {} acknowledged, and neither done nor set aside",
                event.id
            );
            self.ledger.violation(Rule::NothingIsLost, seen);
        }
    }

    /// Whether the label of the event's till shows it.
    async fn shows(&self, event: &Envelope) -> bool {
        let till = event.subject.as_deref().unwrap_or_default();
        let labels = Views::<Shelf>::new(self.dynamodb.clone(), SHELF.name);
        let label = labels.get(till, Consistency::Strong).await;
        let shown = label.map_or(0, |label| label.version);
        shown >= event.aggregateversion.unwrap_or_default()
    }

    /// **What failed can be redriven**: mended and redriven, it is done. (No provider is down any more, and twenty receives are more than the
    /// moods of handlers and the deaths of workers ever take.)
    pub(crate) async fn redriven(&self, consumer: &'static str, event: &Envelope) {
        let done = self
            .record(consumer, event)
            .await
            .is_some_and(|record| record.status == Status::Completed);
        if !done {
            let seen = format!(
                "{consumer}: {} was mended and redriven, and is not done",
                event.id
            );
            self.ledger.violation(Rule::CanBeRedriven, seen);
        }
    }

    /// **An expired record does not block**: a copy of the event that comes when it has expired is handled, once, unless its
    /// handling was begun and failed so often that the redrive policy took it.
    pub(crate) async fn outlived(&self, event: &Envelope, runs_before: u32, times_dead: usize) {
        let runs = self.runs(event).await;
        let begun_again = self
            .record(Tally::NAME, event)
            .await
            .is_none_or(|record| record.status != Status::Completed);
        let taken = begun_again && self.times_dead(Tally::NAME, event) > times_dead;
        if runs != runs_before + 1 && !(taken && runs == runs_before) {
            let seen = format!(
                "tally: {} came when its record had expired, and its effect happened {} times",
                event.id,
                runs - runs_before
            );
            self.ledger.violation(Rule::ExpiryFrees, seen);
        }
    }
}
