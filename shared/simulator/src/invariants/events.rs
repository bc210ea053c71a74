//! What was published, and what was caused by it.

use std::collections::BTreeMap;

use tidings_core::{Consumer as _, Envelope, catalogue::OUTBOX};

use super::Truth;
use crate::{
    consumers::{Look, Ring, Tally},
    pouring::HandlePour,
    rule::Rule,
    shelf::Show,
};

/// All of them.
const CONSUMERS: [&str; 5] = [Tally::NAME, Ring::NAME, Look::NAME, Show::NAME, HandlePour::NAME];

impl Truth {
    /// What must hold of every published event once nothing is in flight. Answers how many events the
    /// transactional consumer has completed.
    pub(crate) async fn settled(&self, events: &[Envelope]) -> u64 {
        let mut completed = 0;
        for event in events {
            let tallied = self.ended(Tally::NAME, event).await;
            completed += u64::from(tallied);
            let runs = self.runs(event).await;
            if runs != u32::from(tallied) {
                let seen = format!(
                    "tally: {} is done: {tallied}, and its effect is there {runs} times",
                    event.id
                );
                let rule = if runs == 0 {
                    Rule::DoneIsDone
                } else {
                    Rule::EffectOnce
                };
                self.ledger.violation(rule, seen);
            }
            let rung = self.ended(Ring::NAME, event).await;
            if rung
                && !self
                    .ledger
                    .came_about(event.subject.as_deref().unwrap_or_default())
            {
                let seen = format!("ring: {} is done, and its effect never came about", event.id);
                self.ledger.violation(Rule::DoneIsDone, seen);
            }
        }
        self.emitted(events).await;
        self.causes();
        completed
    }

    /// **Every emitted event reaches its consumers**: two for each event that was tallied, and each seen or set aside.
    async fn emitted(&self, events: &[Envelope]) {
        let scanned = self.dynamodb.scan().table_name(OUTBOX.name).send().await;
        let entries = scanned.ok().and_then(|scan| scan.items).unwrap_or_default();
        let mut causes: BTreeMap<String, u32> = BTreeMap::new();
        for entry in &entries {
            let text = entry.get("envelope").and_then(|envelope| envelope.as_s().ok());
            let Some(emitted) = text.and_then(|text| Envelope::parse(text).ok()) else {
                self.ledger
                    .violation(Rule::EventsWithTheirState, "an outbox entry holds no event");
                continue;
            };
            *causes
                .entry(emitted.causationid.clone().unwrap_or_default())
                .or_default() += 1;
            if entry.contains_key("pending") {
                let seen = format!("the emitted event {} is still to be published", emitted.id);
                self.ledger.violation(Rule::StatedIsPublished, seen);
            }
            if self.ledger.seen(&emitted.id) == 0 && self.dead(Look::NAME, &emitted).is_none() {
                let seen = format!("look: the emitted event {} is lost", emitted.id);
                self.ledger.violation(Rule::NothingIsLost, seen);
            }
        }
        for event in events {
            let (told, due) = (
                causes.get(&event.id).copied().unwrap_or(0),
                2 * self.runs(event).await.min(1),
            );
            if told != due {
                let seen = format!(
                    "tally: {} was to cause {due} events, and {told} are in the outbox",
                    event.id
                );
                self.ledger.violation(Rule::EventsWithTheirState, seen);
            }
        }
    }

    /// **No event is set aside because what belongs to it is gone**: its large data, or the keys of persons.
    fn causes(&self) {
        let gone = [
            ("cannot be collected", Rule::LargeDataIsThere),
            ("cannot be opened", Rule::PersonsAreRead),
            ("cannot be unwrapped", Rule::PersonsAreRead),
        ];
        for consumer in CONSUMERS {
            let dead = self.bus.dead_letters(consumer).unwrap_or_default();
            for letter in dead.iter().filter_map(|dead| dead.letter.as_ref()) {
                if let Some((_, rule)) = gone.iter().find(|(why, _)| letter.reason.contains(why)) {
                    self.ledger
                        .violation(*rule, format!("{consumer}: {}", letter.reason));
                }
            }
        }
    }
}
