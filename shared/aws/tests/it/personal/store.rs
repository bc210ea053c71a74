//! The event store: what is stored, what is loaded, and states that are kept.

use futures::TryStreamExt as _;
use tidings_aws::{
    event_store::{AsOf, EventStore, WorkError},
    personal::Forgotten,
};
use tidings_core::{Clock as _, Failure, Unread, Versioned, catalogue::EVENTS};

use super::guests::{
    Guest, aloysius, assert_no_secrets, everything, extended, food, happens, hotel, paddington, store,
};

#[tokio::test]
async fn after_a_person_is_forgotten_nothing_of_it_is_readable_and_both_histories_fold() {
    let bench = hotel().await;
    let reception = store(&bench);
    happens(&reception, paddington()).await.unwrap();
    happens(&reception, aloysius()).await.unwrap();
    happens(&reception, extended("g-1")).await.unwrap();
    assert_no_secrets(&everything(&bench).await);

    let load = async |guest: &str| store(&bench).load::<Guest>(guest, AsOf::Now).await.unwrap();
    let before = load("g-1").await;
    assert_eq!(
        before.state.shown(),
        (Some("Paddington"), Some(&food("marmalade")[..]), 3)
    );
    assert_no_secrets(&format!("{before:?}"));

    let forgotten = bench.person_keys().forget("g-1", bench.clock().now()).await;
    assert_eq!(forgotten, Ok(Forgotten::Now));
    let after = load("g-1").await;
    assert_eq!((after.state.shown(), after.version), ((None, None, 3), 2));
    assert_eq!(after.state.diet.read(), Err(Unread::Erased));
    let other = load("g-2").await;
    assert_eq!(
        other.state.shown(),
        (Some("Aloysius"), Some(&food("honeycomb")[..]), 2)
    );

    // Also what happens afterwards folds.
    happens(&store(&bench), extended("g-1")).await.unwrap();
    assert_eq!(load("g-1").await.state.shown(), (None, None, 4));
}

#[tokio::test]
async fn erased_is_final_for_what_happens_later_too() {
    let bench = hotel().await;
    happens(&store(&bench), paddington()).await.unwrap();
    let (keys, first) = (bench.person_keys(), bench.clock().now());
    keys.forget("g-1", first).await.unwrap();
    bench.pass(std::time::Duration::from_secs(60));
    let again = keys.forget("g-1", bench.clock().now()).await;
    assert_eq!(again, Ok(Forgotten::Before(first)));

    happens(&store(&bench), paddington()).await.unwrap();
    let envelopes: Vec<_> = store(&bench)
        .events::<Guest>("g-1", 2..=2)
        .try_collect()
        .await
        .unwrap();
    assert!(
        envelopes[0]
            .data()
            .contains(r#""name":{"sealed":{"person":"g-1"}}"#),
        "there is not even a ciphertext: {}",
        envelopes[0].data()
    );
    let state = EventStore::new(bench.dynamodb(), EVENTS.name)
        .load::<Guest>("g-1", AsOf::Now)
        .await
        .unwrap();
    assert!(
        state.state.name.unwrap().is_erased(),
        "and no key is asked for to know it"
    );
}

#[tokio::test]
async fn a_state_is_kept_with_ciphertext_only_whether_it_was_opened_or_not_and_opens_from_there() {
    let bench = hotel().await;
    happens(&store(&bench), paddington()).await.unwrap();
    let without_keys = EventStore::new(bench.dynamodb(), EVENTS.name);
    let folded: Versioned<Guest> = without_keys.load("g-1", AsOf::Now).await.unwrap();
    assert_eq!(folded.state.diet.read(), Err(Unread::Sealed));
    let opened: Versioned<Guest> = store(&bench).load("g-1", AsOf::Now).await.unwrap();

    let snapshot = serde_json::to_string(&folded.state).unwrap();
    assert_eq!(serde_json::to_string(&opened.state).unwrap(), snapshot);
    assert_no_secrets(&snapshot);
    let kept: Guest = serde_json::from_str(&snapshot).unwrap();
    assert_eq!(kept, folded.state);
    assert_eq!(bench.keyring().open_state(&kept).await.unwrap(), opened.state);

    // The rest of the history folds onto it.
    happens(&store(&bench), extended("g-1")).await.unwrap();
    let known = Versioned {
        state: kept,
        version: 1,
    };
    let rest = store(&bench).load_after("g-1", known, AsOf::Now).await.unwrap();
    let whole = bench.keyring().open_state(&rest.state).await.unwrap();
    assert_eq!(
        whole.shown(),
        (Some("Paddington"), Some(&food("marmalade")[..]), 3)
    );

    bench
        .person_keys()
        .forget("g-1", bench.clock().now())
        .await
        .unwrap();
    assert_eq!(
        bench.keyring().open_state(&rest.state).await.unwrap().shown(),
        (None, None, 3)
    );
}

#[tokio::test]
async fn a_store_without_keys_writes_no_personal_values_at_all() {
    let bench = hotel().await;
    let without_keys = EventStore::new(bench.dynamodb(), EVENTS.name);
    let refused = happens(&without_keys, paddington()).await;
    let Err(WorkError::Failed(failure @ Failure::Permanent { .. })) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(failure.class(), "Unsealed");
    assert!(bench.rows(&EVENTS).await.is_empty());
    happens(&without_keys, extended("g-1")).await.unwrap();
}
