//! Looking: everything is seen and stays; groups, selections and expiry.

use std::{collections::BTreeMap, time::Duration};

use tidings_operations::{Note, Selection, groups};

use crate::stage::{COUNT, FEED, Stage, of};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn letters_are_seen_and_stay_to_be_received() {
    let stage = Stage::open().await;
    for number in 0..25 {
        stage.counted_dead(&format!("c{number}"), true);
    }
    for _ in 0..2 {
        let seen = stage.desk().look(&Selection::default()).await;
        assert_eq!(seen.letters.len(), 25, "also a second time, at once");
    }
    let desk = stage.desk();
    let [queue] = &desk
        .look(&of(COUNT))
        .await
        .queues
        .into_iter()
        .filter(|queue| queue.depth > 0)
        .collect::<Vec<_>>()[..]
    else {
        panic!("one queue holds something")
    };
    assert_eq!(
        (queue.queue.as_str(), queue.depth, queue.unseen),
        ("count-bear-dlq", 25, 0)
    );
}

#[tokio::test]
async fn how_a_consumer_stands_is_told_by_its_queues() {
    let stage = Stage::open().await;
    for number in 0..3 {
        stage.counted_dead(&format!("c{number}"), true);
    }
    let standing = stage.desk().standing().await;
    let names: Vec<_> = standing.iter().map(|one| one.consumer.clone()).collect();
    assert!(
        names.contains(&COUNT.to_owned()) && names.contains(&FEED.to_owned()),
        "{names:?}"
    );
    for one in &standing {
        let letters = if one.consumer == COUNT { 3 } else { 0 };
        assert_eq!(
            (one.letters, one.waiting + one.at_work, &one.error),
            (letters, 0, &None),
            "{one:?}"
        );
        assert_eq!(one.paused_until, None);
    }
}

#[tokio::test]
async fn what_stands_behind_others_of_its_group_is_counted_though_it_cannot_be_seen() {
    let stage = Stage::open().await;
    for number in 0..14 {
        stage.feed_moved("p", &format!("p-{number}"));
    }
    let seen = stage.desk().look(&of(FEED)).await;
    assert_eq!(
        (seen.letters.len(), seen.queues[0].depth, seen.queues[0].unseen),
        (10, 14, 4)
    );
}

#[tokio::test]
async fn letters_of_one_cause_are_a_group_and_what_expires_first_comes_first() {
    let stage = Stage::open().await;
    stage.counted_dead("c1", true);
    stage.bench.pass(DAY * 3);
    stage.counted_dead("c2", true);
    stage.dead("greet-bear-dlq", "no JSON", BTreeMap::new());
    stage.bench.pass(DAY);
    let desk = stage.desk();
    let seen = desk.look(&Selection::default()).await;
    let all = groups(&seen.letters);
    let told: Vec<_> = all
        .iter()
        .map(|group| (group.consumer.as_str(), group.class.as_str(), group.letters))
        .collect();
    assert_eq!(
        told,
        [("count-bear", "NoBear", 2), ("greet-bear", "ReceivedTooOften", 1)]
    );
    assert_eq!(all[0].cause, "bear # is not there");

    let count = async |selection: Selection| desk.look(&selection).await.letters.len();
    let any = Selection::default;
    assert_eq!(
        count(Selection {
            class: Some("NoBear".into()),
            ..any()
        })
        .await,
        2
    );
    assert_eq!(
        count(Selection {
            cause: Some("bear c1".into()),
            ..any()
        })
        .await,
        1
    );
    assert_eq!(
        count(Selection {
            event_type: Some("bear.poked".into()),
            ..any()
        })
        .await,
        2
    );
    assert_eq!(
        count(Selection {
            older_than: Some(DAY * 2),
            ..any()
        })
        .await,
        1
    );
    assert_eq!(
        count(Selection {
            newer_than: Some(DAY * 2),
            ..any()
        })
        .await,
        2
    );
    assert_eq!(
        count(Selection {
            correlation: Some("c2".into()),
            ..any()
        })
        .await,
        1
    );
    assert_eq!(
        count(Selection {
            groups: vec![all[1].id.clone()],
            ..any()
        })
        .await,
        1
    );
    let id = seen.letters[0].id.clone();
    assert_eq!(
        count(Selection {
            letters: vec![id.clone()],
            ..any()
        })
        .await,
        1
    );
    assert_eq!(desk.letter(&id).await.unwrap().body, seen.letters[0].body);

    let note = Note {
        group: all[0].id.clone(),
        who: "ada".into(),
        at: desk.now(),
        text: "the bears are on holiday".into(),
    };
    desk.store().note(&note).await.unwrap();
    assert_eq!(desk.store().notes().await.unwrap(), [note]);
}
