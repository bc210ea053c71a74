//! What the runtime tells of a batch: metrics and log lines, as a deployed consumer writes them.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tidings_aws::{
    HandleBatch as _, Observe, Runtime, TableNames,
    idempotency::IdempotencyTable,
    log::{Log, json_lines},
    metrics::Metrics,
    runtime::Surroundings,
};
use tidings_core::{
    Clock as _, Consumer, Context, Effects, Event, Failure, Leased, Repeat,
    catalogue::IDEMPOTENCY,
    consumer::guarantee,
    ports::{DeadLetter, DeadLetters, TransportError},
};
use tidings_testkit::{Bench, time::MOMENT};
use tracing::{info_span, warn};

/// The event of these tests; `deed` tells its consumer what to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Poked {
    id: String,
    #[serde(default)]
    deed: Deed,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
enum Deed {
    #[default]
    Work,
    Panic,
    Permanent,
}

impl Event for Poked {
    const TYPE: &'static str = "bear.poked";
    const AGGREGATE: &'static str = "bear";

    fn aggregate_id(&self) -> &str {
        &self.id
    }
}

/// Says something, and does as it is told.
struct FeedBear;

impl Consumer for FeedBear {
    const NAME: &'static str = "feed-bear";
    const SERVICE: &'static str = "zoo";
    type Event = Poked;
    type Guarantee = guarantee::Leased;
}

impl Leased for FeedBear {
    const REPEAT: Repeat = Repeat::MayRepeat;

    async fn perform(&self, poked: Poked, _: &Context) -> Result<Effects, Failure> {
        tokio::task::yield_now().await;
        warn!(honey = 3, "it growls");
        info_span!("kitchen", pot = "large").in_scope(|| warn!("it cooks"));
        match poked.deed {
            Deed::Permanent => Err(Failure::permanent("no bear").of_class("NoBear")),
            Deed::Panic => panic!("the bear woke up"),
            Deed::Work => Ok(Effects::none()),
        }
    }
}

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Captured {
    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        assert!(
            !text.contains("honeycomb"),
            "an event's data is in no line: {text}"
        );
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// Logs into what is captured, for as long as the guard lives.
fn logging(level: &str) -> (Captured, tracing::subscriber::DefaultGuard) {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = json_lines(move || writer.clone(), level.parse().unwrap());
    (captured, tracing::subscriber::set_default(subscriber))
}

/// A dead-letter queue that takes everything.
struct Anything;

#[async_trait]
impl DeadLetters for Anything {
    async fn set_aside(&self, _: &DeadLetter) -> Result<(), TransportError> {
        Ok(())
    }
}

fn worker(bench: &Bench, observe: impl Observe + 'static) -> Runtime {
    let surroundings = Surroundings {
        records: IdempotencyTable::new(bench.dynamodb(), IDEMPOTENCY.name),
        tables: TableNames::default(),
        claim_check: None,
        keyring: None,
        outbox: None,
        replies: None,
        postpone: None,
        dead_letters: Some(Arc::new(Anything)),
        clock: bench.clock(),
        entropy: bench.entropy(),
        observe: Arc::new(observe),
    };
    Runtime::new(FeedBear, surroundings)
}

/// Delivers a batch; answers how many messages come back.
async fn deliver(bench: &Bench, worker: &Runtime, records: Vec<SqsMessage>) -> usize {
    let mut batch = SqsEvent::default();
    batch.records = records;
    let deadline = bench.clock().now() + Duration::from_secs(10);
    worker.handle(batch, deadline).await.batch_item_failures.len()
}

fn message(id: &str, body: impl Into<String>) -> SqsMessage {
    let mut message = SqsMessage::default();
    message.message_id = Some(id.to_owned());
    message.body = Some(body.into());
    message
}

/// An event whose data must not be logged, sent 40 s before the test begins.
fn poke(id: &str, data: &Value) -> SqsMessage {
    let event = json!({
        "specversion": "1.0", "id": id, "source": "/woods", "type": "bear.poked", "correlationid": "c-1",
        "causationid": "x-1", "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "data": data,
    });
    let mut message = message(&format!("m-{id}"), event.to_string());
    let sent = (MOMENT.as_millisecond() - 40_000).to_string();
    message.attributes = [("SentTimestamp".to_owned(), sent)].into();
    message
}

#[tokio::test]
async fn a_batch_on_the_runtime_is_one_line_of_metrics_and_one_for_each_kind_of_failure() {
    let bench = Bench::open().await;
    let captured = Captured::default();
    let metrics = Metrics::written_to(
        &tidings_core::consumer::Declared::by::<FeedBear>(),
        "feed-bear".to_owned(),
        captured.clone(),
    );
    let worker = worker(&bench, (Log, metrics));
    let batch = |deed: Deed| {
        vec![
            poke("a", &json!({ "id": "honeycomb" })),
            poke("a", &json!({ "id": "honeycomb" })),
            poke("b", &json!({ "id": "honeycomb", "deed": deed })),
            poke("c", &json!({ "id": { "honeycomb": 1 } })),
            message("m-none", "honeycomb"),
        ]
    };
    assert_eq!(deliver(&bench, &worker, batch(Deed::Permanent)).await, 0);
    bench.pass(Duration::from_secs(1));
    assert_eq!(deliver(&bench, &worker, batch(Deed::Panic)).await, 1);

    let lines = captured.lines();
    let summary = |line: &Value| {
        [
            "BatchSize",
            "Processed",
            "Duplicates",
            "Failures",
            "SetAside",
            "ColdStart",
        ]
        .map(|name| line[name].as_u64().unwrap_or(0))
    };
    let cause = |line: &Value| {
        ["EventType", "ErrorClass"].map(|name| line[name].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(summary(&lines[0]), [5, 1, 1, 3, 3, 1]);
    assert_eq!(lines[0]["Age"], json!({ "Values": [40_000], "Counts": [4] }));
    assert_eq!(lines[0]["Attempts"], json!({ "Values": [1], "Counts": [4] }));
    let mut causes: Vec<_> = lines[1..4].iter().map(cause).collect();
    causes.sort();
    assert_eq!(
        causes,
        [
            ["None", "EnvelopeError"],
            ["bear.poked", "DecodeError"],
            ["bear.poked", "NoBear"],
        ]
    );
    assert_eq!(summary(&lines[4]), [5, 0, 2, 3, 2, 0]);
    let tries = lines[4]["Attempts"]["Values"].as_array().unwrap();
    assert!(
        tries.len() == 2 && tries.contains(&json!(1)) && tries.contains(&json!(2)),
        "what was set aside is tried again, and the body without an event has no record: {tries:?}"
    );
    assert!(
        lines[5..]
            .iter()
            .any(|line| cause(line) == ["bear.poked", "Panic"])
    );
    assert_eq!(lines.len(), 8);
}

#[tokio::test]
async fn every_line_of_a_delivery_says_which_event_it_is_about_also_the_handlers_own() {
    let bench = Bench::open().await;
    let (captured, _guard) = logging("info");
    let worker = worker(&bench, Log);
    let batch = vec![
        poke("a", &json!({ "id": "honeycomb" })),
        poke("b", &json!({ "id": "honeycomb" })),
    ];
    assert_eq!(deliver(&bench, &worker, batch).await, 0);

    let lines = captured.lines();
    for id in ["a", "b"] {
        let of_event: Vec<_> = lines.iter().filter(|line| line["event_id"] == id).collect();
        let said: Vec<_> = of_event.iter().map(|line| &line["fields"]["message"]).collect();
        assert_eq!(said, ["it growls", "it cooks", "done"]);
        for line in &of_event {
            assert_eq!(line["consumer"], "feed-bear");
            assert_eq!(line["event_type"], "bear.poked");
            assert_eq!(line["source"], "/woods");
            assert_eq!(line["correlation_id"], "c-1");
            assert_eq!(line["causation_id"], "x-1");
            assert_eq!(
                line["traceparent"],
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            );
            assert_eq!(line["attempt"], 1);
            assert_eq!(line.get("message_id"), None);
        }
        assert_eq!(of_event[0]["level"], "WARN");
        assert_eq!(of_event[0]["fields"]["honey"], 3);
        assert_eq!(of_event[1]["spans"], json!([{ "pot": "large" }]));
        assert_eq!(of_event[2]["fields"]["age_ms"], 40_000.0);
    }
    assert_eq!(lines.len(), 6);
}

#[tokio::test]
async fn lines_of_the_runtime_and_of_what_is_no_event_say_what_they_are_about() {
    let bench = Bench::open().await;
    let (captured, _guard) = logging("warn");
    bench
        .dynamodb()
        .delete_table()
        .table_name("idempotency")
        .send()
        .await
        .unwrap();
    let worker = worker(&bench, Log);
    let mut again = poke("a", &json!({ "id": "honeycomb" }));
    again
        .attributes
        .insert("ApproximateReceiveCount".to_owned(), "4".to_owned());
    assert_eq!(deliver(&bench, &worker, vec![again]).await, 1);
    assert_eq!(
        deliver(&bench, &worker, vec![message("m-none", "honeycomb")]).await,
        0
    );

    let [failed, set_aside] = captured.lines().try_into().unwrap();
    assert_eq!(failed["event_id"], "a");
    assert_eq!(failed["attempt"], 4);
    assert_eq!(failed["fields"]["error_class"], "UpdateItemError");
    assert_eq!(
        (&set_aside["message_id"], &set_aside["level"]),
        (&json!("m-none"), &json!("ERROR"))
    );
    assert_eq!(set_aside["fields"]["error_class"], "EnvelopeError");
}

#[tokio::test]
async fn a_redriven_event_is_on_its_lines_with_the_attempt_of_its_record() {
    let bench = Bench::open().await;
    let worker = worker(&bench, Log);
    let data = json!({ "id": "honeycomb", "deed": "Permanent" });
    assert_eq!(deliver(&bench, &worker, vec![poke("a", &data)]).await, 0);
    let (captured, _guard) = logging("info");
    assert_eq!(deliver(&bench, &worker, vec![poke("a", &data)]).await, 0);
    let lines = captured.lines();
    let attempts: Vec<_> = lines
        .iter()
        .map(|line| line["attempt"].as_u64().unwrap())
        .collect();
    assert_eq!(attempts, [2, 2, 2], "the handler's two lines and the end's");
}

#[tokio::test]
async fn an_irregular_attribute_is_told_of_by_its_name_and_not_its_value() {
    let bench = Bench::open().await;
    let worker = worker(&bench, Log);
    let (captured, _logging) = logging("info");
    let body = r#"{"specversion":"1.0","id":"a","source":"/woods","type":"bear.poked","time":"honeycomb",
        "Sweet":"honeycomb","data":{"id":"a"}}"#;
    assert_eq!(deliver(&bench, &worker, vec![message("m-a", body)]).await, 0);
    let lines = captured.lines();
    let told: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["fields"]["attributes"].as_str())
        .collect();
    let expected = "`time` is no RFC 3339 time, and counts as not set; \
        `Sweet` has a name that is not made of lower-case letters and digits, and is left out";
    assert_eq!(told, [expected], "{lines:?}");
}
