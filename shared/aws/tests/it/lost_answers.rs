//! An answer of DynamoDB that is lost on the wire: the SDK repeats the request, and must not meet itself as another.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, TransactWriteItem, Update},
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::HttpRequest,
    result::ConnectorError,
};
use tidings_aws::idempotency::{Claimed, Completed, Effect, Hold, IdempotencyTable, Key, Try};
use tidings_bus::EmbeddedDynamoDb;
use tidings_core::{
    Failure,
    catalogue::{IDEMPOTENCY, OUTBOX},
    clock::SystemEntropy,
    protocol::Status,
};

/// Carries every request, and loses so many answers.
#[derive(Debug, Clone)]
struct Lossy {
    database: SharedHttpConnector,
    losses: Arc<AtomicU32>,
    carried: Arc<AtomicU32>,
}

impl HttpConnector for Lossy {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.carried.fetch_add(1, Ordering::Relaxed);
        let answer = self.database.call(request);
        let loses = self
            .losses
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .is_ok();
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            if loses {
                Err(ConnectorError::timeout("the answer was lost".into()))
            } else {
                Ok(answer)
            }
        })
    }
}

struct Wire {
    records: IdempotencyTable,
    client: Client,
    lossy: Lossy,
}

impl Wire {
    async fn open() -> Self {
        let database = EmbeddedDynamoDb::in_memory().unwrap();
        for table in [&IDEMPOTENCY, &OUTBOX] {
            database.create_table(table).await.unwrap();
        }
        let lossy = Lossy {
            database: database.connector(),
            losses: Arc::default(),
            carried: Arc::default(),
        };
        // The SDK's own default of repeating.
        let client = Client::from_conf(EmbeddedDynamoDb::config(lossy.clone()).build());
        let records = IdempotencyTable::new(client.clone(), IDEMPOTENCY.name);
        Self {
            records,
            client,
            lossy,
        }
    }

    /// Loses the next answer; afterwards two requests must have been carried.
    fn lose_the_next_answer(&self) {
        self.lossy.losses.store(1, Ordering::Relaxed);
        self.lossy.carried.store(0, Ordering::Relaxed);
    }

    fn carried(&self) -> u32 {
        self.lossy.carried.load(Ordering::Relaxed)
    }
}

fn attempt() -> Try {
    let now = "2026-01-15T10:00:00Z".parse().unwrap();
    Try {
        key: Key {
            event: "/woods#1".to_owned(),
            consumer: "watch-bear",
        },
        owner: "me".to_owned(),
        now,
        lease_until: now + Duration::from_secs(11),
        sent: now,
    }
}

/// Adds one to a counter, in the outbox table because it is there.
fn effect() -> Effect {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let update = Update::builder()
        .table_name(OUTBOX.name)
        .key("aggregate_key", text("counter"))
        .key("position", text("1"))
        .update_expression("ADD runs :one")
        .expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
    Effect {
        action: TransactWriteItem::builder()
            .update(update.build().unwrap())
            .build(),
        otherwise: None,
    }
}

#[tokio::test]
async fn a_claim_whose_answer_is_lost_is_acquired_as_the_first_attempt() {
    let wire = Wire::open().await;
    wire.lose_the_next_answer();
    let claimed = wire.records.claim(&attempt()).await.unwrap();
    assert_eq!(
        claimed,
        Claimed::Acquired {
            attempt: 1,
            first_failed: None
        }
    );
    assert_eq!(wire.carried(), 2, "the SDK repeated the request");
}

#[tokio::test]
async fn a_refused_claim_that_shows_no_readable_record_concludes_nothing() {
    let wire = Wire::open().await;
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let put = wire.client.put_item().table_name(IDEMPOTENCY.name);
    let put = put
        .item("event", text("/woods#1"))
        .item("consumer", text("watch-bear"));
    put.item("record_status", text("of a later version"))
        .send()
        .await
        .unwrap();
    assert!(matches!(
        wire.records.claim(&attempt()).await,
        Err(Failure::Transient { .. })
    ));
}

#[tokio::test]
async fn a_completion_whose_answer_is_lost_is_done() {
    let wire = Wire::open().await;
    wire.records.claim(&attempt()).await.unwrap();
    wire.lose_the_next_answer();
    let completed = wire
        .records
        .complete(&attempt(), Hold::Lease, Vec::new(), None, &SystemEntropy)
        .await
        .unwrap();
    assert_eq!((completed, wire.carried()), (Completed::Done { tries: 1 }, 2));
}

#[tokio::test]
async fn a_transaction_whose_answer_is_lost_has_its_effect_once() {
    for hold in [Hold::Nothing, Hold::Lease] {
        let wire = Wire::open().await;
        if hold == Hold::Lease {
            wire.records.claim(&attempt()).await.unwrap();
        }
        wire.lose_the_next_answer();
        let completed = wire
            .records
            .complete(&attempt(), hold, vec![effect()], None, &SystemEntropy)
            .await
            .unwrap();
        assert!(matches!(completed, Completed::Done { .. }), "{completed:?}");
        assert_eq!(wire.carried(), 2, "the SDK repeated the request");
        let counter = wire.client.scan().table_name(OUTBOX.name).send().await.unwrap();
        assert_eq!(counter.items()[0]["runs"], AttributeValue::N("1".to_owned()));
        let record = wire.records.get(&attempt().key).await.unwrap().unwrap();
        assert_eq!(record.status, Status::Completed);
    }
}
