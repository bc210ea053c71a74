//! On the bus an entry is published when every subscriber has settled its event.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tidings_aws::{
    HandleBatch,
    event_store::{Author, EventStore},
    relay::Relay,
};
use tidings_bus::{Bus, Disorder, EmbeddedDynamoDb, QueueSettings, StreamPoller, UntilSettled};
use tidings_core::{
    Aggregate, Envelope, Event, Takes,
    catalogue::EVENTS,
    clock::{SystemClock, SystemEntropy},
};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct BellRung {
    bell: String,
}

impl Event for BellRung {
    const TYPE: &'static str = "bell.rung";
    const AGGREGATE: &'static str = "bell";

    fn aggregate_id(&self) -> &str {
        &self.bell
    }
}

#[derive(Debug, Default)]
struct Bell;

#[derive(Debug, thiserror::Error)]
#[error("a bell refuses nothing")]
struct Refused;

impl Aggregate for Bell {
    const TYPE: &'static str = "bell";
    type Event = BellRung;
    type Command = ();
    type Refusal = Refused;

    fn decide(&self, (): &()) -> Result<Vec<BellRung>, Refused> {
        Ok(vec![BellRung { bell: "a".to_owned() }])
    }

    fn evolve(self, _: BellRung) -> Self {
        self
    }
}

/// Hears every event, and acknowledges it once it may.
#[derive(Default)]
struct Listener {
    heard: Mutex<Vec<u32>>,
    deaf: Mutex<bool>,
}

#[async_trait]
impl HandleBatch for Listener {
    async fn handle(&self, batch: SqsEvent, _deadline: Timestamp) -> SqsBatchResponse {
        let mut response = SqsBatchResponse::default();
        for record in batch.records {
            let event = Envelope::parse(record.body.as_deref().unwrap()).unwrap();
            self.heard.lock().unwrap().push(event.aggregateversion.unwrap());
            if *self.deaf.lock().unwrap() {
                response.add_failure(record.message_id.unwrap());
            }
        }
        response
    }
}

/// One run of a process: a bus, its listeners, and a relay on a database that outlives it.
struct Run {
    bus: Arc<Bus>,
    topic: UntilSettled,
    relay: Arc<Relay>,
    stream: StreamPoller,
    quick: Arc<Listener>,
    slow: Arc<Listener>,
}

impl Run {
    fn on(database: &EmbeddedDynamoDb, most: u32) -> Self {
        let bus = Arc::new(Bus::new(Arc::new(SystemClock), Arc::new(SystemEntropy)));
        let (quick, slow) = (Arc::new(Listener::default()), Arc::new(Listener::default()));
        *slow.deaf.lock().unwrap() = true;
        let settings = QueueSettings {
            visibility_timeout: Duration::from_millis(20),
            max_receive_count: most,
            batch_size: 10,
            maximum_concurrency: 2,
            timeout: Duration::from_secs(5),
            disorder: Disorder::NONE,
        };
        bus.subscribe("quick", Takes::All, settings)
            .consume(quick.clone());
        bus.subscribe("slow", Takes::All, settings).consume(slow.clone());
        let outbox = EventStore::new(database.client(), EVENTS.name).outbox();
        let clock = Arc::new(SystemClock);
        let topic = UntilSettled::new(outbox.clone(), bus.clone(), clock.clone());
        let relay = Arc::new(Relay {
            topic: Arc::new(topic.clone()),
            outbox,
            taken: Arc::new(topic.clone()),
            clock,
        });
        Self {
            stream: StreamPoller::new(database, &EVENTS, relay.clone()).unwrap(),
            bus,
            topic,
            relay,
            quick,
            slow,
        }
    }

    /// Waits for this.
    async fn until(&self, holds: impl Fn(&Self) -> bool) {
        for _ in 0..1000 {
            if holds(self) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("it does not come about");
    }

    fn heard(listener: &Listener) -> Vec<u32> {
        listener.heard.lock().unwrap().clone()
    }
}

async fn database() -> EmbeddedDynamoDb {
    let database = EmbeddedDynamoDb::in_memory().unwrap();
    database.create_table(&EVENTS).await.unwrap();
    database
}

async fn ring(database: &EmbeddedDynamoDb) {
    let events = EventStore::new(database.client(), EVENTS.name);
    let author = Author::service("tower");
    let rung = events.work::<Refused, _, _>(&author, |mut work| async move {
        let bell = work.load::<Bell>("a").await?;
        let bell = work.decide(bell, &())?;
        Ok(work.answer(bell))
    });
    rung.await.unwrap();
}

/// How many entries are to be published.
async fn pending(database: &EmbeddedDynamoDb) -> usize {
    let outbox = EventStore::new(database.client(), EVENTS.name).outbox();
    let now = Timestamp::now() + Duration::from_secs(1);
    let (mut left_over, mut count) = (outbox.left_over(now), 0);
    while left_over.next().await.unwrap().is_some() {
        count += 1;
    }
    count
}

#[tokio::test]
async fn an_entry_is_pending_until_its_last_subscriber_has_settled_it() {
    let database = database().await;
    ring(&database).await;
    let run = Run::on(&database, 1000);
    run.stream.poll().await.unwrap();
    run.until(|run| Run::heard(&run.slow).len() > 3).await;
    assert_eq!((Run::heard(&run.quick), pending(&database).await), (vec![1], 1));

    *run.slow.deaf.lock().unwrap() = false;
    run.until(|run| run.topic.unmarked() == 0).await;
    assert_eq!(pending(&database).await, 0);
}

#[tokio::test]
async fn what_is_in_flight_is_not_brought_again_while_later_events_of_its_aggregate_go_out() {
    let database = database().await;
    let run = Run::on(&database, 1000);
    for _ in 0..3 {
        ring(&database).await;
        run.stream.poll().await.unwrap();
        run.relay.sweep(Duration::ZERO, Timestamp::MAX).await.unwrap();
    }
    run.until(|run| Run::heard(&run.quick).len() == 3).await;
    assert_eq!(pending(&database).await, 3);

    *run.slow.deaf.lock().unwrap() = false;
    run.until(|run| run.topic.unmarked() == 0).await;
    assert_eq!(
        (Run::heard(&run.quick), pending(&database).await),
        (vec![1, 2, 3], 0)
    );
}

#[tokio::test]
async fn a_dead_letter_is_settled() {
    let database = database().await;
    ring(&database).await;
    let run = Run::on(&database, 3);
    run.stream.poll().await.unwrap();
    run.until(|run| run.bus.dead_letters("slow").unwrap().len() == 1)
        .await;
    run.until(|run| run.topic.unmarked() == 0).await;
    assert_eq!(pending(&database).await, 0);
}

#[tokio::test]
async fn what_was_in_flight_when_a_process_ended_is_brought_by_the_next() {
    let database = database().await;
    ring(&database).await;
    let first = Run::on(&database, 1000);
    first.stream.poll().await.unwrap();
    first.until(|run| !Run::heard(&run.slow).is_empty()).await;
    drop(first);

    let second = Run::on(&database, 1000);
    *second.slow.deaf.lock().unwrap() = false;
    second.relay.sweep(Duration::ZERO, Timestamp::MAX).await.unwrap();
    second.until(|run| run.topic.unmarked() == 0).await;
    assert_eq!((Run::heard(&second.slow), pending(&database).await), (vec![1], 0));
}
