//! The event of these tests, and consumers of every guarantee.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::json;
use tidings_core::{
    Consumer, Context, Effects, Event, EventType, Failure, Leased, Natural, Repeat, Transactional,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
    protocol::{Record, Status},
};
use tidings_testkit::{Bench, Given, Worker, given};

/// The event of these tests; `deed` tells its consumer what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Poked {
    pub id: String,
    pub deed: Deed,
}

/// What a consumer does with the event.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Deed {
    Work,
    Panic,
    Transient,
    Permanent,
    Hang,
}

impl Event for Poked {
    const TYPE: &'static str = "bear.poked";
    const AGGREGATE: &'static str = "bear";

    fn aggregate_id(&self) -> &str {
        &self.id
    }
}

/// The event `id`.
pub fn poke(id: &str, deed: Deed) -> Given {
    given(&Poked {
        id: id.to_owned(),
        deed,
    })
    .id(id)
}

/// Where effects are counted.
pub const EFFECTS: Table = Table::new("effects", "zoo", "id");

/// How often the effect of each event happened.
pub async fn effects(bench: &Bench) -> Vec<serde_json::Value> {
    bench.rows(&EFFECTS).await
}

pub fn once(id: &str) -> serde_json::Value {
    json!({ "id": id, "runs": 1 })
}

/// What the table knows of the event `id` at the worker's consumer.
pub async fn record(worker: &Worker, id: &str) -> Option<Record> {
    worker.record(&poke(id, Deed::Work).envelope()).await
}

pub async fn status(worker: &Worker, id: &str) -> Option<Status> {
    record(worker, id).await.map(|record| record.status)
}

/// Counts each event in the effects table, and tells of it.
pub struct CountBear;

impl Consumer for CountBear {
    const NAME: &'static str = "count-bear";
    const SERVICE: &'static str = "zoo";
    const USES: &'static [Resource] = &[Resource::Table(&EFFECTS, Access::Write)];
    const PUBLISHES: &'static [EventType] = &[Poked::EVENT_TYPE];
    type Event = Poked;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for CountBear {
    fn decide(&self, poked: Poked, context: &Context) -> Result<Effects, Failure> {
        fail_as_told(poked.deed)?;
        let key = json!({ "id": context.envelope.id });
        Ok(Effects::none()
            .add(&EFFECTS, &key, &[("runs", 1)])?
            .emit(&poked, 1)?)
    }
}

/// Has an effect outside; a test can hold it up.
#[derive(Clone, Default)]
pub struct FeedBear {
    pub fed: Arc<AtomicUsize>,
    pub gate: Arc<AtomicBool>,
}

impl Consumer for FeedBear {
    const NAME: &'static str = "feed-bear";
    const SERVICE: &'static str = "zoo";
    type Event = Poked;
    type Guarantee = guarantee::Leased;
}

impl Leased for FeedBear {
    const REPEAT: Repeat = Repeat::MayRepeat;

    async fn perform(&self, poked: Poked, _: &Context) -> Result<Effects, Failure> {
        if poked.deed == Deed::Hang {
            std::future::pending::<()>().await;
        }
        fail_as_told(poked.deed)?;
        // Outside takes time, in which others run.
        tokio::task::yield_now().await;
        self.fed.fetch_add(1, Ordering::Relaxed);
        while self.gate.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(Effects::none())
    }
}

/// Leaves the same, however often it sees it.
pub struct SeeBear;

impl Consumer for SeeBear {
    const NAME: &'static str = "see-bear";
    const SERVICE: &'static str = "zoo";
    type Event = Poked;
    type Guarantee = guarantee::Natural;
}

impl Natural for SeeBear {
    async fn perform(&self, poked: Poked, _: &Context) -> Result<(), Failure> {
        fail_as_told(poked.deed)
    }
}

fn fail_as_told(deed: Deed) -> Result<(), Failure> {
    match deed {
        Deed::Work | Deed::Hang => Ok(()),
        Deed::Panic => panic!("the bear woke up"),
        Deed::Transient => Err(Failure::transient("asleep")),
        Deed::Permanent => Err(Failure::permanent("no bear")),
    }
}
