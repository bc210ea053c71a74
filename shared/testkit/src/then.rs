//! Then expect these effects and events, or this failure.

use pretty_assertions::StrComparison;
use serde_json::{Value, json};
use tidings_core::{
    Command, Condition, Effects, Envelope, Event, Failure, Write,
    catalogue::Table,
    effects::{Action, Otherwise},
};

/// What a handler wants because of an event.
///
/// Every expectation takes what it finds off the list, so that [`Then::does_nothing_else`] can tell what is left. One that finds
/// nothing panics, and shows the difference to what is there.
#[derive(Debug)]
#[must_use = "without an expectation this tests nothing"]
pub struct Then {
    consumer: &'static str,
    wanted: Result<Wanted, Failure>,
}

/// The writes, and the events sealed as they would be published.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) writes: Vec<Write>,
    pub(crate) emitted: Vec<Envelope>,
    /// Sealed, for the event store.
    pub(crate) appended: Vec<Envelope>,
    pub(crate) answer: Option<Value>,
    /// Whether the handler says that it has asked no provider.
    pub(crate) unasked: bool,
    /// What is wanted where the state refuses what is appended.
    pub(crate) instead: Option<Box<Wanted>>,
}

impl Then {
    pub(crate) fn new(consumer: &'static str, wanted: Result<Wanted, Failure>) -> Self {
        Self { consumer, wanted }
    }

    /// Puts exactly this item, on no condition.
    #[track_caller]
    pub fn puts(self, table: &Table, item: &Value) -> Self {
        let expected = Effects::none().put(table, item);
        self.writes(expected)
    }

    /// Puts exactly this item, on this condition.
    #[track_caller]
    pub fn puts_if(self, table: &Table, item: &Value, condition: Condition, otherwise: Otherwise) -> Self {
        let expected = Effects::none().put_if(table, item, condition, otherwise);
        self.writes(expected)
    }

    /// Adds exactly these numbers to the item with this key.
    #[track_caller]
    pub fn adds(self, table: &Table, key: &Value, numbers: &[(&str, i64)]) -> Self {
        let expected = Effects::none().add(table, key, numbers);
        self.writes(expected)
    }

    /// Makes these writes, whatever they are; said as a handler says them.
    #[track_caller]
    pub fn writes(mut self, expected: Result<Effects, serde_json::Error>) -> Self {
        let expected = expected.expect("an item and a key are JSON objects");
        for write in &expected.writes {
            let there = &mut self.wanted().writes;
            match there.iter().position(|wanted| wanted == write) {
                Some(found) => drop(there.remove(found)),
                None => differs(
                    self.consumer,
                    &shown(write),
                    self.shown(|wanted| wanted.writes.iter().map(shown)),
                ),
            }
        }
        self
    }

    /// Emits this event, as number `aggregate_version` of its aggregate's history.
    #[track_caller]
    pub fn emits<E: Event>(mut self, event: &E, aggregate_version: u32) -> Self {
        let data = serde_json::to_value(event).expect("the event serialises to JSON");
        let expected = emission(E::TYPE, E::VERSION, event.aggregate_id(), aggregate_version, data);
        let there = &mut self.wanted().emitted;
        match there.iter().position(|envelope| emitted(envelope) == expected) {
            Some(found) => drop(there.remove(found)),
            None => differs(
                self.consumer,
                &expected,
                self.shown(|wanted| wanted.emitted.iter().map(emitted)),
            ),
        }
        self
    }

    /// Appends this event to the event store, as number `aggregate_version` of its aggregate's history.
    #[track_caller]
    pub fn appends<E: Event>(mut self, event: &E, aggregate_version: u32) -> Self {
        let data = serde_json::to_value(event).expect("the event serialises to JSON");
        let expected = emission(E::TYPE, E::VERSION, event.aggregate_id(), aggregate_version, data);
        let there = &mut self.wanted().appended;
        match there.iter().position(|envelope| emitted(envelope) == expected) {
            Some(found) => drop(there.remove(found)),
            None => differs(
                self.consumer,
                &expected,
                self.shown(|wanted| wanted.appended.iter().map(emitted)),
            ),
        }
        self
    }

    /// Answers the command `C` so.
    #[track_caller]
    pub fn answers<C: Command>(mut self, answer: &C::Answer) -> Self {
        let expected = serde_json::to_value(answer).expect("the answer serialises to JSON");
        match self.wanted().answer.take() {
            Some(answer) if answer == expected => {}
            other => differs(self.consumer, &expected, other.into_iter().collect()),
        }
        self
    }

    /// Has asked no provider, and says so.
    #[track_caller]
    pub fn asks_nobody(mut self) -> Self {
        let unasked = self.wanted().unasked;
        assert!(
            unasked,
            "{} does not say that it has asked no provider",
            self.consumer
        );
        self
    }

    /// What is wanted instead where the state refuses what is appended.
    #[track_caller]
    pub fn instead(mut self) -> Self {
        let instead = self.wanted().instead.take();
        let Some(instead) = instead else {
            panic!("{} wants nothing instead", self.consumer)
        };
        Self::new(self.consumer, Ok(*instead))
    }

    /// Wants nothing more than what has been expected so far.
    #[track_caller]
    pub fn does_nothing_else(mut self) {
        self.wanted();
        let left = self.shown(|wanted| {
            wanted
                .writes
                .iter()
                .map(shown)
                .chain(wanted.emitted.iter().map(emitted))
                .chain(wanted.appended.iter().map(emitted))
                .chain(wanted.answer.clone())
        });
        assert!(
            left.is_empty(),
            "{} wants something else as well:\n{}",
            self.consumer,
            text(&left)
        );
    }

    /// Fails, and another try cannot help: its message goes to the dead-letter queue with this reason.
    #[track_caller]
    pub fn fails_for_good(self, reason: &str) {
        self.fails("for good", reason, |failure| {
            matches!(failure, Failure::Permanent { .. })
        });
    }

    /// Fails for now, with this reason: its message comes back.
    #[track_caller]
    pub fn fails_for_now(self, reason: &str) {
        self.fails("for now", reason, |failure| {
            matches!(failure, Failure::Transient { .. })
        });
    }

    /// The events that it emits, sealed as they would be published.
    #[track_caller]
    #[must_use]
    pub fn emitted(mut self) -> Vec<Envelope> {
        std::mem::take(&mut self.wanted().emitted)
    }

    /// The failure, or none.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.wanted.as_ref().err()
    }

    #[track_caller]
    fn wanted(&mut self) -> &mut Wanted {
        match &mut self.wanted {
            Ok(wanted) => wanted,
            Err(failure) => panic!("{} fails: {failure:?}", self.consumer),
        }
    }

    #[track_caller]
    fn fails(self, how: &str, reason: &str, kind: impl Fn(&Failure) -> bool) {
        match &self.wanted {
            Err(failure) if kind(failure) && failure.reason() == reason => {}
            Err(failure) => panic!(
                "{} does not fail {how} with the reason {reason:?}, but so: {failure:?}",
                self.consumer
            ),
            Ok(wanted) => panic!("{} does not fail; it wants {wanted:#?}", self.consumer),
        }
    }

    fn shown<'a, I: Iterator<Item = Value>>(&'a self, part: impl Fn(&'a Wanted) -> I) -> Vec<Value> {
        self.wanted.iter().flat_map(part).collect()
    }
}

/// Panics with the difference between what is expected and what is there.
#[track_caller]
fn differs(consumer: &str, expected: &Value, there: Vec<Value>) -> ! {
    match there.as_slice() {
        [] => panic!(
            "{consumer} does not do this:\n{}\nand there is nothing that is like it",
            text(expected)
        ),
        [one] => panic!(
            "{consumer} does it otherwise (left what it does, right what is expected):\n{}",
            StrComparison::new(&text(one), &text(expected))
        ),
        several => panic!(
            "{consumer} does not do this:\n{}\nbut these:\n{}",
            text(expected),
            text(&several)
        ),
    }
}

fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).expect("a JSON value")
}

fn shown(write: &Write) -> Value {
    let action = match &write.action {
        Action::Put(item) => json!({ "put": item }),
        Action::Update { key, set, add } => json!({ "update": key, "set": set, "add": add }),
        Action::Delete(key) => json!({ "delete": key }),
    };
    let condition = write.condition.as_ref().map(|condition| format!("{condition:?}"));
    json!({ "table": write.table, "action": action, "condition": condition })
}

fn emitted(envelope: &Envelope) -> Value {
    let data = serde_json::from_str(envelope.readable()).expect("an envelope's data is JSON");
    let subject = envelope.subject.as_deref().unwrap_or_default();
    let version = envelope.aggregateversion.unwrap_or_default();
    emission(
        &envelope.event_type,
        envelope.schemaversion,
        subject,
        version,
        data,
    )
}

fn emission(event_type: &str, schema: u32, aggregate: &str, version: u32, data: Value) -> Value {
    let event_type = format!("{event_type}/v{schema}");
    json!({ "emits": event_type, "aggregate": aggregate, "aggregateVersion": version, "data": data })
}
