//! Keys: made once, kept in memory for a while, and bound to what they have sealed.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use futures::future::join_all;
use tidings_aws::personal::{Forgotten, KEPT_FOR, KeyBytes, KeyWrap, Keyring, NewKey, WrapError};
use tidings_bus::MasterKey;
use tidings_core::{
    Clock as _, Envelope, Event, Failure, Incoming as _, Outgoing, catalogue::PERSON_KEYS,
    causation::originate,
};
use tidings_testkit::Bench;
use tokio::sync::Barrier;

use super::guests::{CheckedIn, Shared, aloysius, checked_in, origin, paddington};

/// The event as one that has been published.
async fn sealed<E: Event>(bench: &Bench, event: &E) -> Envelope {
    bench.sealed(event).await.envelope()
}

async fn name(keyring: &Shared, event: &Envelope) -> Option<String> {
    let opened = keyring.open(event.clone()).await.unwrap();
    CheckedIn::decode(&opened).unwrap().name.known().cloned()
}

/// Makes keys when all have asked for one: each has read that there is none.
struct Together {
    master_key: MasterKey,
    all: Barrier,
}

#[async_trait]
impl KeyWrap for Together {
    async fn generate(&self, person: &str) -> Result<NewKey, WrapError> {
        self.all.wait().await;
        self.master_key.generate(person).await
    }

    async fn unwrap(&self, person: &str, wrapped: &[u8]) -> Result<KeyBytes, WrapError> {
        self.master_key.unwrap(person, wrapped).await
    }
}

#[tokio::test]
async fn of_functions_that_make_a_key_at_once_all_use_the_same() {
    const FUNCTIONS: usize = 10;
    let bench = Bench::open().await;
    let together = Arc::new(Together {
        master_key: MasterKey::random(),
        all: Barrier::new(FUNCTIONS),
    });
    let keyring = || {
        let (wrap, clock, entropy) = (together.clone(), bench.clock(), bench.entropy());
        Arc::new(Keyring::new(bench.person_keys(), wrap, clock, entropy))
    };
    let sealed = (0..FUNCTIONS).map(async |_| {
        let stated = Outgoing::new(&paddington(), 1).unwrap();
        let event = originate(stated, origin());
        keyring().seal(vec![event]).await.unwrap().remove(0)
    });
    let events = join_all(sealed).await;
    for event in &events {
        assert_eq!(name(&keyring(), event).await.as_deref(), Some("Paddington"));
    }
    let texts: BTreeSet<_> = events.iter().map(Envelope::data).collect();
    assert_eq!(texts.len(), FUNCTIONS, "no two sealings are alike");
}

#[tokio::test]
async fn a_function_at_work_reads_an_erased_person_for_five_minutes_and_not_longer() {
    let bench = Bench::open().await;
    let event = sealed(&bench, &paddington()).await;
    let at_work = bench.keyring();
    assert!(name(&at_work, &event).await.is_some());
    bench
        .person_keys()
        .forget("g-1", bench.clock().now())
        .await
        .unwrap();
    bench.pass(KEPT_FOR - Duration::from_secs(1));
    assert!(name(&at_work, &event).await.is_some());
    bench.pass(Duration::from_secs(1));
    assert_eq!(name(&at_work, &event).await, None);
    assert_eq!(name(&bench.keyring(), &event).await, None);
}

#[tokio::test]
async fn who_is_not_known_is_not_forgotten_and_gets_a_key_later() {
    let bench = Bench::open().await;
    let forgotten = bench.person_keys().forget("g-1", bench.clock().now()).await;
    assert_eq!(forgotten, Ok(Forgotten::Unknown));
    assert!(bench.rows(&PERSON_KEYS).await.is_empty());
    let event = sealed(&bench, &paddington()).await;
    assert!(name(&bench.keyring(), &event).await.is_some());
}

#[tokio::test]
async fn a_value_that_was_changed_or_moved_to_another_person_is_told_and_not_read() {
    let bench = Bench::open().await;
    sealed(&bench, &aloysius()).await;
    let event = sealed(&bench, &paddington()).await;
    let fails = async |from: &str, to: &str| {
        let changed = event.to_json().replace(from, to);
        assert_ne!(changed, event.to_json());
        let event = Envelope::parse(&changed).unwrap();
        bench.keyring().open(event).await.unwrap_err()
    };
    // The first of the nonce, a person who has another key, and what is no base64.
    let mut data: serde_json::Value = serde_json::from_str(event.data()).unwrap();
    let data = data["name"]["sealed"]["data"].take();
    let data = data.as_str().unwrap();
    let other = if data.starts_with('A') { "B" } else { "A" };
    for (from, to) in [
        (data, &format!("{other}{}", &data[1..])),
        (r#""person":"g-1""#, &r#""person":"g-2""#.to_owned()),
        (data, &"no base64!".to_owned()),
    ] {
        let failure = fails(from, to).await;
        assert!(matches!(failure, Failure::Permanent { .. }), "{failure:?}");
        assert_eq!(failure.class(), "SealBroken");
    }
}

#[tokio::test]
async fn a_key_that_another_master_key_has_wrapped_is_lost_and_that_is_not_erased() {
    let bench = Bench::open().await;
    let event = sealed(&bench, &paddington()).await;
    let foreign = Keyring::new(
        bench.person_keys(),
        Arc::new(MasterKey::random()),
        bench.clock(),
        bench.entropy(),
    );
    let failure = foreign.open(event).await.unwrap_err();
    assert!(matches!(failure, Failure::Permanent { .. }), "{failure:?}");
    assert_eq!(failure.class(), "KeyLost");
}

#[tokio::test]
async fn a_key_that_is_not_there_is_lost_and_only_a_tombstone_says_erased() {
    let bench = Bench::open().await;
    let event = sealed(&bench, &paddington()).await;
    // As in a table that was restored to yesterday.
    let delete = bench.dynamodb().delete_item().table_name(PERSON_KEYS.name);
    let delete = delete.key("person", AttributeValue::S("g-1".to_owned()));
    let deleted = delete.return_values(ReturnValue::AllOld).send().await.unwrap();

    let keyring = bench.keyring();
    let failures = [
        keyring.open(event.clone()).await.unwrap_err(),
        keyring
            .open_json(&mut serde_json::from_str(event.data()).unwrap())
            .await
            .unwrap_err(),
    ];
    for failure in failures {
        assert!(matches!(failure, Failure::Transient { .. }), "{failure:?}");
        assert_eq!(failure.class(), "KeyMissing");
        assert!(failure.reason().contains("g-1"), "{failure:?}");
    }
    // The same instance reads it once it is there again.
    let put = bench.dynamodb().put_item().table_name(PERSON_KEYS.name);
    put.set_item(deleted.attributes).send().await.unwrap();
    assert_eq!(name(&keyring, &event).await.as_deref(), Some("Paddington"));

    let forgotten = bench.person_keys().forget("g-1", bench.clock().now()).await;
    assert_eq!(forgotten, Ok(Forgotten::Now));
    assert_eq!(name(&bench.keyring(), &event).await, None);
}

#[tokio::test]
async fn an_id_that_dynamodb_takes_no_key_of_is_refused_and_a_sealed_value_that_names_one_is_told() {
    let bench = Bench::open().await;
    let long = "g".repeat(2049);
    let stated = Outgoing::new(&checked_in(&long, "Paddington", "marmalade"), 1).unwrap();
    let event = originate(stated, origin());
    let failure = bench.keyring().seal(vec![event]).await.unwrap_err();
    assert_eq!(failure.class(), "PersonId");

    let event = sealed(&bench, &paddington()).await.to_json();
    let event =
        Envelope::parse(&event.replace(r#""person":"g-1""#, &format!(r#""person":"{long}""#))).unwrap();
    let failure = bench.keyring().open(event).await.unwrap_err();
    assert_eq!(failure.class(), "SealBroken");
}
