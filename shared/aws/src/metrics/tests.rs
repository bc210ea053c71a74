//! The lines as CloudWatch reads them.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::{Value, json};
use tidings_core::{
    Consumer, Context, Envelope, Failure, Natural, consumer::guarantee, protocol::Disposition,
};

use tidings_core::consumer::Declared;

use super::*;
use crate::{log::filtered::passes, observe::Verdict};

struct PokeBear;

impl Consumer for PokeBear {
    const NAME: &'static str = "poke-bear";
    const SERVICE: &'static str = "zoo";
    type Event = Poked;
    type Guarantee = guarantee::Natural;
}

impl Natural for PokeBear {
    async fn perform(&self, _: Poked, _: &Context) -> Result<(), Failure> {
        Ok(())
    }
}

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Poked {}

impl tidings_core::Event for Poked {
    const TYPE: &'static str = "bear.poked";
    const AGGREGATE: &'static str = "bear";

    fn aggregate_id(&self) -> &str {
        "b"
    }
}

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Captured {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn lines(&self) -> Vec<Value> {
        let text = self.text();
        assert!(text.is_empty() || text.ends_with('\n'));
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

fn metrics() -> (Metrics, Captured) {
    let captured = Captured::default();
    (
        Metrics::written_to(
            &Declared::by::<PokeBear>(),
            "test-poke-bear".to_owned(),
            captured.clone(),
        ),
        captured,
    )
}

const SECRET: &str = "0197f0a2-7a35-7cc1";

fn event(event_type: &str) -> Envelope {
    let text = format!(
        r#"{{"specversion":"1.0","id":"{SECRET}","source":"/woods","type":"{event_type}","subject":"{SECRET}"}}"#
    );
    Envelope::parse(&text).unwrap()
}

/// A first try of 1.5 ms on a message that was sent 250 ms before.
fn told<'a>(verdict: Verdict, envelope: Option<&'a Envelope>, class: Option<&'static str>) -> Handled<'a> {
    Handled {
        consumer: PokeBear::NAME,
        envelope,
        attempt: 1,
        verdict,
        disposition: &Disposition::Acknowledge,
        reason: class.map(|_| SECRET),
        class,
        age: Some(Duration::from_millis(250)),
        coalesced: false,
        elapsed: Duration::from_micros(1500),
    }
}

fn end(metrics: &Metrics) {
    metrics.batch_ended(Timestamp::from_millisecond(1_750_000_000_123).unwrap());
}

#[test]
fn a_batch_is_one_line_of_emf_with_what_occurred_and_a_line_for_each_kind_of_failure() {
    let (metrics, captured) = metrics();
    let (poked, born) = (event("bear.poked"), event("bear.born"));
    for told in [
        told(Verdict::Done, Some(&poked), None),
        Handled {
            attempt: 3,
            elapsed: Duration::from_millis(20),
            age: Some(Duration::from_secs(9)),
            ..told(Verdict::Done, Some(&poked), None)
        },
        told(Verdict::Duplicate, Some(&poked), None),
        told(Verdict::InFlight, Some(&poked), None),
        Handled {
            age: None,
            ..told(Verdict::Paused, Some(&poked), None)
        },
        told(Verdict::Failed, Some(&poked), Some("Panic")),
        Handled {
            coalesced: true,
            ..told(Verdict::Failed, Some(&poked), Some("Panic"))
        },
        Handled {
            attempt: 0,
            elapsed: Duration::ZERO,
            ..told(Verdict::Failed, Some(&poked), Some("Deadline"))
        },
        told(Verdict::SetAside, Some(&born), Some("DecodeError")),
        Handled {
            age: None,
            ..told(Verdict::SetAside, None, Some("EnvelopeError"))
        },
    ] {
        metrics.handled(&told);
    }
    assert_eq!(captured.text(), "", "nothing is written before the batch ends");
    end(&metrics);

    // The alarms and the dashboard are tested against the same lines (`infra/test/metrics.test.ts`).
    let lines: Vec<Value> = serde_json::from_str(include_str!("emf.json")).unwrap();
    assert_eq!(captured.lines(), lines);
    assert!(
        !captured.text().contains(SECRET),
        "no id and no reason is in a metric"
    );
}

#[test]
fn every_line_passes_lambdas_own_filter_however_it_is_set() {
    let (metrics, captured) = metrics();
    metrics.handled(&told(Verdict::Failed, Some(&event("bear.poked")), Some("Panic")));
    end(&metrics);
    let text = captured.text();
    assert_eq!(text.lines().count(), 2);
    for setting in ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] {
        assert!(text.lines().all(|line| passes(line, setting)), "{setting}");
    }
}

#[test]
fn a_batch_without_failures_has_no_failure_entries_and_only_the_first_is_a_cold_start() {
    let (metrics, captured) = metrics();
    let poked = event("bear.poked");
    for _ in 0..2 {
        metrics.handled(&told(Verdict::Done, Some(&poked), None));
        end(&metrics);
    }
    let [first, second] = captured.lines().try_into().expect("a line a batch");
    let names = |line: &Value| {
        let metrics = line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
            .as_array()
            .unwrap();
        metrics
            .iter()
            .map(|metric| metric["Name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let warm = ["BatchSize", "Processed", "Attempts", "ProcessingTime", "Age"];
    assert_eq!(names(&second), warm);
    assert_eq!(names(&first), [&warm[..2], &["ColdStart"], &warm[2..]].concat());
    assert_eq!(first["ColdStart"], 1);
    assert_eq!(
        second,
        json!({
            "_aws": second["_aws"], "timestamp": "2025-06-15T15:06:40.123Z", "level": "FATAL",
            "Service": "zoo", "Function": "test-poke-bear",
            "BatchSize": 1, "Processed": 1, "Attempts": 1, "ProcessingTime": 1.5, "Age": 250,
        }),
        "a batch's numbers are its own, and nothing is written that did not occur"
    );
}

#[test]
fn a_batch_without_messages_writes_nothing_and_is_no_cold_start() {
    let (metrics, captured) = metrics();
    end(&metrics);
    assert_eq!(captured.text(), "");
    metrics.handled(&told(Verdict::Done, None, None));
    end(&metrics);
    assert_eq!(captured.lines()[0]["ColdStart"], 1);
}

#[test]
fn metrics_that_cannot_be_written_do_not_add_to_the_next_batch() {
    struct Full(Captured, bool);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match mem::take(&mut self.1) {
                true => Err(io::ErrorKind::StorageFull.into()),
                false => self.0.write(bytes),
            }
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let captured = Captured::default();
    let metrics = Metrics::written_to(
        &Declared::by::<PokeBear>(),
        "poke-bear".to_owned(),
        Full(captured.clone(), true),
    );
    for _ in 0..2 {
        metrics.handled(&told(Verdict::Done, None, None));
        end(&metrics);
    }
    let [line] = captured.lines().try_into().expect("the second batch");
    assert_eq!(line["BatchSize"], 1);
}

#[test]
fn what_a_stranger_calls_his_event_is_no_dimension() {
    let (metrics, _) = metrics();
    assert_eq!(metrics.event_type(Some(&event("bear.poked"))), "bear.poked");
    assert_eq!(metrics.event_type(Some(&event("bear.1234"))), "Other");
    let wildcard = Metrics {
        takes: Takes::All,
        ..metrics
    };
    assert_eq!(wildcard.event_type(Some(&event("bear.born"))), "bear.born");
    assert_eq!(wildcard.event_type(Some(&event("bär"))), "Other");
    assert_eq!(wildcard.event_type(Some(&event(&"x".repeat(101)))), "Other");
}
