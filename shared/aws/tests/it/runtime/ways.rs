//! The runtime takes the ways that the model's worker takes, and no others: each line of the model's `ways.txt` is played to the real
//! runtime, which meets the answers that the line tells of, and must ask, do and answer what stands there.

mod script;

use std::{sync::Arc, time::Duration};

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use aws_sdk_dynamodb::{Client, config::retry::RetryConfig};
use jiff::{SignedDuration, Timestamp};
use tidings_aws::{
    HandleBatch as _, Handler, Runtime, TableNames,
    idempotency::IdempotencyTable,
    observe::{Handled, Observe},
    runtime::Surroundings,
};
use tidings_bus::EmbeddedDynamoDb;
use tidings_core::{Clock, catalogue::IDEMPOTENCY, clock::SystemEntropy};
use tokio::time::Instant;

use self::script::{Script, Scripted};
use super::zoo::{Deed, EFFECTS, poke};

const WAYS: &str = include_str!("../../../../core/tests/model/ways.txt");
/// The time-out of the invocation.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A clock that goes with tokio's.
#[derive(Debug, Clone, Copy)]
struct Ticking(Instant);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        let since = SignedDuration::try_from(self.0.elapsed()).unwrap();
        Timestamp::from_millisecond(script::PRESENT_MILLIS).unwrap() + since
    }
}

struct Nobody;

impl Observe for Nobody {
    fn handled(&self, _: &Handled<'_>) {}
}

/// What the runtime did where it met what `line` tells of, as a line.
async fn played(line: &str) -> String {
    let clock = Ticking(Instant::now());
    let database = EmbeddedDynamoDb::in_memory_with_clock(Arc::new(clock)).unwrap();
    for table in [&IDEMPOTENCY, &EFFECTS] {
        database.create_table(table).await.unwrap();
    }
    let mut steps = line.split(" | ");
    let guarantee = steps.next().unwrap().to_owned();
    let script = Arc::new(Script::of(steps, &database, clock.now() + TIMEOUT));
    let wire = EmbeddedDynamoDb::config(script::Wire(script.clone()));
    let dynamodb = Client::from_conf(wire.retry_config(RetryConfig::disabled()).build());
    let surroundings = Surroundings {
        records: IdempotencyTable::new(dynamodb, IDEMPOTENCY.name),
        tables: TableNames::new([(EFFECTS.name, EFFECTS.name.to_owned())]),
        outbox: None,
        claim_check: None,
        replies: None,
        keyring: None,
        postpone: None,
        dead_letters: Some(script.clone()),
        clock: Arc::new(clock),
        entropy: Arc::new(SystemEntropy),
        observe: Arc::new(Nobody),
    };
    let handler: Handler = match guarantee.as_str() {
        "leased" => Scripted::leased(&script),
        _ => Scripted::transactional(&script),
    };
    let mut message = SqsMessage::default();
    message.message_id = Some("m-1".into());
    message.body = Some(poke("a", Deed::Work).envelope().to_json());
    let mut batch = SqsEvent::default();
    batch.records.push(message);
    let runtime = Runtime::new(handler, surroundings);
    let response = runtime.handle(batch, clock.now() + TIMEOUT).await;
    let end = match response.batch_item_failures.is_empty() {
        true => "acknowledged",
        false => "comes back",
    };
    let steps = [vec![guarantee], script.told(), vec![end.to_owned()]].concat();
    steps.join(" | ")
}

#[tokio::test(start_paused = true)]
async fn the_runtime_takes_every_way_of_the_model_and_no_other() {
    let mut differ = Vec::new();
    for line in WAYS.lines() {
        let played = played(line).await;
        if played != line {
            differ.push(format!("model:   {line}\nruntime: {played}"));
        }
    }
    assert!(WAYS.lines().count() > 40);
    assert!(differ.is_empty(), "{}", differ.join("\n\n"));
}
