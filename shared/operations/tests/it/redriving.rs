//! Redriving: lots that stop, cancelling and going on, pauses.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tidings_bus::{Behind, QueueMessage};
use tidings_core::ports::TransportError;
use tidings_operations::{Act, Desk, OperationError, Progress, Redrive, Selection, State};

use crate::{
    stage::{COUNT, Stage, of},
    zoo::EFFECTS,
};

fn watched() -> Redrive {
    Redrive {
        lots: vec![1, 2, 5],
        watch: Duration::from_millis(500),
        ..Redrive::default()
    }
}

async fn letters(count: usize) -> Stage {
    let stage = Stage::open().await;
    for number in 0..count {
        stage.counted_dead(&format!("c{number}"), true);
    }
    stage
}

/// Redrives while the consumers are at work.
async fn at_work(stage: &Stage, desk: &Desk, redrive: Redrive) -> Act {
    let working = async {
        loop {
            stage.bench.pass(Duration::from_secs(1));
            stage.consume().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        act = desk.redrive(of(COUNT), redrive, "ada", Some("the bears are back"), &()) => act.unwrap(),
        () = working => unreachable!("it works for ever"),
    }
}

#[tokio::test]
async fn a_redrive_stops_when_too_many_of_a_lot_fail_again_and_goes_on_when_the_cause_is_mended() {
    let stage = letters(12).await;
    let desk = stage.desk();
    let act = at_work(&stage, &desk, watched()).await;
    assert_eq!(
        (act.state, act.counts.letters, act.counts.failed_again),
        (State::Stopped, 1, 1),
        "{act:?}"
    );
    assert!(
        act.told
            .as_deref()
            .is_some_and(|told| told.contains("1 of a lot of 1 failed again")),
        "{act:?}"
    );
    assert_eq!(stage.letters().len(), 12, "the one has come back");

    stage.keeper.mend();
    let act = desk.resume(&act.id, &()).await.unwrap();
    stage.consume().await;
    assert_eq!((act.state, act.counts.letters), (State::Done, 12));
    // What came back while the act was at work is another one's.
    assert_eq!(
        (stage.letters().len(), stage.bench.rows(&EFFECTS).await.len()),
        (1, 11)
    );
    let history = desk.store().acts(10).await.unwrap();
    assert_eq!(
        (history[0].who.as_str(), history[0].why.as_deref()),
        ("ada", Some("the bears are back"))
    );
}

#[tokio::test]
async fn a_redrive_whose_letters_are_done_goes_through_its_lots() {
    let stage = letters(12).await;
    stage.keeper.mend();
    let act = at_work(&stage, &stage.desk(), watched()).await;
    assert_eq!(
        (act.state, act.counts.letters, act.counts.failed_again),
        (State::Done, 12, 0)
    );
    assert_eq!(stage.bench.rows(&EFFECTS).await.len(), 12);
}

/// Cancels the act after its first lot.
struct Cancelling(Desk, tokio::sync::mpsc::UnboundedSender<String>);

impl Progress for Cancelling {
    fn at(&self, _: &str, act: &Act) {
        self.1.send(act.id.clone()).unwrap();
    }
}

#[tokio::test]
async fn somebody_else_cancels_a_redrive_and_it_can_go_on() {
    let stage = letters(12).await;
    let desk = stage.desk();
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let progress = Cancelling(stage.desk(), told);
    let redrive = Redrive {
        watch: Duration::ZERO,
        rate: Some(200.0),
        ..watched()
    };
    let cancelling = async {
        let act = heard.recv().await.unwrap();
        progress.0.store().cancel(&act, "bob").await.unwrap();
    };
    let (act, ()) = tokio::join!(
        desk.redrive(of(COUNT), redrive, "ada", None, &progress),
        cancelling
    );
    let act = act.unwrap();
    assert_eq!(act.state, State::Cancelled);
    assert!((1..12).contains(&act.counts.letters), "{act:?}");
    assert_eq!(
        stage.letters().len(),
        12 - act.counts.letters,
        "the others are where they were"
    );
    let act = desk.resume(&act.id, &()).await.unwrap();
    assert_eq!(
        (act.state, act.counts.letters, stage.letters().len()),
        (State::Done, 12, 0)
    );
    let refused = desk.resume(&act.id, &()).await.unwrap_err();
    assert!(refused.to_string().contains("has ended"), "{refused}");
}

/// A consumer that pauses, and takes what it is sent all the same.
struct Paused;

impl Behind for Paused {
    fn sent(&self, _: &QueueMessage) -> Result<bool, TransportError> {
        Ok(true)
    }

    fn deleted(&self, _: &QueueMessage) -> Result<(), TransportError> {
        Ok(())
    }

    fn shown(&self, _: &str, _: Duration) -> Result<(), TransportError> {
        Err(TransportError("there is none".into()))
    }

    fn elsewhere(&self) -> usize {
        0
    }

    fn paused_until(&self) -> Option<Timestamp> {
        Some(Timestamp::MAX)
    }
}

#[tokio::test]
async fn a_consumer_that_pauses_is_sent_nothing_unless_that_is_wanted() {
    let stage = letters(1).await;
    let desk = stage.desk();
    stage
        .sqs
        .create_before(COUNT, Duration::from_secs(60), Duration::MAX, Arc::new(Paused));
    let quickly = Redrive {
        watch: Duration::ZERO,
        ..Redrive::default()
    };
    let refused = desk
        .redrive(Selection::default(), quickly.clone(), "ada", None, &())
        .await;
    assert!(
        matches!(refused, Err(OperationError::Paused { .. })),
        "{refused:?}"
    );
    assert_eq!(stage.letters().len(), 1);
    let forced = Redrive {
        force: true,
        ..quickly
    };
    let act = desk
        .redrive(Selection::default(), forced, "ada", None, &())
        .await
        .unwrap();
    assert_eq!((act.counts.letters, stage.letters().len()), (1, 0));
}
