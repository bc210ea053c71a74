//! The doctor: one failing state for each check, and what is well.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use tidings_bus::{Behind, QueueMessage};
use tidings_core::{catalogue::EVENTS, ports::TransportError};
use tidings_operations::doctor::{Diagnosis, Doctor, Finding, Outcome, Relayed, Site, Urgency};

use crate::stage::{COUNT, Stage};

const HOUR: Duration = Duration::from_secs(60 * 60);

fn run() -> Site {
    Site::Run("http://127.0.0.1:8080".to_owned())
}

async fn examine(stage: &Stage, site: &Site) -> Diagnosis {
    let relayed = Relayed {
        table: EVENTS.name.to_owned(),
        relay: "relay-events".to_owned(),
    };
    let desk = stage.desk();
    let doctor = Doctor::new(&desk, site, vec![relayed]).watching(Duration::ZERO);
    doctor.examine().await
}

fn found<'d>(diagnosis: &'d Diagnosis, check: &str) -> Vec<&'d Finding> {
    let findings = diagnosis.findings.iter();
    findings.filter(|finding| finding.check == check).collect()
}

/// Puts an event into the store as one that is still to be published.
async fn pending(stage: &Stage, aggregate: &str, position: &str, since: Timestamp) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let put = stage.bench.database().client().put_item().table_name(EVENTS.name);
    put.item("aggregate_key", text(aggregate))
        .item("position", text(position))
        .item("pending", text("7"))
        .item("since", text(&tidings_aws::left_over::moment(since)))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_system_that_is_well_has_no_findings_and_what_cannot_be_told_says_why() {
    let stage = Stage::open().await;
    let here = examine(&stage, &run()).await;
    assert!(here.is_healthy(), "{here:#?}");
    assert!(
        here.checks
            .iter()
            .all(|checked| checked.outcome == Outcome::Made { findings: 0 }),
        "{here:#?}"
    );
    let deployed = examine(&stage, &Site::Deployed(None)).await;
    assert!(deployed.is_healthy(), "{deployed:#?}");
    let skipped = |diagnosis: &Diagnosis| {
        let skipped = diagnosis
            .checks
            .iter()
            .filter(|checked| matches!(checked.outcome, Outcome::Skipped { .. }));
        skipped.map(|checked| checked.check).collect::<Vec<_>>()
    };
    assert_eq!(skipped(&deployed), ["breakers"]);
    let file = examine(&stage, &Site::File("shop.db".to_owned())).await;
    assert_eq!(skipped(&file), ["queues", "breakers"]);
}

#[tokio::test]
async fn dead_letters_are_told_by_their_cause_and_what_is_soon_dropped_before_the_others() {
    let stage = Stage::open().await;
    stage.counted_dead("c1", true);
    stage.bench.pass(HOUR * 24 * 13);
    stage.dead("greet-bear-dlq", "no JSON", BTreeMap::new());
    let diagnosis = examine(&stage, &Site::Deployed(Some("beta".to_owned()))).await;
    let told: Vec<_> = found(&diagnosis, "dead-letters")
        .into_iter()
        .map(|finding| (finding.subject.as_str(), finding.urgency))
        .collect();
    assert_eq!(
        told,
        [("count-bear", Urgency::Losing), ("greet-bear", Urgency::Failing)]
    );
    let first = &diagnosis.findings[0];
    assert!(
        first.what.starts_with("1 letter of bear.poked (NoBear: "),
        "{first:?}"
    );
    assert!(
        first.what.ends_with("SQS drops the first in 24 hours"),
        "{first:?}"
    );
    assert!(
        first.run.starts_with("tidings dlq explain ") && first.run.ends_with(" --stage beta"),
        "{first:?}"
    );
    assert!(first.since.is_some());
}

#[tokio::test]
async fn messages_that_nobody_fetches_are_told_and_those_that_somebody_works_on_are_not() {
    let stage = Stage::open().await;
    assert!(stage.sqs.put_text(COUNT, "{}", None, BTreeMap::new()));
    let diagnosis = examine(&stage, &Site::Deployed(None)).await;
    let [finding] = found(&diagnosis, "queues")[..] else {
        panic!("{diagnosis:#?}")
    };
    assert_eq!(
        (finding.subject.as_str(), finding.urgency),
        (COUNT, Urgency::Stopped)
    );
    assert_eq!(finding.run, "tidings catalog diff");
    // Somebody has received it.
    let receive = stage.sqs.client().receive_message();
    let received = receive.queue_url(format!("http://embedded/{COUNT}")).send().await;
    assert_eq!(received.unwrap().messages().len(), 1);
    assert!(examine(&stage, &Site::Deployed(None)).await.is_healthy());
}

#[tokio::test]
async fn a_backlog_is_told_also_where_somebody_works_on_it() {
    let stage = Stage::open().await;
    for _ in 0..1001 {
        assert!(stage.sqs.put_text(COUNT, "{}", None, BTreeMap::new()));
    }
    let receive = stage.sqs.client().receive_message();
    receive
        .queue_url(format!("http://embedded/{COUNT}"))
        .send()
        .await
        .unwrap();
    let diagnosis = examine(&stage, &Site::Deployed(None)).await;
    let [finding] = found(&diagnosis, "queues")[..] else {
        panic!("{diagnosis:#?}")
    };
    assert_eq!(
        (finding.urgency, finding.what.as_str()),
        (Urgency::Late, "1000 messages wait in count-bear, 1 are worked on")
    );
}

/// What stands behind the queue of a consumer that pauses.
struct Paused(Timestamp);

impl Behind for Paused {
    fn sent(&self, _: &QueueMessage) -> Result<bool, TransportError> {
        Ok(true)
    }

    fn deleted(&self, _: &QueueMessage) -> Result<(), TransportError> {
        Ok(())
    }

    fn shown(&self, _: &str, _: Duration) -> Result<(), TransportError> {
        Ok(())
    }

    fn elsewhere(&self) -> usize {
        0
    }

    fn paused_until(&self) -> Option<Timestamp> {
        Some(self.0)
    }
}

#[tokio::test]
async fn a_consumer_that_pauses_is_told_until_its_pause_is_over() {
    let stage = Stage::open().await;
    let until = stage.desk().now() + HOUR;
    stage.sqs.create_before(
        COUNT,
        Duration::from_secs(60),
        Duration::MAX,
        Arc::new(Paused(until)),
    );
    let diagnosis = examine(&stage, &run()).await;
    let [finding] = found(&diagnosis, "breakers")[..] else {
        panic!("{diagnosis:#?}")
    };
    assert_eq!(finding.subject, COUNT);
    assert!(finding.what.starts_with("pauses until "), "{finding:?}");
    stage.bench.pass(HOUR * 2);
    assert!(examine(&stage, &run()).await.is_healthy());
}

#[tokio::test]
async fn events_that_are_not_published_are_told_by_table_and_long_ones_by_their_aggregate() {
    let stage = Stage::open().await;
    let now = stage.desk().now();
    pending(&stage, "bear#young", "0000000001", now).await;
    assert!(
        examine(&stage, &run()).await.is_healthy(),
        "a relay needs a moment"
    );

    pending(&stage, "bear#late", "0000000001", now - Duration::from_secs(180)).await;
    let diagnosis = examine(&stage, &run()).await;
    let [late] = found(&diagnosis, "relay-lag")[..] else {
        panic!("{diagnosis:#?}")
    };
    assert_eq!((late.subject.as_str(), late.urgency), ("events", Urgency::Late));
    assert_eq!(found(&diagnosis, "stuck-aggregates"), [] as [&Finding; 0]);

    for position in 1..=3 {
        pending(&stage, "bear#stuck", &format!("{position:010}"), now - HOUR).await;
    }
    let diagnosis = examine(&stage, &Site::Deployed(Some("beta".to_owned()))).await;
    let [stuck] = found(&diagnosis, "stuck-aggregates")[..] else {
        panic!("{diagnosis:#?}")
    };
    assert_eq!(stuck.subject, "bear#stuck");
    assert!(stuck.what.starts_with("3 events wait in events"), "{stuck:?}");
    assert_eq!(
        stuck.run,
        "aws logs tail /aws/lambda/beta-relay-events --since 15m"
    );
    let [relay] = found(&diagnosis, "relay-lag")[..] else {
        panic!("{diagnosis:#?}")
    };
    assert_eq!(relay.urgency, Urgency::Stopped);
    assert!(relay.what.starts_with("4 events in events"), "{relay:?}");
    assert_eq!(relay.since.unwrap(), now - HOUR);
}

#[tokio::test]
async fn what_does_not_answer_is_no_finding_and_not_healthy() {
    let stage = Stage::open().await;
    let desk = stage.desk();
    let missing = Relayed {
        table: "nowhere".to_owned(),
        relay: "relay-events".to_owned(),
    };
    let here = run();
    let doctor = Doctor::new(&desk, &here, vec![missing]).watching(Duration::ZERO);
    let diagnosis = doctor.examine().await;
    assert!(diagnosis.findings.is_empty() && !diagnosis.is_healthy());
    assert!(
        diagnosis.unanswered().all(|why| why.starts_with("nowhere: ")),
        "{diagnosis:#?}"
    );
}
