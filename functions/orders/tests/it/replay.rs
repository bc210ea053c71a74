//! A replay of many orders: it leaves what live events have left, also when it is interrupted, and while more of them arrive.
//!
//! `TIDINGS_REPLAY_EVENTS` says how many events; `make test-large` takes 100,000.

use std::{collections::HashMap, env, time::Instant};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, PutRequest, WriteRequest},
};
use fastrand::Rng;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use orders::{
    OrderViews,
    order::{OrderEvent, allowed},
    order_view::ORDER_VIEWS,
};
use storefront_contracts::{
    Currency, Item, Money, OrderCancelled, OrderPlaced, OrderStatus, OrderStatusChanged,
};
use tidings_aws::{
    event_store::EventStore,
    projection::{Checkpoint, Counts, Ended, Projector, Replay, Views},
};
use tidings_bus::EmbeddedDynamoDb;
use tidings_core::{
    Actor, Envelope, Fact as _,
    catalogue::{EVENTS, IDEMPOTENCY, OUTBOX, Table},
    causation::{Origin, originate},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Events of an everyday run.
const EVERYDAY: usize = 1_000;
const SEED: u64 = 7;
/// Items that a batch writes (AWS: DynamoDB `BatchWriteItem`).
const BATCH: usize = 25;
/// The read model, made by a replay into a table of its own.
const FRESH: Table = Table {
    name: "order-views-fresh",
    ..ORDER_VIEWS
};

/// The event store without its stream, which nobody reads here: the embedded database looks through all of a stream's records to number
/// the next one.
const STORE: Table = Table {
    stream: false,
    ..EVENTS
};

type Row = HashMap<String, AttributeValue>;

struct Shop {
    dynamodb: Client,
}

impl Shop {
    async fn open() -> Self {
        let database = EmbeddedDynamoDb::in_memory().unwrap();
        for table in [&IDEMPOTENCY, &OUTBOX, &STORE, &ORDER_VIEWS, &FRESH] {
            database.create_table(table).await.unwrap();
        }
        Self {
            dynamodb: database.client(),
        }
    }

    fn events(&self) -> EventStore {
        EventStore::new(self.dynamodb.clone(), EVENTS.name)
    }

    fn projector(&self) -> Projector<OrderViews> {
        let views = Views::new(self.dynamodb.clone(), ORDER_VIEWS.name);
        Projector::new(views, self.events())
    }

    fn replay(&self, table: &Table) -> Replay<OrderViews> {
        Replay::new(self.events(), Views::new(self.dynamodb.clone(), table.name))
    }

    /// Puts published events into the store.
    async fn store(&self, events: &[Envelope]) {
        for batch in events.chunks(BATCH) {
            let puts = batch.iter().map(|event| {
                let (id, version) = (event.subject.as_deref().unwrap(), event.aggregateversion.unwrap());
                let attributes = [
                    ("aggregate_key", format!("order#{id}")),
                    ("position", format!("{version:010}")),
                    ("envelope", event.to_json()),
                ];
                let item = attributes.map(|(name, value)| (name.to_owned(), AttributeValue::S(value)));
                let put = PutRequest::builder().set_item(Some(item.into())).build().unwrap();
                WriteRequest::builder().put_request(put).build()
            });
            let write = self
                .dynamodb
                .batch_write_item()
                .request_items(EVENTS.name, puts.collect());
            let left = write.send().await.unwrap().unprocessed_items.unwrap_or_default();
            assert!(left.is_empty(), "the embedded database takes every batch");
        }
    }

    async fn rows(&self, table: &Table) -> Vec<Row> {
        let scan = self
            .dynamodb
            .scan()
            .table_name(table.name)
            .into_paginator()
            .items()
            .send();
        let mut rows = scan.collect::<Result<Vec<Row>, _>>().await.unwrap();
        let key = |row: &Row, name: &str| row.get(name).and_then(|key| key.as_s().ok()).cloned();
        rows.sort_by_cached_key(|row| {
            (
                key(row, table.partition_key),
                table.sort_key.and_then(|name| key(row, name)),
            )
        });
        rows
    }

    /// Hands events to the projection, several at once.
    async fn project(&self, events: &[Envelope]) {
        let projector = self.projector();
        let taking = stream::iter(events).map(Ok::<_, tidings_core::Failure>);
        let taken = taking.try_for_each_concurrent(8, async |event| projector.take(event).await);
        taken.await.unwrap();
    }
}

/// Histories of orders, one after the other: what may become of an order, by chance.
fn histories(random: &mut Rng, events: usize) -> Vec<Envelope> {
    let mut all = Vec::with_capacity(events);
    while all.len() < events {
        let id = format!("ord-{:016x}", random.u64(..));
        let (mut status, mut version) = (OrderStatus::Placed, 1);
        let order = placed(random.fork(), &id);
        all.push(sealed(random, order, version));
        while let Some(&to) = random.choice(allowed(status)).filter(|_| all.len() < events) {
            version += 1;
            let event = match to {
                OrderStatus::Cancelled => OrderCancelled {
                    order_id: id.clone(),
                    user_id: Some("u-1".into()),
                    reason: "by chance".into(),
                }
                .into(),
                to => OrderStatusChanged {
                    order_id: id.clone(),
                    from: status,
                    to,
                }
                .into(),
            };
            status = to;
            all.push(sealed(random, event, version));
        }
    }
    all
}

fn placed(mut random: Rng, id: &str) -> OrderEvent {
    let price = |amount| Money {
        amount,
        currency: Currency::EUR,
    };
    let item = |random: &mut Rng| Item {
        sku: format!("sku-{}", random.u32(..100)),
        name: "A thing".into(),
        quantity: random.u32(1..5),
        unit_price: price(random.i64(1..10_000)),
    };
    let items: Vec<_> = (0..random.usize(1..4)).map(|_| item(&mut random)).collect();
    let total = items
        .iter()
        .map(|item| item.unit_price.amount * i64::from(item.quantity))
        .sum();
    OrderPlaced {
        order_id: id.to_owned(),
        user_id: format!("u-{}", random.u32(..500)),
        email: "ada@example.com".into(),
        total: price(total),
        items,
    }
    .into()
}

fn sealed(random: &mut Rng, event: OrderEvent, version: u32) -> Envelope {
    let origin = Origin {
        source: "/orders".into(),
        id: Uuid::from_u128(random.u128(..)),
        time: Timestamp::from_millisecond(1_768_471_200_000 + random.i64(0..86_400_000)).unwrap(),
        correlation_id: None,
        trace: None,
        actor: Actor::default(),
    };
    originate(event.outgoing(version).unwrap(), origin)
}

/// Replays from `from` on, and stops after so many pages; where it can go on, and whether it is at its end.
async fn replayed(replay: &Replay<OrderViews>, from: Checkpoint, pages: usize) -> (Checkpoint, Ended) {
    let (stop, mut last, mut seen) = (CancellationToken::new(), from.clone(), 0);
    let mut watch = |checkpoint: &Checkpoint| {
        last.clone_from(checkpoint);
        seen += 1;
        if seen >= pages {
            stop.cancel();
        }
        Ok(())
    };
    let ended = replay.run(from, &mut watch, &stop).await.unwrap();
    (last, ended)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_leaves_what_live_events_have_left() {
    let count = env::var("TIDINGS_REPLAY_EVENTS").map_or(EVERYDAY, |count| count.parse().unwrap());
    let mut random = Rng::with_seed(SEED);
    let shop = Shop::open().await;
    let events = histories(&mut random, count);
    let orders = events
        .iter()
        .filter(|event| event.aggregateversion == Some(1))
        .count();
    let begin = Instant::now();
    shop.store(&events).await;
    eprintln!("{count} events of {orders} orders stored: {:?}", begin.elapsed());

    // Live: in any order, every fifth twice.
    let mut deliveries = events.clone();
    deliveries.extend(events.iter().step_by(5).cloned());
    random.shuffle(&mut deliveries);
    let begin = Instant::now();
    shop.project(&deliveries).await;
    eprintln!(
        "projected live, {} deliveries: {:?}",
        deliveries.len(),
        begin.elapsed()
    );
    let live = shop.rows(&ORDER_VIEWS).await;
    assert_eq!(live.len(), orders);

    // Into a fresh table, in four segments, interrupted again and again.
    let replay = shop
        .replay(&FRESH)
        .paged(i32::try_from(count / 40).unwrap().max(10));
    let (mut from, mut runs, begin) = (Checkpoint::begin(4), 0, Instant::now());
    loop {
        runs += 1;
        let (reached, ended) = replayed(&replay, from, 7).await;
        if ended == Ended::Complete {
            from = reached;
            break;
        }
        // Another process has nothing but the text.
        from = serde_json::from_str(&serde_json::to_string(&reached).unwrap()).unwrap();
    }
    eprintln!(
        "replayed into a fresh table in {runs} runs: {:?}, {:?}",
        begin.elapsed(),
        from.counts
    );
    assert!(runs > 3, "it was interrupted");
    assert_eq!(from.counts.read_again, 0);
    assert!(shop.rows(&FRESH).await == live, "the fresh table is the live one");

    // At once, in place.
    let begin = Instant::now();
    let (done, _) = replayed(&shop.replay(&ORDER_VIEWS), Checkpoint::begin(1), usize::MAX).await;
    eprintln!("replayed in place at once: {:?}", begin.elapsed());
    let expected = Counts {
        events: count as u64,
        aggregates: orders as u64,
        written: orders as u64,
        ..Counts::default()
    };
    assert_eq!(done.counts, expected);
    assert!(shop.rows(&ORDER_VIEWS).await == live, "in place, nothing changes");

    // In place, while further orders are stored and projected.
    let more = histories(&mut random, count / 10);
    let arriving = async {
        for batch in more.chunks(BATCH) {
            shop.store(batch).await;
            shop.project(batch).await;
            tokio::task::yield_now().await;
        }
    };
    let replaying = async {
        let replay = shop.replay(&ORDER_VIEWS).paged(100);
        replayed(&replay, Checkpoint::begin(2), usize::MAX).await
    };
    let begin = Instant::now();
    let ((), (_, ended)) = tokio::join!(arriving, replaying);
    eprintln!(
        "replayed in place while {} events arrived: {:?}",
        more.len(),
        begin.elapsed()
    );
    assert_eq!(ended, Ended::Complete);
    // The fresh table has none of the new ones: a replay brings it there.
    replayed(&shop.replay(&FRESH), Checkpoint::begin(1), usize::MAX).await;
    assert!(
        shop.rows(&ORDER_VIEWS).await == shop.rows(&FRESH).await,
        "live events and a replay beside them"
    );

    assert!(
        shop.rows(&OUTBOX).await.is_empty() && shop.rows(&IDEMPOTENCY).await.is_empty(),
        "nothing is sent"
    );
    assert_eq!(shop.rows(&EVENTS).await.len(), events.len() + more.len());
}
