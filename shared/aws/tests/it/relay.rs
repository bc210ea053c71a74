//! The relay and the sweeper, on the embedded DynamoDB: every event goes out, an aggregate's in their order, and one that is stuck holds up
//! its own aggregate alone.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tidings_aws::{
    idempotency::Effect,
    outbox::Outbox,
    relay::{GRACE, Relay, TIMEOUT},
};
use tidings_bus::EmbeddedDynamoDb;
use tidings_core::{
    Actor, Clock as _, Envelope, Fact as _,
    catalogue::OUTBOX,
    causation::{Origin, originate},
    ports::{Publish, TransportError},
};
use tidings_testkit::Bench;
use uuid::Uuid;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct LeafFell {
    tree: String,
}

impl tidings_core::Event for LeafFell {
    const TYPE: &'static str = "leaf.fell";
    const AGGREGATE: &'static str = "tree";

    fn aggregate_id(&self) -> &str {
        &self.tree
    }
}

/// Takes what it is told to take, and keeps it in order.
#[derive(Default)]
struct Wind {
    refuses: Mutex<BTreeSet<String>>,
    took: Mutex<Vec<String>>,
    asked: Mutex<Vec<String>>,
    /// Taking this one takes nearly as long as a sweep may.
    slow: Mutex<Option<(String, Bench)>>,
}

#[async_trait]
impl Publish for Wind {
    async fn publish(&self, events: &[Envelope]) -> Vec<Result<(), TransportError>> {
        let take = |event: &Envelope| {
            let name = name(event);
            self.asked.lock().unwrap().push(name.clone());
            if self.refuses.lock().unwrap().contains(&name) {
                return Err(TransportError(format!("not {name}")));
            }
            if let Some((slow, bench)) = &*self.slow.lock().unwrap()
                && *slow == name
            {
                bench.pass(Duration::from_secs(21));
            }
            self.took.lock().unwrap().push(name);
            Ok(())
        };
        events.iter().map(take).collect()
    }
}

/// `oak-2`: the second of the tree's.
fn name(event: &Envelope) -> String {
    format!(
        "{}-{}",
        event.subject.as_deref().unwrap(),
        event.aggregateversion.unwrap()
    )
}

struct Woods {
    bench: Bench,
    outbox: Outbox,
    wind: Arc<Wind>,
    relay: Relay,
}

impl Woods {
    async fn open() -> Self {
        let bench = Bench::open().await;
        let outbox = Outbox::new(bench.dynamodb(), OUTBOX.name);
        let wind: Arc<Wind> = Arc::default();
        let relay = Relay::new(outbox.clone(), wind.clone(), bench.clock());
        Self {
            bench,
            outbox,
            wind,
            relay,
        }
    }

    /// The relay's queries are counted.
    fn counting(self, reads: &Reads) -> Self {
        let database = self.bench.database().connector();
        let counting = EmbeddedDynamoDb::config(Counting {
            database,
            reads: reads.clone(),
        });
        let outbox = Outbox::new(Client::from_conf(counting.build()), OUTBOX.name);
        Self {
            relay: Relay::new(outbox, self.wind.clone(), self.bench.clock()),
            ..self
        }
    }

    /// Commits these leaves; answers their stream records.
    async fn fall(&self, leaves: &[(&str, u32)]) -> Vec<EventRecord> {
        let events: Vec<Envelope> = leaves
            .iter()
            .map(|(tree, number)| self.leaf(tree, *number))
            .collect();
        let actions = events.iter().map(|event| {
            let Effect { action, .. } = self.outbox.enter(event);
            action
        });
        let commit = self.bench.dynamodb().transact_write_items();
        let commit = commit.set_transact_items(Some(actions.collect()));
        commit.send().await.unwrap();
        events.iter().map(record).collect()
    }

    fn leaf(&self, tree: &str, number: u32) -> Envelope {
        let leaf = LeafFell {
            tree: tree.to_owned(),
        };
        let origin = Origin {
            source: "/woods".to_owned(),
            id: Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{tree}-{number}").as_bytes()),
            time: self.bench.clock().now(),
            correlation_id: None,
            trace: None,
            actor: Actor::default(),
        };
        originate(leaf.outgoing(number).unwrap(), origin)
    }

    /// Hands over these records; answers the sequence number to come back to.
    async fn hand_over(&self, records: Vec<EventRecord>) -> Option<String> {
        let mut batch = Event::default();
        batch.records = records;
        let deadline = self.bench.clock().now() + TIMEOUT;
        let response = self.relay.handle(batch, deadline).await;
        assert!(response.batch_item_failures.len() <= 1);
        response
            .batch_item_failures
            .into_iter()
            .next()
            .and_then(|failure| failure.item_identifier)
    }

    fn refuse(&self, names: &[&str]) {
        *self.wind.refuses.lock().unwrap() = names.iter().map(|name| (*name).to_owned()).collect();
    }

    /// What has been taken since this was asked last.
    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut *self.wind.took.lock().unwrap())
    }

    /// What it was asked to take, ever.
    fn asked(&self) -> Vec<String> {
        self.wind.asked.lock().unwrap().clone()
    }

    /// The entries that are pending, as the index has them.
    async fn pending(&self) -> usize {
        let rows = self.bench.rows(&OUTBOX).await;
        rows.iter().filter(|row| row.get("pending").is_some()).count()
    }
}

/// How many queries were made, and how many items they have read.
#[derive(Debug, Clone, Default)]
struct Reads(Arc<Mutex<(usize, usize)>>);

impl Reads {
    fn both(&self) -> (usize, usize) {
        *self.0.lock().unwrap()
    }

    fn forget(&self) {
        *self.0.lock().unwrap() = (0, 0);
    }
}

/// Counts the queries on their way to the database.
#[derive(Debug)]
struct Counting {
    database: SharedHttpConnector,
    reads: Reads,
}

impl HttpConnector for Counting {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let query = request.headers().get("x-amz-target");
        let query = query.is_some_and(|target| target.ends_with(".Query"));
        let (answer, reads) = (self.database.call(request), self.reads.clone());
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            if query {
                let page: Value = serde_json::from_slice(answer.body().bytes().unwrap()).unwrap();
                let mut reads = reads.0.lock().unwrap();
                reads.0 += 1;
                reads.1 += page["ScannedCount"].as_u64().unwrap() as usize;
            }
            Ok(answer)
        })
    }
}

/// The record that a stream has of an event, with a sequence number made of its name.
fn record(event: &Envelope) -> EventRecord {
    let place = [
        (
            "aggregate_key",
            format!("tree#{}", event.subject.as_deref().unwrap()),
        ),
        (
            "position",
            format!("{:010}#{}", event.aggregateversion.unwrap(), event.id),
        ),
    ];
    let mut record = EventRecord::default();
    record.event_name = "INSERT".to_owned();
    record.change.sequence_number = Some(sequence(&name(event)));
    record.change.new_image = place
        .map(|(name, value)| (name.to_owned(), serde_dynamo::AttributeValue::S(value)))
        .into_iter()
        .collect::<std::collections::HashMap<_, _>>()
        .into();
    record
}

fn sequence(name: &str) -> String {
    let digits = name.bytes().map(|byte| format!("{byte:03}"));
    digits.collect()
}

#[tokio::test]
async fn who_asks_is_told_what_is_not_published_and_when_the_rest_was() {
    let woods = Woods::open().await;
    let fallen = woods.fall(&[("oak", 1), ("oak", 2), ("elm", 1)]).await;
    let unpublished = async || {
        let unpublished = woods.outbox.unpublished().await.unwrap();
        assert!(!unpublished.more);
        let names = unpublished.events.iter().map(|standing| name(&standing.event));
        names.collect::<BTreeSet<_>>()
    };
    assert_eq!(
        unpublished().await,
        ["elm-1", "oak-1", "oak-2"].map(String::from).into()
    );

    woods.refuse(&["oak-2"]);
    woods.hand_over(fallen).await;
    let now = woods.bench.clock().now();
    assert_eq!(unpublished().await, [String::from("oak-2")].into());
    let standing = async |from| {
        let standing = woods.outbox.standing("tree", "oak", from).await.unwrap();
        let told = standing
            .iter()
            .map(|one| (name(&one.event), one.pending, one.published));
        told.collect::<Vec<_>>()
    };
    let second = ("oak-2".to_owned(), true, None);
    assert_eq!(
        standing(0).await,
        [("oak-1".to_owned(), false, Some(now)), second.clone()]
    );
    assert_eq!(standing(2).await, [second]);
}

#[tokio::test]
async fn what_is_committed_goes_out_once_each_aggregates_in_its_order_whatever_the_stream_does() {
    let woods = Woods::open().await;
    let mut records = woods
        .fall(&[("oak", 1), ("oak", 2), ("elm", 1), ("oak", 3)])
        .await;
    records.reverse();
    assert_eq!(woods.hand_over(records.clone()).await, None);
    let taken = woods.taken();
    let oaks: Vec<_> = taken.iter().filter(|name| name.starts_with("oak")).collect();
    assert_eq!(
        (oaks.as_slice(), taken.len()),
        (
            ["oak-1", "oak-2", "oak-3"]
                .map(String::from)
                .each_ref()
                .as_slice(),
            4
        )
    );
    assert_eq!(woods.pending().await, 0);
    let entries = woods.bench.rows(&OUTBOX).await;
    assert!(
        entries
            .iter()
            .all(|entry| entry["published_at"].is_i64() && entry["expires"].is_i64())
    );

    assert_eq!(woods.hand_over(records).await, None);
    assert_eq!(
        woods.taken(),
        [] as [&str; 0],
        "what the stream repeats is passed over"
    );
}

#[tokio::test]
async fn an_event_waits_for_the_one_before_it_also_when_its_record_comes_first() {
    let woods = Woods::open().await;
    let first = woods.fall(&[("oak", 1)]).await;
    let second = woods.fall(&[("oak", 2)]).await;
    assert_eq!(woods.hand_over(second).await, None);
    assert_eq!(woods.taken(), ["oak-1", "oak-2"]);
    assert_eq!(woods.hand_over(first).await, None);
    assert_eq!(woods.taken(), [] as [&str; 0]);
}

#[tokio::test]
async fn a_stuck_event_holds_up_its_own_aggregate_and_the_stream_comes_back_to_the_lowest() {
    let woods = Woods::open().await;
    woods.refuse(&["oak-1"]);
    let records = woods
        .fall(&[("elm", 1), ("elm", 2), ("oak", 1), ("oak", 2), ("ash", 1)])
        .await;
    let back = woods.hand_over(records.clone()).await;
    assert_eq!(back, Some(sequence("oak-1")));
    let mut taken = woods.taken();
    taken.sort();
    assert_eq!(taken, ["ash-1", "elm-1", "elm-2"]);
    assert_eq!(woods.pending().await, 2);

    woods.refuse(&[]);
    assert_eq!(woods.hand_over(records[2..].to_vec()).await, None);
    assert_eq!(woods.taken(), ["oak-1", "oak-2"]);
}

#[tokio::test]
async fn the_sweeper_publishes_what_the_stream_has_missed_once_it_is_old_enough() {
    let woods = Woods::open().await;
    let sweep = async || {
        let deadline = woods.bench.clock().now() + TIMEOUT;
        woods.relay.sweep(GRACE, deadline).await.unwrap()
    };
    woods.fall(&[("oak", 1), ("oak", 2)]).await;
    woods.bench.pass(Duration::from_secs(30));
    woods.fall(&[("elm", 1)]).await;
    assert_eq!(sweep().await.published, 0, "that is still the relay's");
    woods.bench.pass(Duration::from_secs(31));
    assert_eq!(sweep().await.published, 2);
    assert_eq!(woods.taken(), ["oak-1", "oak-2"]);
    woods.bench.pass(Duration::from_secs(31));
    assert_eq!(sweep().await.published, 1);
    assert_eq!(
        (woods.taken(), woods.pending().await),
        (vec!["elm-1".to_owned()], 0)
    );
    assert_eq!(sweep().await, tidings_aws::relay::Swept::default());
}

#[tokio::test]
async fn hundreds_of_stuck_aggregates_do_not_keep_the_sweeper_from_the_others() {
    let woods = Woods::open().await;
    let trees: Vec<String> = (0..250).map(|number| format!("tree{number}")).collect();
    let refused: Vec<String> = trees.iter().map(|tree| format!("{tree}-1")).collect();
    woods.refuse(&refused.iter().map(String::as_str).collect::<Vec<_>>());
    for tree in &trees {
        woods.bench.pass(Duration::from_millis(1));
        woods.fall(&[(tree, 1)]).await;
    }
    let first = woods.bench.clock().now();
    woods.bench.pass(Duration::from_secs(1));
    woods.fall(&[("oak", 1)]).await;
    woods.bench.pass(Duration::from_secs(90));
    let deadline = woods.bench.clock().now() + TIMEOUT;
    let swept = woods.relay.sweep(GRACE, deadline).await.unwrap();
    assert_eq!((swept.published, swept.stuck.len()), (1, 250));
    assert!(swept.oldest.unwrap() < format!("{first:.3}"));
    assert_eq!(woods.taken(), ["oak-1"]);
}

#[tokio::test]
async fn entries_of_one_moment_are_all_found_however_many_they_are() {
    let woods = Woods::open().await;
    // In one partition of the index and in all of them.
    let trees: Vec<String> = (0..600).map(|number| format!("tree{number}")).collect();
    for tree in &trees {
        woods.fall(&[(tree, 1)]).await;
    }
    woods.bench.pass(Duration::from_secs(90));
    let deadline = woods.bench.clock().now() + TIMEOUT;
    let swept = woods.relay.sweep(GRACE, deadline).await.unwrap();
    assert_eq!((swept.published, swept.stuck.len()), (600, 0));
    assert_eq!((woods.taken().len(), woods.pending().await), (600, 0));
}

#[tokio::test]
async fn an_aggregate_with_a_long_queue_keeps_its_order_and_no_other_waits_for_all_of_it() {
    let woods = Woods::open().await;
    for number in 1..=250 {
        woods.fall(&[("oak", number)]).await;
    }
    woods.bench.pass(Duration::from_secs(1));
    woods.fall(&[("elm", 1)]).await;
    woods.bench.pass(Duration::from_secs(90));
    let deadline = woods.bench.clock().now() + TIMEOUT;
    let swept = woods.relay.sweep(GRACE, deadline).await.unwrap();
    assert_eq!((swept.published, woods.pending().await), (251, 0));
    let taken = woods.taken();
    let elm = taken.iter().position(|name| name == "elm-1").unwrap();
    assert!(elm < 3, "it is published in the first round: {elm}");
    let oaks: Vec<_> = taken.into_iter().filter(|name| name.starts_with("oak")).collect();
    let in_order: Vec<_> = (1..=250).map(|number| format!("oak-{number}")).collect();
    assert_eq!(oaks, in_order);
}

#[tokio::test]
async fn a_stuck_aggregate_is_tried_once_a_sweep_whatever_waits_behind_it() {
    let woods = Woods::open().await;
    woods.refuse(&["oak-1"]);
    for number in 1..=1_000 {
        woods.fall(&[("oak", number)]).await;
        if number % 7 == 0 {
            woods.bench.pass(Duration::from_millis(1));
        }
    }
    woods.bench.pass(Duration::from_secs(1));
    woods.fall(&[("elm", 1)]).await;
    woods.bench.pass(Duration::from_secs(90));
    let deadline = woods.bench.clock().now() + TIMEOUT;
    let swept = woods.relay.sweep(GRACE, deadline).await.unwrap();
    assert_eq!((swept.published, swept.stuck.len()), (1, 1));
    assert_eq!(woods.taken(), ["elm-1"]);
    assert_eq!(
        woods.asked(),
        ["elm-1", "oak-1"],
        "nothing is tried a second time"
    );

    let known = tidings_aws::outbox::Place {
        aggregate: "tree#oak".to_owned(),
        position: format!("{:010}#", 1),
    };
    let upcoming = woods.outbox.upcoming(&known).await.unwrap();
    assert_eq!(upcoming.entries.len(), 100, "and no more of it is read");

    woods.refuse(&[]);
    let swept = woods.relay.sweep(GRACE, deadline).await.unwrap();
    assert_eq!((swept.published, woods.pending().await), (1_000, 0));
}

#[tokio::test]
async fn what_is_pending_before_the_entry_that_the_index_tells_of_first_goes_out_first() {
    let woods = Woods::open().await;
    let second = woods.leaf("oak", 2);
    // The writer of the first event has a clock that is ahead.
    woods.bench.pass(Duration::from_secs(1));
    woods.fall(&[("oak", 1)]).await;
    let Effect { action, .. } = woods.outbox.enter(&second);
    let commit = woods.bench.dynamodb().transact_write_items();
    commit.transact_items(action).send().await.unwrap();
    woods.bench.pass(Duration::from_secs(90));
    let deadline = woods.bench.clock().now() + TIMEOUT;
    woods.relay.sweep(GRACE, deadline).await.unwrap();
    assert_eq!(woods.taken(), ["oak-1", "oak-2"]);
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_holds_up_its_aggregate_and_is_never_passed_over() {
    let woods = Woods::open().await;
    let records = woods.fall(&[("oak", 1), ("oak", 2), ("elm", 1)]).await;
    let spoilt = woods.bench.dynamodb().update_item().table_name(OUTBOX.name);
    let key = |name: &str| match &records[0].change.new_image[name] {
        serde_dynamo::AttributeValue::S(text) => AttributeValue::S(text.clone()),
        _ => unreachable!(),
    };
    let spoilt = spoilt
        .key("aggregate_key", key("aggregate_key"))
        .key("position", key("position"));
    let spoilt = spoilt.update_expression("SET envelope = :none");
    let spoilt = spoilt.expression_attribute_values(":none", AttributeValue::S("{".to_owned()));
    spoilt.send().await.unwrap();
    assert_eq!(woods.hand_over(records).await, Some(sequence("oak-1")));
    assert_eq!(woods.taken(), ["elm-1"]);
    assert_eq!(woods.pending().await, 2);
}

#[tokio::test]
async fn nothing_is_begun_when_the_deadline_is_near() {
    let woods = Woods::open().await;
    let records = woods.fall(&[("oak", 1)]).await;
    let mut batch = Event::default();
    batch.records = records;
    let deadline = woods.bench.clock().now() + Duration::from_secs(9);
    let response = woods.relay.handle(batch, deadline).await;
    assert_eq!(response.batch_item_failures.len(), 1);
    assert_eq!((woods.taken().len(), woods.pending().await), (0, 1));
}

#[tokio::test]
async fn of_a_stuck_aggregate_the_relay_reads_no_more_however_much_waits_behind_its_first_event() {
    let counted = Reads::default();
    let woods = Woods::open().await.counting(&counted);
    woods.refuse(&["oak-1"]);
    let mut records = Vec::new();
    for number in 1..=600 {
        records = woods.fall(&[("oak", number)]).await;
    }
    // The stream does not come back to what is the sweeper's.
    assert_eq!(woods.hand_over(records).await, None);
    assert_eq!(woods.asked(), [] as [&str; 0]);
    let (queries, items) = counted.both();
    assert!(
        queries <= 4 && items <= 210,
        "{queries} queries read {items} items of 600"
    );

    // Others go on, and one that is new costs one query.
    counted.forget();
    let elm = woods.fall(&[("elm", 1)]).await;
    assert_eq!(woods.hand_over(elm).await, None);
    assert_eq!(
        (woods.taken(), counted.both()),
        (vec!["elm-1".to_owned()], (1, 1))
    );

    woods.refuse(&[]);
    woods.bench.pass(Duration::from_secs(90));
    let deadline = woods.bench.clock().now() + TIMEOUT;
    let swept = woods.relay.sweep(GRACE, deadline).await.unwrap();
    assert_eq!((swept.published, woods.pending().await), (600, 0));
}

#[tokio::test]
async fn a_batch_with_a_long_queue_of_one_aggregate_goes_out_whole_and_in_order() {
    let woods = Woods::open().await;
    let mut records = Vec::new();
    for number in 1..=250 {
        records.extend(woods.fall(&[("oak", number)]).await);
    }
    assert_eq!(woods.hand_over(records).await, None);
    let all: Vec<String> = (1..=250).map(|number| format!("oak-{number}")).collect();
    assert_eq!((woods.taken(), woods.pending().await), (all, 0));
}

#[tokio::test]
async fn a_sweep_whose_time_is_up_names_what_is_left_and_not_what_it_has_just_published() {
    for left in [false, true] {
        let woods = Woods::open().await;
        for number in 0..99 {
            woods.fall(&[(&format!("tree{number}"), 1)]).await;
        }
        // As many as are read at once, so that nobody knows yet whether more follow.
        for number in 1..=100 {
            woods.fall(&[("oak", number)]).await;
        }
        woods.bench.pass(Duration::from_millis(1));
        woods.fall(&[("tree0", 2)]).await;
        if left {
            woods.fall(&[("elm", 1)]).await;
        }
        woods.bench.pass(Duration::from_secs(90));
        *woods.wind.slow.lock().unwrap() = Some(("oak-100".to_owned(), woods.bench.clone()));
        let deadline = woods.bench.clock().now() + TIMEOUT;
        let swept = woods.relay.sweep(GRACE, deadline).await.unwrap();
        assert_eq!(swept.published, 200);
        let stuck: Vec<_> = swept.stuck.into_iter().collect();
        match left {
            true => assert_eq!(stuck, ["tree#elm"]),
            false => assert_eq!((stuck.as_slice(), woods.pending().await), (&[] as &[String], 0)),
        }
    }
}
