//! Making all views again: whole, in pieces, over what is there, and while events arrive.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use tidings_aws::projection::{Checkpoint, Counts, Ended, Replay, ReplayError, SegmentState};
use tidings_core::catalogue::{EVENTS, OUTBOX};
use tokio_util::sync::CancellationToken;

use super::larder::{Larder, SHELF, Shelf, label};

const POTS: usize = 20;

impl Larder {
    fn replay<const REVISION: u32>(&self) -> Replay<Shelf<REVISION>> {
        Replay::new(self.events.clone(), self.views()).paged(7)
    }

    /// A larder with a history, whose views nobody has made.
    async fn stocked() -> Self {
        let larder = Self::open().await;
        for pot in 0..POTS {
            larder.add(&name(pot), &spoons(pot)).await;
        }
        larder
    }
}

fn name(pot: usize) -> String {
    format!("pot-{pot:02}")
}

/// Histories of different lengths; some are longer than a page.
fn spoons(pot: usize) -> Vec<u32> {
    (1..=(pot as u32 * 3) % 17 + 1).collect()
}

fn shelf() -> Vec<Value> {
    (0..POTS).map(|pot| label(&name(pot), &spoons(pot))).collect()
}

fn events() -> u64 {
    (0..POTS).map(|pot| spoons(pot).len() as u64).sum()
}

async fn to_the_end<const REVISION: u32>(replay: &Replay<Shelf<REVISION>>, from: Checkpoint) -> Checkpoint {
    let mut last = from.clone();
    let mut watch = |checkpoint: &Checkpoint| {
        last = checkpoint.clone();
        Ok(())
    };
    let ended = replay
        .run(from, &mut watch, &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(ended, Ended::Complete);
    assert!(last.is_complete());
    last
}

#[tokio::test]
async fn a_replay_makes_the_views_of_the_stored_events_and_touches_nothing_else() {
    for segments in [1, 4] {
        let larder = Larder::stocked().await;
        let stored = larder.bench.rows(&EVENTS).await;
        let done = to_the_end(&larder.replay::<1>(), Checkpoint::begin(segments)).await;
        assert_eq!(larder.shelf().await, shelf());
        let counts = Counts {
            events: events(),
            aggregates: POTS as u64,
            written: POTS as u64,
            ..Counts::default()
        };
        assert_eq!(done.counts, counts, "no aggregate had to be read again");
        assert_eq!(larder.bench.rows(&EVENTS).await, stored);
        assert_eq!(larder.bench.rows(&OUTBOX).await, Vec::<Value>::new());
    }
}

#[tokio::test]
async fn a_replay_that_is_stopped_at_every_page_goes_on_where_it_was() {
    for segments in [1, 4] {
        let larder = Larder::stocked().await;
        let replay = larder.replay::<1>();
        let mut kept = serde_json::to_string(&Checkpoint::begin(segments)).unwrap();
        let mut runs = 0;
        loop {
            let stop = CancellationToken::new();
            // Another process has nothing but the text.
            let from: Checkpoint = serde_json::from_str(&kept).unwrap();
            let before = from.segments.clone();
            let mut watch = |checkpoint: &Checkpoint| {
                // A page within a long history is no place to go on from: it stops at the next that is.
                if checkpoint.segments != before {
                    kept = serde_json::to_string(checkpoint)?;
                    stop.cancel();
                }
                Ok(())
            };
            runs += 1;
            let ended = replay.run(from, &mut watch, &stop).await.unwrap();
            if ended == Ended::Complete {
                break;
            }
            assert!(runs < 500, "it does not come to an end");
        }
        assert!(runs > 5, "it was stopped {runs} times");
        let last: Checkpoint = serde_json::from_str(&kept).unwrap();
        assert_eq!(
            last.counts.read_again, 0,
            "it went on between two aggregates each time"
        );
        assert_eq!(larder.shelf().await, shelf());
    }
}

#[tokio::test]
async fn a_replay_that_begins_within_a_history_reads_that_one_again() {
    let larder = Larder::stocked().await;
    let replay = larder.replay::<1>();
    let long = (0..POTS).find(|pot| spoons(*pot).len() > 10).unwrap();
    let within =
        json!({ "behind": { "aggregate": format!("pot#{}", name(long)), "position": "0000000003" } });
    let within: SegmentState = serde_json::from_value(within).unwrap();
    let from = Checkpoint {
        segments: vec![within],
        ..Checkpoint::begin(1)
    };
    let done = to_the_end(&replay, from).await;
    assert_eq!(done.counts.read_again, 1);
    let there = larder.shelf().await;
    assert!(there.contains(&label(&name(long), &spoons(long))), "{there:?}");
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_counts_the_same() {
    let larder = Larder::stocked().await;
    let done = to_the_end(&larder.replay::<1>().dry(), Checkpoint::begin(2)).await;
    assert_eq!((done.counts.events, done.counts.written), (events(), POTS as u64));
    assert!(larder.shelf().await.is_empty());
}

#[tokio::test]
async fn over_what_is_there_a_replay_repairs_and_renews_and_never_takes_back() {
    let larder = Larder::stocked().await;
    to_the_end(&larder.replay::<1>(), Checkpoint::begin(1)).await;
    let view = |pot: usize, version: usize, revision: u32| {
        let shown: Vec<usize> = Vec::new();
        json!({ "pot": name(pot), "spoons": 0, "shown": shown, "projected_version": version, "projected_revision": revision })
    };
    // One is damaged, one is behind, and one shows an event more than the store has.
    larder.bench.put(&SHELF, &view(1, spoons(1).len(), 1)).await;
    larder.bench.put(&SHELF, &view(2, 1, 1)).await;
    let ahead = view(3, spoons(3).len() + 1, 1);
    larder.bench.put(&SHELF, &ahead).await;
    let done = to_the_end(&larder.replay::<1>(), Checkpoint::begin(1)).await;
    assert_eq!((done.counts.written, done.counts.newer), (POTS as u64 - 1, 1));
    let mut expected = shelf();
    expected[3] = ahead;
    assert_eq!(larder.shelf().await, expected);

    // Newer code makes all of them anew, and then older code refuses.
    let done = to_the_end(&larder.replay::<2>(), Checkpoint::begin(1)).await;
    assert_eq!((done.counts.written, done.counts.newer), (POTS as u64, 0));
    let stop = CancellationToken::new();
    let refused = larder
        .replay::<1>()
        .run(Checkpoint::begin(1), &mut |_: &Checkpoint| Ok(()), &stop)
        .await;
    assert!(
        matches!(
            refused,
            Err(ReplayError::Outdated {
                by: 2,
                revision: 1,
                ..
            })
        ),
        "{refused:?}"
    );
    assert!(
        larder
            .shelf()
            .await
            .iter()
            .all(|view| view["projected_revision"] == 2)
    );
}

#[tokio::test]
async fn a_history_that_cannot_be_read_is_named_and_the_others_are_done() {
    let larder = Larder::stocked().await;
    let mut rows = larder.bench.rows(&EVENTS).await;
    let of = |pot: usize, row: &&mut Value| row["aggregate_key"] == format!("pot#{}", name(pot));
    let broken = rows.iter_mut().find(|row| of(4, row)).unwrap();
    broken["envelope"] = "no event".into();
    larder.bench.put(&EVENTS, broken).await;
    let strange = rows.iter_mut().find(|row| of(5, row)).unwrap();
    strange["envelope"] = strange["envelope"]
        .as_str()
        .unwrap()
        .replace("honey.added", "honey.spilt")
        .into();
    larder.bench.put(&EVENTS, strange).await;

    let done = to_the_end(&larder.replay::<1>(), Checkpoint::begin(1)).await;
    assert_eq!(
        (done.counts.unreadable, done.counts.written),
        (2, POTS as u64 - 2)
    );
    assert!(
        done.unreadable[0].starts_with("pot#pot-04, event 0000000001: "),
        "{done:?}"
    );
    assert!(done.unreadable[1].contains("honey.spilt"), "{done:?}");
    assert_eq!(larder.shelf().await.len(), POTS - 2);
}

#[tokio::test]
async fn a_checkpoint_that_cannot_be_kept_ends_the_replay() {
    let larder = Larder::stocked().await;
    let mut watch = |_: &Checkpoint| Err(std::io::Error::other("the disk is full"));
    let ended = larder
        .replay::<1>()
        .run(Checkpoint::begin(1), &mut watch, &CancellationToken::new())
        .await;
    assert!(matches!(ended, Err(ReplayError::Checkpoint(_))), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_events_arrive_and_are_shown_a_replay_loses_none_of_them() {
    let larder = Larder::stocked().await;
    let replayed = AtomicBool::new(false);
    let projector = larder.projector::<1>();
    let arriving = async {
        let mut more = vec![0_u32; POTS];
        while !replayed.load(Ordering::Relaxed) || more.iter().any(|&more| more < 3) {
            for (pot, more) in more.iter_mut().enumerate() {
                for event in larder.add(&name(pot), &[100]).await {
                    projector.take(&event).await.unwrap();
                }
                *more += 1;
            }
            tokio::task::yield_now().await;
        }
        more
    };
    let replaying = async {
        let replay = larder.replay::<1>();
        for _ in 0..3 {
            to_the_end(&replay, Checkpoint::begin(4)).await;
        }
        replayed.store(true, Ordering::Relaxed);
    };
    let (more, ()) = tokio::join!(arriving, replaying);
    let expected: Vec<_> = (0..POTS)
        .map(|pot| label(&name(pot), &[spoons(pot), vec![100; more[pot] as usize]].concat()))
        .collect();
    assert_eq!(larder.shelf().await, expected);
}
