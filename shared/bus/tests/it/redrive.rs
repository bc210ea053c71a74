//! Redrive: dead letters come in two ways, and go back with a destination.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use tidings_aws::HandleBatch;
use tidings_bus::{Bus, Disorder, QueueSettings, RedriveError};
use tidings_core::{
    Takes,
    clock::{SystemClock, SystemEntropy},
    ports::DeadLetter,
};

/// A body, its message group, and the group that its attribute names.
type Received = (String, Option<String>, Option<String>);

/// Fails until it is mended, and notes what it is handed then.
#[derive(Default)]
struct Clerk {
    mended: AtomicBool,
    received: Mutex<Vec<Received>>,
}

#[async_trait]
impl HandleBatch for Clerk {
    async fn handle(&self, batch: SqsEvent, _: Timestamp) -> SqsBatchResponse {
        let mut response = SqsBatchResponse::default();
        for record in batch.records {
            if !self.mended.load(Ordering::Relaxed) {
                response.add_failure(record.message_id.unwrap());
                continue;
            }
            let group = record.attributes.get("MessageGroupId").cloned();
            let attribute = record.message_attributes.get("group");
            let letter_of = attribute.and_then(|attribute| attribute.string_value.clone());
            let received = (record.body.unwrap(), group, letter_of);
            self.received.lock().unwrap().push(received);
        }
        response
    }
}

const SETTINGS: QueueSettings = QueueSettings {
    visibility_timeout: Duration::from_millis(5),
    max_receive_count: 2,
    batch_size: 10,
    maximum_concurrency: 1,
    timeout: Duration::from_secs(5),
    disorder: Disorder::NONE,
};

/// The way of the runtime, and that of the redrive policy.
async fn dead_in_both_ways(takes: Takes) -> (Bus, Arc<Clerk>) {
    let group = takes.command().map(|_| "bear".to_owned());
    let bus = Bus::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
    let clerk: Arc<Clerk> = Arc::default();
    let subscription = bus.subscribe("clerk", takes, SETTINGS);
    let letter = DeadLetter {
        body: "sent".to_owned(),
        message_id: "m-1".to_owned(),
        group,
        reason: "no such bear".to_owned(),
        class: "Permanent".into(),
        consumer: "clerk",
        attempts: 1,
        first_failed: Timestamp::UNIX_EPOCH,
        event: None,
        correlation_id: None,
    };
    subscription.dead_letters().set_aside(&letter).await.unwrap();
    subscription.consume(clerk.clone());
    bus.send("clerk", "moved").unwrap();
    tokio::time::timeout(Duration::from_secs(10), bus.settled())
        .await
        .expect("what always fails is moved");
    assert_eq!(bus.dead_letters("clerk").unwrap().len(), 2);
    clerk.mended.store(true, Ordering::Relaxed);
    (bus, clerk)
}

async fn redriven(bus: &Bus, clerk: &Clerk) -> Vec<Received> {
    // AWS's move task finds no source of what was sent.
    let refused = bus.redrive("clerk", None);
    assert_eq!(refused, Err(RedriveError::CouldNotDetermineMessageSource));
    assert_eq!(bus.dead_letters("clerk").unwrap().len(), 2);

    assert_eq!(bus.redrive("clerk", Some("clerk")), Ok(2));
    tokio::time::timeout(Duration::from_secs(10), bus.settled())
        .await
        .expect("what is mended is done");
    assert_eq!(bus.dead_letters("clerk").unwrap(), []);
    let mut received = clerk.received.lock().unwrap().clone();
    received.sort();
    received
}

#[tokio::test]
async fn a_standard_queue_gets_its_letters_back_whichever_way_they_came() {
    let (bus, clerk) = dead_in_both_ways(Takes::All).await;
    let letters = redriven(&bus, &clerk).await;
    assert_eq!(
        letters,
        [("moved".to_owned(), None, None), ("sent".to_owned(), None, None)]
    );
}

#[tokio::test]
async fn a_fifo_queue_gets_them_back_in_the_groups_that_they_had_there() {
    let (bus, clerk) = dead_in_both_ways(Takes::Command("feed")).await;
    let letters = redriven(&bus, &clerk).await;
    let [moved, sent] = letters.as_slice() else {
        panic!("{letters:?}")
    };
    let own = moved
        .1
        .as_deref()
        .expect("the redrive policy leaves a message its group");
    assert_eq!((moved.0.as_str(), &moved.2), ("moved", &None));
    assert_ne!(own, "m-1");
    let letter = ("sent".to_owned(), Some("m-1".to_owned()), Some("bear".to_owned()));
    assert_eq!(
        *sent, letter,
        "a letter is a group by itself, and says to which it belongs"
    );
}

#[tokio::test]
async fn the_letters_that_the_redrive_policy_has_moved_find_back_by_themselves() {
    let bus = Bus::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
    let clerk: Arc<Clerk> = Arc::default();
    bus.subscribe("clerk", Takes::All, SETTINGS)
        .consume(clerk.clone());
    bus.send("clerk", "moved").unwrap();
    bus.settled().await;
    clerk.mended.store(true, Ordering::Relaxed);
    assert_eq!(bus.redrive("clerk", None), Ok(1));
    let nobody = bus.redrive("clerk", Some("nobody")).unwrap_err();
    assert_eq!(nobody.to_string(), "there is no subscription nobody");
}

#[test]
fn every_redrive_that_the_documents_show_names_its_destination() {
    let documents = [
        include_str!("../../../../docs/guarantees.md"),
        include_str!("../../../../infra/README.md"),
        include_str!("../../../../README.md"),
    ];
    let shown: Vec<&str> = documents
        .iter()
        .flat_map(|document| document.lines())
        .filter(|line| line.contains("sqs start-message-move-task"))
        .collect();
    assert!(shown.len() >= 2, "a standard queue and a FIFO queue: {shown:?}");
    for line in shown {
        let (_, arguments) = line.split_once("--source-arn ").expect("a source");
        let (source, destination) = arguments
            .split_once(" --destination-arn ")
            .expect("a destination");
        assert_eq!(
            source.contains("-dlq.fifo"),
            destination.contains(".fifo"),
            "{line}"
        );
    }
}
