//! The conditions in DynamoDB's language say what the pure protocol says, for every state of a record.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use proptest::{prelude::*, test_runner::TestRunner};
use tidings_aws::idempotency::{Claimed, Completed, Hold, IdempotencyTable, Key, Try};
use tidings_core::{
    Clock as _,
    catalogue::IDEMPOTENCY,
    clock::SystemEntropy,
    protocol::{Claim, Record, Status, claim, owns},
};
use tidings_testkit::Bench;

const CONSUMER: &str = "watch-bear";
const ME: &str = "me";

/// Times around now, so that every comparison is met from both sides and exactly.
fn around(now: Timestamp, step: Duration) -> impl Strategy<Value = Timestamp> {
    (-2_i32..=2).prop_map(move |steps| {
        let distance = step * steps.unsigned_abs();
        if steps < 0 { now - distance } else { now + distance }
    })
}

fn records(now: Timestamp) -> impl Strategy<Value = Option<Record>> {
    let status = prop::sample::select(&Status::ALL[..]);
    let owner = prop::sample::select(vec![ME, "other"]);
    let lease = around(now, Duration::from_millis(1));
    let expires =
        prop_oneof![3 => Just(now + Duration::from_secs(1000)), 1 => around(now, Duration::from_secs(1))];
    let record = (status, owner, lease, expires, 1_u32..5).prop_map(
        |(status, owner, lease_until, expires, attempts)| Record {
            status,
            owner: owner.to_owned(),
            lease_until,
            attempts,
            expires,
            first_failed: None,
            last_error: None,
        },
    );
    prop::option::weighted(0.9, record)
}

fn records_of(bench: &Bench) -> IdempotencyTable {
    IdempotencyTable::new(bench.dynamodb(), IDEMPOTENCY.name)
}

async fn write(bench: &Bench, key: &Key, record: &Record) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let number = |number: i64| AttributeValue::N(number.to_string());
    let put = bench.dynamodb().put_item().table_name(IDEMPOTENCY.name);
    put.item("event", text(&key.event))
        .item("consumer", text(key.consumer))
        .item("record_status", text(record.status.as_str()))
        .item("owner_token", text(&record.owner))
        .item("lease_until", number(record.lease_until.as_millisecond()))
        .item("attempts", number(record.attempts.into()))
        .item("expires", number(record.expires.as_second()))
        .send()
        .await
        .unwrap();
}

/// Runs `check` on a fresh key for each of many generated records.
fn for_every_record(check: impl AsyncFn(&Bench, Try, Option<Record>) -> Result<(), TestCaseError>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let bench = runtime.block_on(Bench::open());
    let now = bench.clock().now();
    let cases = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        ..Default::default()
    });
    let outcome = runner.run(&records(now), |record| {
        cases.set(cases.get() + 1);
        let key = Key {
            event: format!("/woods#{}", cases.get()),
            consumer: CONSUMER,
        };
        let attempt = Try {
            key,
            owner: ME.to_owned(),
            now,
            lease_until: now + Duration::from_secs(11),
            sent: now,
        };
        runtime.block_on(async {
            if let Some(record) = &record {
                write(&bench, &attempt.key, record).await;
            }
            check(&bench, attempt, record).await
        })
    });
    outcome.unwrap();
}

#[test]
fn a_claim_in_dynamodb_decides_as_the_pure_protocol_does() {
    for_every_record(async |bench, attempt, record| {
        let expected = claim(record.as_ref(), attempt.now, ME);
        let claimed = records_of(bench).claim(&attempt).await.unwrap();
        let there = records_of(bench).get(&attempt.key).await.unwrap();
        match (expected, claimed) {
            (Claim::Acquired, Claimed::Acquired { attempt: count, .. }) => {
                let there = there.unwrap();
                prop_assert_eq!((there.status, there.owner.as_str()), (Status::InProgress, ME));
                prop_assert_eq!(there.attempts, count);
                let own = record.as_ref().is_some_and(|r| {
                    r.owner == ME
                        && r.status == Status::InProgress
                        && r.lease_until > attempt.now
                        && r.expires > attempt.now
                });
                let before = record.map_or(0, |record| record.attempts);
                prop_assert_eq!(
                    count,
                    if own { before } else { before + 1 },
                    "a lost answer is not a second attempt"
                );
            }
            (Claim::AlreadyDone, Claimed::AlreadyDone { .. }) => {
                prop_assert_eq!(there, record, "nothing is written")
            }
            (Claim::InFlight { until: expected }, Claimed::InFlight { until }) => {
                prop_assert_eq!(until, expected);
                prop_assert_eq!(there, record, "nothing is written");
            }
            (expected, claimed) => prop_assert!(false, "{:?} against {:?}", expected, claimed),
        }
        Ok(())
    });
}

#[test]
fn a_completion_without_a_claim_happens_exactly_where_a_claim_would_be_acquired() {
    for_every_record(async |bench, attempt, record| {
        let completed = records_of(bench)
            .complete(&attempt, Hold::Nothing, Vec::new(), None, &SystemEntropy)
            .await
            .unwrap();
        let there = records_of(bench).get(&attempt.key).await.unwrap();
        let own_lease = record.as_ref().is_some_and(|r| {
            r.owner == ME
                && r.status == Status::InProgress
                && r.lease_until > attempt.now
                && r.expires > attempt.now
        });
        match (claim(record.as_ref(), attempt.now, ME), completed) {
            // A completion that was not claimed never made a lease: this state is another consumer's bug.
            (Claim::Acquired, _) if own_lease => {}
            (Claim::Acquired, Completed::Done { .. }) => {
                prop_assert_eq!(there.unwrap().status, Status::Completed)
            }
            (Claim::AlreadyDone, Completed::AlreadyDone { .. }) => prop_assert_eq!(there, record),
            // One's own completion, whose answer was lost.
            (Claim::AlreadyDone, Completed::Done { .. }) => {
                prop_assert_eq!(&record.as_ref().unwrap().owner, ME);
                prop_assert_eq!(there, record);
            }
            (Claim::InFlight { .. }, Completed::InFlight { .. }) => prop_assert_eq!(there, record),
            (expected, completed) => prop_assert!(false, "{:?} against {:?}", expected, completed),
        }
        Ok(())
    });
}

#[test]
fn only_the_owner_of_the_lease_completes_releases_or_sets_aside() {
    for_every_record(async |bench, attempt, record| {
        let owned = record.as_ref().is_some_and(|record| owns(record, ME));
        let (records, now) = (records_of(bench), attempt.now);
        let kind = attempt.key.event.len() + record.as_ref().map_or(0, |record| record.attempts as usize);
        let (wrote, status) = match kind % 3 {
            0 => (
                records.release(&attempt, now, "down", None).await.unwrap(),
                Status::InProgress,
            ),
            1 => (
                records.set_aside(&attempt, now, "bad").await.unwrap(),
                Status::Failed,
            ),
            _ => {
                let completed = records
                    .complete(&attempt, Hold::Lease, Vec::new(), None, &SystemEntropy)
                    .await;
                let own_before = record
                    .as_ref()
                    .is_some_and(|r| r.owner == ME && r.status == Status::Completed);
                let done = matches!(completed, Ok(Completed::Done { .. }));
                prop_assert_eq!(done, owned || own_before);
                prop_assert_eq!(
                    completed.is_err(),
                    record.is_none(),
                    "a refusal that shows no record tells nothing"
                );
                (owned, Status::Completed)
            }
        };
        let there = records.get(&attempt.key).await.unwrap();
        prop_assert_eq!(wrote, owned);
        if owned {
            prop_assert_eq!(there.unwrap().status, status);
        } else {
            prop_assert_eq!(there, record, "a late worker writes nothing");
        }
        Ok(())
    });
}
