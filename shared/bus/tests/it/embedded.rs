//! The embedded DynamoDB, its file and its stream.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_lambda_events::{dynamodb::Event, streams::DynamoDbEventResponse};
use aws_sdk_dynamodb::types::AttributeValue;
use tidings_bus::{EmbeddedDynamoDb, HandleStream, StreamPoller};
use tidings_core::catalogue::{IDEMPOTENCY, OUTBOX};

async fn put(database: &EmbeddedDynamoDb, position: &str) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let put = database.client().put_item().table_name(OUTBOX.name);
    put.item("aggregate_key", text("a"))
        .item("position", text(position))
        .send()
        .await
        .unwrap();
}

/// Notes the positions it sees; refuses one of them a few times.
struct Reader {
    seen: Mutex<Vec<String>>,
    refuses: Mutex<Vec<&'static str>>,
}

#[async_trait]
impl HandleStream for Reader {
    async fn handle(&self, batch: Event) -> DynamoDbEventResponse {
        for record in batch.records {
            let position: String = serde_dynamo::from_item::<_, Entry>(record.change.keys)
                .unwrap()
                .position;
            let mut refuses = self.refuses.lock().unwrap();
            if let Some(refused) = refuses.iter().position(|refused| *refused == position) {
                refuses.remove(refused);
                let number = record.change.sequence_number.unwrap();
                let failures = serde_json::json!({ "batchItemFailures": [{ "itemIdentifier": number }] });
                return serde_json::from_value(failures).unwrap();
            }
            self.seen.lock().unwrap().push(position);
        }
        DynamoDbEventResponse::default()
    }
}

#[derive(serde::Deserialize)]
struct Entry {
    position: String,
}

#[tokio::test]
async fn a_stream_is_handed_over_in_order_and_goes_on_from_what_failed() {
    let database = EmbeddedDynamoDb::in_memory().unwrap();
    database.create_table(&OUTBOX).await.unwrap();
    for position in ["1", "2", "3"] {
        put(&database, position).await;
    }
    let refuses = Mutex::new(vec!["1", "2", "2"]);
    let reader = Arc::new(Reader {
        seen: Mutex::default(),
        refuses,
    });
    let poller = StreamPoller::new(&database, &OUTBOX, reader.clone()).unwrap();
    while poller.poll().await.unwrap() > 0 {}
    assert_eq!(
        *reader.seen.lock().unwrap(),
        ["1", "2", "3"],
        "each once, because 1 was done when 2 failed"
    );
    put(&database, "4").await;
    assert_eq!(poller.poll().await.unwrap(), 1);
    assert_eq!(reader.seen.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn a_table_without_a_stream_cannot_be_polled() {
    let database = EmbeddedDynamoDb::in_memory().unwrap();
    database.create_table(&IDEMPOTENCY).await.unwrap();
    let reader = Arc::new(Reader {
        seen: Mutex::default(),
        refuses: Mutex::default(),
    });
    assert!(StreamPoller::new(&database, &IDEMPOTENCY, reader).is_err());
}

#[tokio::test]
async fn what_is_kept_in_a_file_is_there_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    {
        let database = EmbeddedDynamoDb::in_file(&file).unwrap();
        database.create_table(&OUTBOX).await.unwrap();
        put(&database, "1").await;
    }
    let database = EmbeddedDynamoDb::in_file(&file).unwrap();
    database.create_table(&OUTBOX).await.unwrap();
    assert_eq!(
        database
            .client()
            .scan()
            .table_name(OUTBOX.name)
            .send()
            .await
            .unwrap()
            .count(),
        1
    );
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    std::fs::write(
        &file,
        "This is not a database, and it is long enough to be sure.".repeat(20),
    )
    .unwrap();
    assert!(EmbeddedDynamoDb::in_file(&file).is_err());
}
