//! What the runtime tells of a batch: metrics and log lines, as a deployed consumer writes them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_lambda_events::sqs::SqsMessage;
use serde_json::{Value, json};
use support::{Deed, Poked, Zoo};
use tidings_aws::{
    log::{Log, json_lines},
    metrics::Metrics,
};
use tidings_core::{Consumer, Context, Effects, Failure, Leased, Repeat, consumer::guarantee};
use tracing::{info_span, warn};

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
            _ => Ok(Effects::none()),
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

/// An event whose data must not be logged, sent 40 s before the test begins.
fn poke(zoo: &Zoo, id: &str, data: &Value) -> SqsMessage {
    let event = json!({
        "specversion": "1.0", "id": id, "source": "/woods", "type": "bear.poked", "correlationid": "c-1",
        "causationid": "x-1", "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "data": data,
    });
    let mut message = zoo.message(event.to_string());
    let sent = ("SentTimestamp".to_owned(), "1749999960000".to_owned());
    message.attributes.extend([sent]);
    message
}

#[tokio::test]
async fn a_batch_on_the_runtime_is_one_line_of_metrics_and_one_for_each_kind_of_failure() {
    let zoo = Zoo::open().await;
    let captured = Captured::default();
    let metrics = Metrics::written_to::<FeedBear>("feed-bear".to_owned(), captured.clone());
    let worker = zoo.observed(FeedBear, Arc::new((Log, metrics)));
    let batch = |deed: Deed| {
        vec![
            poke(&zoo, "a", &json!({ "id": "honeycomb" })),
            poke(&zoo, "a", &json!({ "id": "honeycomb" })),
            poke(&zoo, "b", &json!({ "id": "honeycomb", "deed": deed })),
            poke(&zoo, "c", &json!({ "id": { "honeycomb": 1 } })),
            zoo.message("honeycomb"),
        ]
    };
    assert!(zoo.deliver(&worker, batch(Deed::Permanent)).await.is_empty());
    zoo.clock.advance(Duration::from_secs(1));
    assert_eq!(zoo.deliver(&worker, batch(Deed::Panic)).await.len(), 1);

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
    let zoo = Zoo::open().await;
    let (captured, _guard) = logging("info");
    let worker = zoo.observed(FeedBear, Arc::new(Log));
    let batch = vec![
        poke(&zoo, "a", &json!({ "id": "honeycomb" })),
        poke(&zoo, "b", &json!({ "id": "honeycomb" })),
    ];
    assert!(zoo.deliver(&worker, batch).await.is_empty());

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
    let zoo = Zoo::open().await;
    let (captured, _guard) = logging("warn");
    zoo.dynamodb
        .delete_table()
        .table_name("idempotency")
        .send()
        .await
        .unwrap();
    let worker = zoo.observed(FeedBear, Arc::new(Log));
    let mut again = poke(&zoo, "a", &json!({ "id": "honeycomb" }));
    again
        .attributes
        .insert("ApproximateReceiveCount".to_owned(), "4".to_owned());
    assert_eq!(zoo.deliver(&worker, vec![again]).await, ["m0"]);
    assert!(
        zoo.deliver(&worker, vec![zoo.message("honeycomb")])
            .await
            .is_empty()
    );

    let [failed, set_aside] = captured.lines().try_into().unwrap();
    assert_eq!(failed["event_id"], "a");
    assert_eq!(failed["attempt"], 4);
    assert_eq!(failed["fields"]["error_class"], "UpdateItemError");
    assert_eq!(
        (&set_aside["message_id"], &set_aside["level"]),
        (&json!("m1"), &json!("ERROR"))
    );
    assert_eq!(set_aside["fields"]["error_class"], "EnvelopeError");
}

#[tokio::test]
async fn a_redriven_event_is_on_its_lines_with_the_attempt_of_its_record() {
    let zoo = Zoo::open().await;
    let worker = zoo.observed(FeedBear, Arc::new(Log));
    let data = json!({ "id": "honeycomb", "deed": "Permanent" });
    assert!(
        zoo.deliver(&worker, vec![poke(&zoo, "a", &data)])
            .await
            .is_empty()
    );
    let (captured, _guard) = logging("info");
    assert!(
        zoo.deliver(&worker, vec![poke(&zoo, "a", &data)])
            .await
            .is_empty()
    );
    let lines = captured.lines();
    let attempts: Vec<_> = lines
        .iter()
        .map(|line| line["attempt"].as_u64().unwrap())
        .collect();
    assert_eq!(attempts, [2, 2, 2], "the handler's two lines and the end's");
}
