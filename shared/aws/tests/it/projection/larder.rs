//! Pots of honey: a small aggregate, its read model, and the bench that both are on.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tidings_aws::{
    event_store::{Author, EventStore, WorkError},
    projection::{Projector, Views},
};
use tidings_core::{
    Aggregate, Envelope, Event, Projection, Version,
    catalogue::{EVENTS, Table},
    clock::SystemEntropy,
};
use tidings_testkit::Bench;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HoneyAdded {
    pub pot: String,
    pub spoons: u32,
}

impl Event for HoneyAdded {
    const TYPE: &'static str = "honey.added";
    const AGGREGATE: &'static str = "pot";

    fn aggregate_id(&self) -> &str {
        &self.pot
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pot;

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("never")]
pub struct Never;

impl Aggregate for Pot {
    const TYPE: &'static str = "pot";
    type Event = HoneyAdded;
    type Command = HoneyAdded;
    type Refusal = Never;

    fn decide(&self, added: &HoneyAdded) -> Result<Vec<HoneyAdded>, Never> {
        Ok(vec![added.clone()])
    }

    fn evolve(self, _: HoneyAdded) -> Self {
        self
    }
}

pub const SHELF: Table = Table::new("shelf", "woods", "pot");

/// How full a pot is, and which events say so: one that was applied twice, or in another order, shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Label {
    pub spoons: u32,
    pub shown: Vec<Version>,
}

/// The read model, in its form number `REVISION`.
#[derive(Debug)]
pub enum Shelf<const REVISION: u32 = 1> {}

impl<const REVISION: u32> Projection for Shelf<REVISION> {
    const NAME: &'static str = "shelf";
    const TABLE: &'static Table = &SHELF;
    const REVISION: u32 = REVISION;
    type Of = Pot;
    type View = Label;

    fn apply(label: Option<Label>, added: HoneyAdded, envelope: &Envelope) -> Option<Label> {
        let mut label = label.unwrap_or(Label {
            spoons: 0,
            shown: Vec::new(),
        });
        label.spoons += added.spoons * REVISION;
        label.shown.extend(envelope.aggregateversion);
        Some(label)
    }
}

pub struct Larder {
    pub bench: Bench,
    pub events: EventStore,
}

impl Larder {
    pub async fn open() -> Self {
        let bench = Bench::open().await;
        bench.table(&EVENTS).await;
        bench.table(&SHELF).await;
        let events = EventStore::new(bench.dynamodb(), EVENTS.name);
        let events = events.with(bench.clock(), Arc::new(SystemEntropy));
        Self { bench, events }
    }

    pub fn views<const REVISION: u32>(&self) -> Views<Shelf<REVISION>> {
        Views::new(self.bench.dynamodb(), SHELF.name)
    }

    pub fn projector<const REVISION: u32>(&self) -> Projector<Shelf<REVISION>> {
        Projector::new(self.views(), self.events.clone())
    }

    /// States that so much honey was added, an event each.
    pub async fn add(&self, pot: &str, spoons: &[u32]) -> Vec<Envelope> {
        let author = Author::service("woods");
        let added = self.events.work::<Never, _, _>(&author, |mut work| async move {
            let loaded = work.load::<Pot>(pot).await?;
            let added = spoons.iter().map(|&spoons| HoneyAdded {
                pot: pot.to_owned(),
                spoons,
            });
            let added = added.collect();
            work.append(loaded, added)?;
            Ok(work.answer(()))
        });
        added
            .await
            .map_err(|error: WorkError<Never>| error.to_string())
            .unwrap()
            .events
    }

    /// The items of the views.
    pub async fn shelf(&self) -> Vec<Value> {
        self.bench.rows(&SHELF).await
    }
}

/// The item that these events make, one after the other from the first.
pub fn label(pot: &str, spoons: &[u32]) -> Value {
    json!({
        "pot": pot,
        "spoons": spoons.iter().sum::<u32>(),
        "shown": (1..=spoons.len()).collect::<Vec<_>>(),
        "projected_version": spoons.len(),
        "projected_revision": 1,
    })
}
