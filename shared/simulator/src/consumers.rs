//! The consumers of the simulation: one of each guarantee, and one behind another's events.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidings_aws::message::MOST_BYTES;
use tidings_core::{
    Consumer, Context, Effects, Entropy as _, Event, EventType, Failure, Leased, Natural, Personal, Repeat,
    Transactional,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
};

use tokio::time::Instant;

use crate::{
    Odds,
    chance::Chance,
    ledger::Ledger,
    persons::{Persons, said_of},
    rule::Rule,
};

/// What is published.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Happened {
    /// The aggregate.
    pub id: String,
    /// Of whom it tells.
    pub person: String,
    /// What it says of that person, if anything.
    pub said: Option<Personal<String>>,
    /// No handler can help it.
    pub poison: bool,
    /// What makes it too large for the topic, or nothing.
    pub padding: String,
}

impl Event for Happened {
    const TYPE: &'static str = "thing.happened";
    const AGGREGATE: &'static str = "thing";

    fn aggregate_id(&self) -> &str {
        &self.id
    }

    fn person(&self) -> Option<&str> {
        Some(&self.person)
    }
}

/// What the transactional consumer emits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tallied {
    /// The aggregate.
    pub id: String,
    /// Of whom it tells.
    pub person: String,
    /// What it says of that person: said anew, also where nothing was said before.
    pub said: Personal<String>,
    /// What makes it too large for the topic, or nothing.
    pub padding: String,
}

/// Padding that makes an event too large for the topic, or none.
#[must_use]
pub fn padding(large: bool) -> String {
    match large {
        true => "~".repeat(MOST_BYTES + 1),
        false => String::new(),
    }
}

impl Event for Tallied {
    const TYPE: &'static str = "thing.tallied";
    const AGGREGATE: &'static str = "thing";

    fn aggregate_id(&self) -> &str {
        &self.id
    }

    fn person(&self) -> Option<&str> {
        Some(&self.person)
    }
}

/// Where the transactional effects are: `runs` of an aggregate's id; each aggregate has one event.
pub const EFFECTS: Table = Table::new("effects", "simulator", "id");

/// What every handler of the simulation does with chance.
#[derive(Clone)]
pub struct Moods {
    /// Chance.
    pub chance: Arc<Chance>,
    /// How likely what is.
    pub odds: Odds,
    /// What was poison can be handled now: somebody mended the handler before the redrive.
    pub mended: Arc<AtomicBool>,
    /// When the provider outside is down, if it is.
    pub outage: Option<Range<Instant>>,
}

impl Moods {
    /// Fails, panics, or not.
    pub(crate) fn decide(&self, poison: bool) -> Result<(), Failure> {
        if poison && !self.mended.load(Ordering::Relaxed) {
            return Err(Failure::permanent("poison"));
        }
        // The default hook would print each of the many panics; the fleet's hook is silent.
        assert!(!self.chance.hits(self.odds.panic), "a mood");
        if self.chance.hits(self.odds.transient) {
            return Err(Failure::transient("not in the mood"));
        }
        Ok(())
    }

    /// What a handler does that reaches outside.
    pub(crate) fn perform(&self, poison: bool) -> Result<(), Failure> {
        let down = |outage: &Range<Instant>| outage.contains(&Instant::now());
        if self.outage.as_ref().is_some_and(down) {
            return Err(Failure::transient("the provider is down"));
        }
        self.decide(poison)
    }

    async fn take_time(&self) {
        let most = match self.chance.unit() {
            slow if slow < self.odds.slow => 20_000,
            long if long < 0.4 => 3_000,
            _ => 50,
        };
        let millis = self.chance.below(most);
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}

macro_rules! consumer {
    ($name:ident, $text:literal, $event:ty, $guarantee:ty, $uses:expr, [$($emits:ty),*]) => {
        impl Consumer for $name {
            const NAME: &'static str = $text;
            const SERVICE: &'static str = "simulator";
            const USES: &'static [Resource] = $uses;
            const PUBLISHES: &'static [EventType] = &[$(<$emits>::EVENT_TYPE),*];
            type Event = $event;
            type Guarantee = $guarantee;
        }
    };
}

/// Transactional: counts the event, and tells of it, twice and in order.
pub struct Tally {
    /// Its moods.
    pub moods: Moods,
    /// Who reads what of whom.
    pub persons: Arc<Persons>,
}

consumer!(
    Tally,
    "tally",
    Happened,
    guarantee::Transactional,
    &[
        Resource::Table(&EFFECTS, Access::Write),
        Resource::Personal(Access::ReadWrite)
    ],
    [Tallied]
);

impl Transactional for Tally {
    fn decide(&self, event: Happened, _: &Context) -> Result<Effects, Failure> {
        if let Some(said) = &event.said {
            self.persons.read(&event.person, said);
        }
        self.moods.decide(event.poison)?;
        let key = json!({ "id": event.id });
        let tallied = Tallied {
            id: event.id,
            said: said_of(&event.person).into(),
            person: event.person,
            padding: event.padding,
        };
        Ok(Effects::none()
            .add(&EFFECTS, &key, &[("runs", 1)])?
            .emit(&tallied, 1)?
            .emit(&tallied, 2)?)
    }
}

tokio::task_local! {
    /// The deadline of the invocation that runs now.
    pub static DEADLINE: Timestamp;
}

/// Leased: rings a bell outside.
pub struct Ring {
    /// Its moods.
    pub moods: Moods,
    /// The outside.
    pub ledger: Arc<Ledger>,
}

consumer!(Ring, "ring", Happened, guarantee::Leased, &[], []);

impl Leased for Ring {
    const REPEAT: Repeat = Repeat::MayRepeat;

    async fn perform(&self, event: Happened, _: &Context) -> Result<Effects, Failure> {
        let effect = self.ledger.begin(&event.id, DEADLINE.get());
        let fails = std::panic::AssertUnwindSafe(|| self.moods.perform(event.poison));
        match std::panic::catch_unwind(fails) {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => {
                effect.failed();
                return Err(failure);
            }
            Err(panic) => {
                effect.failed();
                std::panic::resume_unwind(panic)
            }
        }
        self.moods.take_time().await;
        effect.came_about();
        Ok(Effects::none())
    }
}

/// Natural: looks at what the transactional consumer tells.
pub struct Look {
    /// Its moods.
    pub moods: Moods,
    /// Where it notes what it saw.
    pub ledger: Arc<Ledger>,
    /// Who reads what of whom.
    pub persons: Arc<Persons>,
}

consumer!(
    Look,
    "look",
    Tallied,
    guarantee::Natural,
    &[Resource::Personal(Access::Read)],
    []
);

impl Natural for Look {
    async fn perform(&self, event: Tallied, context: &Context) -> Result<(), Failure> {
        self.persons.read(&event.person, &event.said);
        if event.padding != padding(!event.padding.is_empty()) {
            let seen = format!("{}: {} bytes", context.envelope.id, event.padding.len());
            self.ledger.violation(Rule::LargeDataIsThere, seen);
        }
        self.moods.take_time().await;
        self.moods.perform(false)?;
        self.ledger.see(&context.envelope.id);
        Ok(())
    }
}
