//! The guests of a hotel, whose names and diets are personal.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tidings_aws::event_store::{Author, EventStore, WorkError};
use tidings_core::{
    Actor, Aggregate, Event, Personal,
    catalogue::{EVENTS, IDEMPOTENCY, OUTBOX, PERSON_KEYS},
    causation::Origin,
    events,
};
use tidings_testkit::Bench;
use uuid::Uuid;

/// What must never be seen.
pub const SECRETS: [&str; 4] = ["Paddington", "marmalade", "Aloysius", "honeycomb"];

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckedIn {
    pub guest: String,
    pub name: Personal<String>,
    pub diet: Personal<Vec<String>>,
    pub nights: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extended {
    pub guest: String,
    pub nights: u32,
}

impl Event for CheckedIn {
    const TYPE: &'static str = "guest.checked_in";
    const AGGREGATE: &'static str = "guest";
    fn aggregate_id(&self) -> &str {
        &self.guest
    }
    fn person(&self) -> Option<&str> {
        Some(&self.guest)
    }
}

impl Event for Extended {
    const TYPE: &'static str = "guest.extended";
    const AGGREGATE: &'static str = "guest";
    fn aggregate_id(&self) -> &str {
        &self.guest
    }
}

events! {
    /// What happens to a guest.
    pub enum GuestEvent { CheckedIn, Extended }
}

/// A guest, as a snapshot would keep one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Guest {
    pub name: Option<Personal<String>>,
    pub diet: Personal<Vec<String>>,
    pub nights: u32,
}

impl Aggregate for Guest {
    const TYPE: &'static str = "guest";
    type Event = GuestEvent;
    type Command = GuestEvent;
    type Refusal = std::convert::Infallible;

    fn decide(&self, event: &GuestEvent) -> Result<Vec<GuestEvent>, Self::Refusal> {
        Ok(vec![event.clone()])
    }

    fn evolve(self, event: GuestEvent) -> Self {
        match event {
            GuestEvent::CheckedIn(CheckedIn {
                name, diet, nights, ..
            }) => Self {
                name: Some(name),
                diet,
                nights,
            },
            GuestEvent::Extended(extended) => Self {
                nights: self.nights + extended.nights,
                ..self
            },
        }
    }
}

impl Guest {
    /// What of the guest can be read.
    pub fn shown(&self) -> (Option<&str>, Option<&[String]>, u32) {
        let name = self.name.as_ref().and_then(Personal::known);
        (
            name.map(String::as_str),
            self.diet.known().map(Vec::as_slice),
            self.nights,
        )
    }
}

pub fn checked_in(guest: &str, name: &str, food: &str) -> CheckedIn {
    CheckedIn {
        guest: guest.into(),
        name: name.into(),
        diet: vec![food.to_owned()].into(),
        nights: 2,
    }
}

pub fn paddington() -> CheckedIn {
    checked_in("g-1", "Paddington", "marmalade")
}

pub fn aloysius() -> CheckedIn {
    checked_in("g-2", "Aloysius", "honeycomb")
}

pub fn extended(guest: &str) -> Extended {
    Extended {
        guest: guest.into(),
        nights: 1,
    }
}

/// A bench with an event store.
pub async fn hotel() -> Bench {
    let bench = Bench::open().await;
    bench.table(&EVENTS).await;
    bench
}

/// The store, as a function that has just been started has it.
pub fn store(bench: &Bench) -> EventStore {
    let store = EventStore::new(bench.dynamodb(), EVENTS.name).with(bench.clock(), bench.entropy());
    store.with_keyring(Some(bench.keyring()))
}

/// Where events come from that are stated past the store.
pub fn origin() -> Origin {
    Origin {
        source: "/reception".to_owned(),
        id: Uuid::new_v4(),
        time: Timestamp::UNIX_EPOCH,
        correlation_id: None,
        trace: None,
        actor: Actor::default(),
    }
}

/// States the next event of a guest.
pub async fn happens(
    store: &EventStore,
    event: impl Into<GuestEvent>,
) -> Result<(), WorkError<std::convert::Infallible>> {
    let event = event.into();
    let guest = match &event {
        GuestEvent::CheckedIn(event) => event.guest.clone(),
        GuestEvent::Extended(event) => event.guest.clone(),
    };
    let (origin, guest, event) = (Author::service("reception"), &guest, &event);
    let done = store.work(&origin, |mut work| async move {
        let guest = work.load::<Guest>(guest).await?;
        work.decide(guest, event)?;
        Ok(work.answer(()))
    });
    done.await.map(drop)
}

/// Everything that is in any table.
pub async fn everything(bench: &Bench) -> String {
    let mut rows: Vec<Value> = Vec::new();
    for table in [&EVENTS, &OUTBOX, &IDEMPOTENCY] {
        rows.extend(bench.rows(table).await);
    }
    let keys = bench.dynamodb().scan().table_name(PERSON_KEYS.name).send().await;
    format!("{rows:?} {:?}", keys.unwrap().items)
}

pub fn assert_no_secrets(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} is in the clear: {text}");
    }
}

/// For assertions on what two guests say.
pub fn food(name: &str) -> Vec<String> {
    vec![name.to_owned()]
}

/// A keyring as one running function has it.
pub type Shared = Arc<tidings_aws::personal::Keyring>;
