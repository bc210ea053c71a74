//! Any order of delivery, duplicates, a store that follows later, and several workers at once.

use std::collections::VecDeque;

use proptest::prelude::*;
use serde_json::Value;
use tidings_core::{Envelope, catalogue::EVENTS};

use super::larder::{Larder, label};

/// What happens: the pots with what is added to each, the order in which deliveries come (some twice), and how often something fails
/// before the store gets an event more.
#[derive(Debug, Clone)]
struct Story {
    pots: Vec<Vec<u32>>,
    deliveries: Vec<(usize, usize)>,
}

fn story() -> impl Strategy<Value = Story> {
    let pots = prop::collection::vec(prop::collection::vec(1_u32..100, 1..7), 1..4);
    pots.prop_flat_map(|pots| {
        let each = |(pot, spoons): (usize, &Vec<u32>)| {
            (0..spoons.len())
                .map(move |number| (pot, number))
                .collect::<Vec<_>>()
        };
        let once: Vec<_> = pots.iter().enumerate().flat_map(each).collect();
        let again = prop::sample::subsequence(once.clone(), 0..=once.len());
        (Just(pots), Just(once), again).prop_flat_map(|(pots, once, again)| {
            let all = [once, again].concat();
            (Just(pots), Just(all).prop_shuffle()).prop_map(|(pots, deliveries)| Story { pots, deliveries })
        })
    })
}

fn expected(pots: &[Vec<u32>]) -> Vec<Value> {
    let labels = pots
        .iter()
        .enumerate()
        .map(|(pot, spoons)| label(&name(pot), spoons));
    labels.collect()
}

fn name(pot: usize) -> String {
    format!("pot-{pot}")
}

/// All events, in a store of their own.
async fn stated(larder: &Larder, pots: &[Vec<u32>]) -> Vec<Vec<Envelope>> {
    let mut events = Vec::new();
    for (pot, spoons) in pots.iter().enumerate() {
        events.push(larder.add(&name(pot), spoons).await);
    }
    events
}

/// Delivers until everything is acknowledged; what fails comes back behind the others, and then the store has an event more.
async fn delivered(story: &Story, in_store_at_first: usize) -> Vec<Value> {
    let (source, larder) = (Larder::open().await, Larder::open().await);
    let events = stated(&source, &story.pots).await;
    let mut rows = VecDeque::from(source.bench.rows(&EVENTS).await);
    for row in rows.drain(..in_store_at_first.min(rows.len())) {
        larder.bench.put(&EVENTS, &row).await;
    }
    let projector = larder.projector::<1>();
    let mut queue: VecDeque<_> = story.deliveries.clone().into();
    while let Some((pot, number)) = queue.pop_front() {
        if let Err(failure) = projector.take(&events[pot][number]).await {
            let again = matches!(failure, tidings_core::Failure::Transient { .. });
            assert!(again, "{failure:?}");
            queue.push_back((pot, number));
            if let Some(row) = rows.pop_front() {
                larder.bench.put(&EVENTS, &row).await;
            }
        }
    }
    larder.shelf().await
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_order_with_duplicates_leaves_what_the_events_in_order_make(story in story(), in_store in 0_usize..20) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let shelf = runtime.block_on(delivered(&story, in_store));
        prop_assert_eq!(shelf, expected(&story.pots));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_that_take_the_same_events_at_once_leave_the_same() {
    let larder = Larder::open().await;
    let pots: Vec<Vec<u32>> = (0..8)
        .map(|pot| (1..=12).map(|spoon| spoon + pot).collect())
        .collect();
    let events = stated(&larder, &pots).await;
    let workers = (0..4).map(|worker| {
        let (projector, mut mine) = (larder.projector::<1>(), events.concat());
        // Each has them all, and begins elsewhere.
        let length = mine.len();
        mine.rotate_left(worker * length / 4);
        tokio::spawn(async move {
            let mut queue: VecDeque<_> = mine.into();
            while let Some(event) = queue.pop_front() {
                // One that met too many others comes back.
                if projector.take(&event).await.is_err() {
                    queue.push_back(event);
                }
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    assert_eq!(larder.shelf().await, expected(&pots));
}
