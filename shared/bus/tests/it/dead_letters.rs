//! Dead letters that are kept: both ways into the dead-letter queue, over the end of a process.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use tidings_aws::HandleBatch;
use tidings_bus::{
    Bus, DEAD_LETTERS, DeadLetterTable, DeadMessage, EmbeddedDynamoDb, EmbeddedError, KeepDeadLetters,
    QueueSettings,
};
use tidings_core::{
    Takes,
    catalogue::Settings,
    clock::{SystemClock, SystemEntropy},
    ports::DeadLetter,
};

/// Does nothing, ever.
struct Never;

#[async_trait]
impl HandleBatch for Never {
    async fn handle(&self, batch: SqsEvent, _: Timestamp) -> SqsBatchResponse {
        let mut response = SqsBatchResponse::default();
        for record in batch.records {
            response.add_failure(record.message_id.unwrap_or_default());
        }
        response
    }
}

fn bus(keep: Arc<dyn KeepDeadLetters>) -> Bus {
    Bus::new(Arc::new(SystemClock), Arc::new(SystemEntropy)).with_dead_letters(keep)
}

fn settings() -> QueueSettings {
    QueueSettings {
        visibility_timeout: Duration::from_millis(1),
        max_receive_count: 1,
        ..QueueSettings::from(&Settings::DEFAULT)
    }
}

fn letter() -> DeadLetter {
    DeadLetter {
        body: "a body".into(),
        message_id: "m-1".into(),
        group: None,
        reason: "it is no event".into(),
        class: "Permanent".into(),
        consumer: "listen",
        attempts: 1,
        first_failed: Timestamp::UNIX_EPOCH,
        event: Some("/s#1".into()),
        correlation_id: None,
    }
}

#[tokio::test]
async fn what_is_set_aside_and_what_is_received_too_often_is_there_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bus.db");
    {
        let database = EmbeddedDynamoDb::in_file(&file).unwrap();
        database.create_table(&DEAD_LETTERS).await.unwrap();
        let bus = bus(Arc::new(DeadLetterTable::of(&database)));
        let listen = bus.subscribe("listen", Takes::All, settings());
        listen.dead_letters().set_aside(&letter()).await.unwrap();
        listen.consume(Arc::new(Never));
        bus.send("listen", "never read").unwrap();
        while bus.dead_letters("listen").unwrap().len() < 2 {
            tokio::task::yield_now().await;
        }
        bus.settled().await;
    }
    let database = EmbeddedDynamoDb::in_file(&file).unwrap();
    let kept = DeadLetterTable::of(&database).all().unwrap();
    let mut told: Vec<_> = kept
        .iter()
        .map(|letter| {
            (
                letter.body.as_str(),
                letter.receives,
                letter.reason.as_deref(),
                letter.event.as_deref(),
            )
        })
        .collect();
    told.sort_unstable();
    let expected = [
        ("a body", 1, Some("it is no event"), Some("/s#1")),
        ("never read", 1, None, None),
    ];
    assert_eq!(told, expected);
    assert!(kept.iter().all(|letter| letter.queue == "listen"));
}

/// Keeps nothing.
struct Full;

impl KeepDeadLetters for Full {
    fn keep(&self, _: &str, _: &DeadMessage, _: Timestamp, _: u128) -> Result<(), EmbeddedError> {
        // A table that is not there.
        let database = EmbeddedDynamoDb::in_memory()?;
        let nowhere = DeadLetterTable::of(&database);
        nowhere.all().map(drop)
    }
}

#[tokio::test]
async fn a_letter_that_cannot_be_kept_leaves_its_message_where_it_is() {
    let bus = bus(Arc::new(Full));
    let listen = bus.subscribe("listen", Takes::All, settings());
    assert!(listen.dead_letters().set_aside(&letter()).await.is_err());
    listen.consume(Arc::new(Never));
    bus.send("listen", "never read").unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(bus.unsettled(), 1);
    assert!(bus.dead_letters("listen").unwrap().is_empty());
}
