//! Operators whose process ends at any call, 200 times: no letter is lost, none takes effect twice,
//! and the order of a group is kept.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tidings_operations::{Change, Desk, OperationError, Redrive, Selection, State};

use crate::{
    life::Life,
    stage::{COUNT, FEED, Stage, of, patched},
    zoo::{EFFECTS, poke},
};

const KILLS: usize = 200;
/// How long nothing is heard of an operator before another may take over.
const LEASE: Duration = Duration::from_secs(61);
const COUNTED: usize = 600;
const MARKED: usize = 200;
const MOVED: usize = 200;

/// 1,000 letters: of a consumer's queue, of its subscription's, and of a FIFO queue, half of which
/// hold up their groups, and half were moved by the redrive policy.
async fn thousand(good: bool) -> Stage {
    let stage = Stage::open().await;
    for number in 0..COUNTED {
        let id = format!("c{number}");
        match number % 2 {
            0 => {
                let queue = format!("{COUNT}-subscription-dlq");
                stage.dead(&queue, poke(&id, good).envelope().to_json(), BTreeMap::new());
            }
            _ => stage.counted_dead(&id, good),
        }
    }
    for number in 0..MARKED {
        let next = [format!("m{number}-2"), format!("m{number}-3")];
        stage
            .feed_dead(&format!("m{number}"), &format!("m{number}-1"), good, &next)
            .await;
    }
    for number in 0..MOVED {
        stage.feed_moved(
            &format!("p{}", number % 20),
            &format!("p{}-{}", number % 20, number / 20),
        );
    }
    assert_eq!(stage.letters().len(), 1000);
    stage
}

/// Lets one operator after another work, until one comes to the end: `work` begins anew, or goes
/// on. The first of them are killed, so many times.
async fn killed(
    stage: &Stage,
    times: usize,
    longest: i64,
    mut work: impl AsyncFnMut(&Desk) -> Result<(), OperationError>,
) {
    let mut chance = fastrand::Rng::with_seed(7);
    let mut kills = 0;
    loop {
        let life = match kills < times {
            true => Life::of(chance.i64(0..longest), chance.bool()),
            false => Life::long(),
        };
        match life.live(work(&stage.desk_of(&life))).await {
            Some(done) => {
                done.unwrap();
                assert!(kills >= times, "only {kills} were killed: shorten their lives");
                return;
            }
            None => kills += 1,
        }
        stage.bench.pass(LEASE);
    }
}

/// That the effect of each of these is there once, and of each group in order.
async fn took_effect(stage: &Stage, moved: bool, marked: bool) {
    let runs = stage.bench.rows(&EFFECTS).await;
    assert_eq!(runs.len(), COUNTED, "none is lost");
    for run in runs {
        assert_eq!(run["runs"], 1, "{run}");
    }
    let mut fed = BTreeMap::<String, Vec<usize>>::new();
    for id in stage.keeper.fed() {
        let (group, number) = id.split_once('-').unwrap();
        fed.entry(group.to_owned())
            .or_default()
            .push(number.parse().unwrap());
    }
    for number in 0..MARKED {
        let expected = if marked { vec![1, 2, 3] } else { vec![2, 3] };
        assert_eq!(fed.remove(&format!("m{number}")), Some(expected), "m{number}");
    }
    let expected: Vec<_> = (0..MOVED / 20).collect();
    for number in 0..20 {
        let group = fed.remove(&format!("p{number}"));
        assert_eq!(group, moved.then(|| expected.clone()), "p{number}");
    }
    assert_eq!(fed, BTreeMap::new());
    assert_eq!((stage.letters().len(), stage.waiting().len()), (0, 0));
}

fn quickly() -> Redrive {
    Redrive {
        watch: Duration::ZERO,
        ..Redrive::default()
    }
}

/// The act that has not ended, if there is one: who comes next goes on with that.
async fn unfinished(desk: &Desk) -> Result<Option<String>, OperationError> {
    let acts = desk.store().acts(1).await?;
    let running = acts.into_iter().find(|act| act.state == State::Running);
    Ok(running.map(|act| act.id))
}

#[tokio::test]
async fn a_redrive_that_is_killed_200_times_sends_every_letter_back_once_and_in_order() {
    let stage = thousand(true).await;
    stage.keeper.mend();
    killed(&stage, KILLS, 130, async |desk| {
        match unfinished(desk).await? {
            Some(act) => desk.resume(&act, &()).await,
            None => {
                desk.redrive(Selection::default(), quickly(), "ada", None, &())
                    .await
            }
        }
        .map(drop)
    })
    .await;
    assert_eq!(stage.letters().len(), 0, "each is back at its consumer");
    stage.consume().await;
    took_effect(&stage, true, true).await;
}

#[tokio::test]
async fn a_drop_that_is_killed_200_times_keeps_every_letter_and_lets_every_group_go_on() {
    let stage = thousand(true).await;
    let before: BTreeMap<_, _> = stage
        .letters()
        .into_iter()
        .map(|letter| (letter.id.to_string(), letter.body))
        .collect();
    killed(&stage, KILLS, 90, async |desk| {
        match unfinished(desk).await? {
            Some(act) => desk.resume(&act, &()).await,
            None => {
                desk.drop(Selection::default(), "ada", "the zoo has closed", &())
                    .await
            }
        }
        .map(drop)
    })
    .await;
    assert_eq!(stage.letters().len(), 0);
    let desk = stage.desk();
    let mut kept = BTreeMap::new();
    for queue in desk.roster().dead_queues() {
        for archived in desk.store().archive_of(&queue.name).await.unwrap() {
            assert_eq!(archived.why.as_deref(), Some("the zoo has closed"));
            kept.insert(
                archived.letter.clone(),
                desk.store().body(&archived).await.unwrap(),
            );
        }
    }
    assert_eq!(kept, before, "each is kept as it was");

    stage.keeper.mend();
    stage.consume().await;
    let fed = stage.keeper.fed();
    assert_eq!(
        fed.len(),
        2 * MARKED,
        "what waited behind the letters goes on, and nothing else"
    );
    assert_eq!(stage.bench.rows(&EFFECTS).await.len(), 0);

    // And all of it can be had back, by who is killed as well.
    let acts = desk.store().acts(1).await.unwrap();
    let dropped = acts[0].id.clone();
    killed(&stage, 20, 60, async |desk| {
        match desk.restore(&dropped, "bob", None).await {
            Err(OperationError::Refused(why)) if why.contains("cannot be brought back") => Ok(()),
            other => other.map(drop),
        }
    })
    .await;
    let back: BTreeSet<_> = stage.letters().into_iter().map(|letter| letter.body).collect();
    assert_eq!(back, before.values().cloned().collect(), "none is lost");
    desk.redrive(Selection::default(), quickly(), "bob", None, &())
        .await
        .unwrap();
    stage.consume().await;
    let runs = stage.bench.rows(&EFFECTS).await;
    assert!(
        runs.len() == COUNTED && runs.iter().all(|run| run["runs"] == 1),
        "none twice in effect"
    );
}

#[tokio::test]
async fn edits_that_are_killed_200_times_put_one_letter_in_the_place_of_another() {
    let stage = thousand(false).await;
    let mut chance = fastrand::Rng::with_seed(11);
    let (mut kills, mut tried) = (0, 0);
    let seen = stage.desk().look(&Selection::default()).await;
    // Of each group that the redrive policy has moved, SQS shows what stands first.
    assert_eq!(seen.letters.len(), 1000 - MOVED + 20);
    // Somebody edits a letter, and is killed in the act; whoever comes next edits it again, if it
    // is still as it was.
    for letter in &seen.letters {
        if kills == KILLS {
            break;
        }
        tried += 1;
        let id = letter.event.as_ref().unwrap().id.clone();
        let change = || Change::Patch(patched(&id, true));
        // A queue of some 300 letters is received and let go of in 60 calls, and an edit takes a
        // dozen more.
        let life = Life::of(chance.i64(0..75), chance.bool());
        if life
            .live(
                stage
                    .desk_of(&life)
                    .edit(letter, change(), false, false, "ada", None),
            )
            .await
            .is_none()
        {
            kills += 1;
            stage.bench.pass(LEASE);
            match stage
                .desk()
                .edit(letter, change(), false, false, "bob", None)
                .await
            {
                Ok(_) | Err(OperationError::NoLetter(..)) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
    assert_eq!(kills, KILLS);
    let letters = stage.letters();
    let bodies: BTreeSet<_> = letters.iter().map(|letter| letter.body.clone()).collect();
    assert_eq!(
        (letters.len(), bodies.len()),
        (1000, 1000),
        "one in the place of another"
    );
    let edited = letters
        .iter()
        .filter(|letter| {
            letter
                .attributes
                .get("replaces")
                .is_some_and(|by| by.starts_with("edited "))
        })
        .count();
    assert_eq!(edited, tried);
}

#[tokio::test]
async fn a_second_operator_is_told_who_is_at_work_on_the_queue() {
    let stage = Stage::open().await;
    for number in 0..30 {
        stage.counted_dead(&format!("c{number}"), true);
    }
    let (ada, bob) = (stage.desk(), stage.desk());
    let (first, second) = tokio::join!(
        ada.redrive(of(COUNT), quickly(), "ada", None, &()),
        bob.drop(of(COUNT), "bob", "they are in the way", &()),
    );
    let done = first.unwrap();
    assert_eq!((done.state, done.counts.letters), (State::Done, 30));
    match second {
        Err(OperationError::Held { queue, who, act, .. }) => {
            assert_eq!(
                (queue.as_str(), who.as_str(), &act),
                ("count-bear-dlq", "ada", &done.id)
            );
        }
        other => panic!("{other:?}"),
    }

    // One who is killed holds it for as long as a lease lasts, and no longer.
    stage.feed_dead("a", "a-1", true, &[]).await;
    let life = Life::of(8, false);
    let killed = life
        .live(
            stage
                .desk_of(&life)
                .redrive(of(FEED), quickly(), "ada", None, &()),
        )
        .await;
    assert!(killed.is_none());
    let refused = stage
        .desk()
        .redrive(of(FEED), quickly(), "bob", None, &())
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("in the hands of ada"), "{refused}");
    stage.bench.pass(LEASE);
    let done = stage
        .desk()
        .redrive(of(FEED), quickly(), "bob", None, &())
        .await
        .unwrap();
    assert_eq!(done.counts.letters, 1);
}
