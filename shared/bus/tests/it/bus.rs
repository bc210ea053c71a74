//! The bus keeps SQS semantics, and each subscription by itself.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use tidings_aws::HandleBatch;
use tidings_bus::{Bus, Disorder, NotSubscribed, QueueSettings};
use tidings_core::{
    Envelope, Takes,
    clock::{SystemClock, SystemEntropy},
    ports::Publish as _,
};

/// Notes what it receives, and answers as it is told.
#[derive(Default)]
struct Recorder {
    received: Mutex<Vec<(String, u32)>>,
    /// Event ids that always fail.
    failing: HashSet<&'static str>,
    answers: Option<&'static str>,
    panics: bool,
}

impl Recorder {
    fn ids(&self) -> Vec<String> {
        let mut ids: Vec<_> = self
            .received
            .lock()
            .unwrap()
            .iter()
            .map(|(id, _)| id.clone())
            .collect();
        ids.sort();
        ids
    }
}

#[async_trait]
impl HandleBatch for Recorder {
    async fn handle(&self, batch: SqsEvent, _deadline: Timestamp) -> SqsBatchResponse {
        let mut response = SqsBatchResponse::default();
        for record in batch.records {
            let id = Envelope::parse(record.body.as_deref().unwrap())
                .unwrap()
                .id
                .clone();
            if self.failing.contains(id.as_str()) {
                response.add_failure(record.message_id.unwrap());
            }
            let receives = record.attributes["ApproximateReceiveCount"].parse().unwrap();
            self.received.lock().unwrap().push((id, receives));
        }
        if let Some(answer) = self.answers {
            response.add_failure(answer);
        }
        assert!(!self.panics, "the handler panics");
        response
    }
}

const SETTINGS: QueueSettings = QueueSettings {
    visibility_timeout: Duration::from_millis(30),
    max_receive_count: 3,
    batch_size: 10,
    maximum_concurrency: 2,
    timeout: Duration::from_secs(5),
    disorder: Disorder::NONE,
};

fn bus() -> Bus {
    Bus::new(Arc::new(SystemClock), Arc::new(SystemEntropy))
}

fn subscribe(bus: &Bus, name: &str, takes: Takes, recorder: Recorder) -> Arc<Recorder> {
    let recorder = Arc::new(recorder);
    bus.subscribe(name, takes, SETTINGS).consume(recorder.clone());
    recorder
}

fn events(types: &[(&str, &str)]) -> Vec<Envelope> {
    let event = |(id, event_type): &(&str, &str)| {
        let text = format!(r#"{{"specversion":"1.0","id":"{id}","source":"/t","type":"{event_type}"}}"#);
        Envelope::parse(&text).unwrap()
    };
    types.iter().map(event).collect()
}

async fn publish(bus: &Bus, types: &[(&str, &str)]) {
    assert!(bus.publish(&events(types)).await.iter().all(Result::is_ok));
}

async fn settled(bus: &Bus) {
    tokio::time::timeout(Duration::from_secs(10), bus.settled())
        .await
        .expect("the bus settles");
}

#[tokio::test]
async fn a_subscription_gets_the_types_it_takes_and_a_wildcard_gets_all() {
    let bus = bus();
    let types = subscribe(
        &bus,
        "types",
        Takes::Types(vec!["order.placed"]),
        Recorder::default(),
    );
    let prefix = subscribe(&bus, "prefix", Takes::Prefix("order."), Recorder::default());
    let all = subscribe(&bus, "all", Takes::All, Recorder::default());
    publish(
        &bus,
        &[
            ("1", "order.placed"),
            ("2", "order.cancelled"),
            ("3", "user.renamed"),
        ],
    )
    .await;
    settled(&bus).await;
    assert_eq!(types.ids(), ["1"]);
    assert_eq!(prefix.ids(), ["1", "2"]);
    assert_eq!(all.ids(), ["1", "2", "3"]);
}

#[tokio::test]
async fn what_is_unsubscribed_gets_nothing_more() {
    let bus = bus();
    let gone = subscribe(&bus, "gone", Takes::All, Recorder::default());
    let stays = subscribe(&bus, "stays", Takes::All, Recorder::default());
    publish(&bus, &[("1", "a.b")]).await;
    settled(&bus).await;
    bus.unsubscribe("gone").unwrap();
    publish(&bus, &[("2", "a.b")]).await;
    settled(&bus).await;
    assert_eq!(
        (gone.ids(), stays.ids()),
        (vec!["1".to_owned()], vec!["1".to_owned(), "2".to_owned()])
    );
    assert_eq!(bus.unsubscribe("gone"), Err(NotSubscribed("gone".into())));
}

#[tokio::test]
async fn a_failing_message_comes_back_until_it_is_dead_and_its_neighbours_are_done() {
    let bus = bus();
    let failing = Recorder {
        failing: HashSet::from(["bad"]),
        ..Recorder::default()
    };
    let failing = subscribe(&bus, "failing", Takes::All, failing);
    let well = subscribe(&bus, "well", Takes::All, Recorder::default());
    publish(&bus, &[("good", "a.b"), ("bad", "a.b")]).await;
    settled(&bus).await;
    assert_eq!(failing.ids(), ["bad", "bad", "bad", "good"]);
    assert_eq!(
        well.ids(),
        ["bad", "good"],
        "another subscription does not notice"
    );
    let receives: Vec<_> = failing
        .received
        .lock()
        .unwrap()
        .iter()
        .filter(|(id, _)| id == "bad")
        .map(|r| r.1)
        .collect();
    assert_eq!(receives, [1, 2, 3]);
    let [dead] = bus
        .dead_letters("failing")
        .unwrap()
        .try_into()
        .expect("one dead letter");
    assert!(dead.body.contains(r#""id":"bad""#) && dead.receives == 3 && dead.letter.is_none());
}

#[tokio::test]
async fn a_handler_that_panics_acknowledges_nothing() {
    let bus = bus();
    let panics = subscribe(
        &bus,
        "panics",
        Takes::All,
        Recorder {
            panics: true,
            ..Recorder::default()
        },
    );
    publish(&bus, &[("1", "a.b")]).await;
    settled(&bus).await;
    assert_eq!(panics.ids(), ["1", "1", "1"]);
    assert_eq!(bus.dead_letters("panics").unwrap().len(), 1);
}

#[tokio::test]
async fn a_response_that_names_an_unknown_message_acknowledges_nothing() {
    for answer in ["", "no such message"] {
        let bus = bus();
        let strange = Recorder {
            answers: Some(answer),
            ..Recorder::default()
        };
        let strange = subscribe(&bus, "strange", Takes::All, strange);
        publish(&bus, &[("1", "a.b"), ("2", "a.b")]).await;
        settled(&bus).await;
        assert_eq!(strange.ids().len(), 6, "both came three times");
        assert_eq!(bus.dead_letters("strange").unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_batch_is_no_larger_than_its_queue_allows() {
    let bus = bus();
    let recorder = subscribe(&bus, "many", Takes::All, Recorder::default());
    let ids: Vec<String> = (0..25).map(|id| id.to_string()).collect();
    let types: Vec<_> = ids.iter().map(|id| (id.as_str(), "a.b")).collect();
    publish(&bus, &types).await;
    settled(&bus).await;
    assert_eq!(recorder.ids().len(), 25);
    assert_eq!(bus.unsettled(), 0);
}
