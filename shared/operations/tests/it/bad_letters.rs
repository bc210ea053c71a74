//! Letters of every bad kind: each is listed, shown and explained, and none hides another.

use std::collections::BTreeMap;

use tidings_bus::{EmbeddedSqs, QueueMessage};
use tidings_core::ports::DeadLetter;
use tidings_operations::{By, Outcome, Redrive, Remark, Selection, Shown, group_of, groups};

use crate::{
    stage::{COUNT, GREET, Stage},
    zoo::{Named, poke},
};

fn named(id: &str) -> Named {
    Named {
        id: id.to_owned(),
        name: id.into(),
    }
}

/// As the consumer sends a letter, in one message or two.
async fn set_aside(sqs: &EmbeddedSqs, queue: &str, letter: DeadLetter) {
    use tidings_core::ports::DeadLetters as _;
    let url = format!("http://embedded/{queue}");
    let queue = tidings_aws::queue::DeadLetterQueue::new(sqs.client(), url);
    queue.set_aside(&letter).await.unwrap();
}

#[tokio::test]
async fn every_bad_letter_is_listed_shown_and_explained_and_hides_no_other() {
    let stage = Stage::open().await;
    let bench = &stage.bench;
    let (dlq, greet) = (format!("{COUNT}-dlq"), format!("{GREET}-dlq"));
    let none = BTreeMap::new;

    stage.dead(&dlq, "no JSON at all", none());
    // 1 MiB, so that its cause is a message of its own.
    let large = "x".repeat(1024 * 1024);
    let letter = DeadLetter {
        body: large.clone(),
        message_id: "m-1".into(),
        group: None,
        reason: "too large".into(),
        class: "EnvelopeError".into(),
        consumer: "count-bear",
        attempts: 1,
        first_failed: jiff::Timestamp::UNIX_EPOCH,
        event: None,
        correlation_id: None,
    };
    set_aside(&stage.sqs, &dlq, letter).await;
    let unknown = poke("u", true)
        .envelope()
        .to_json()
        .replace("bear.poked", "bear.kissed");
    stage.dead(&dlq, unknown, none());
    // From the redrive policy: nothing is recorded of it.
    stage.dead(&dlq, poke("r", true).envelope().to_json(), none());
    // Of somebody who is erased, and sealed by a key that is lost.
    let erased = bench.sealed(&named("erased")).await.envelope();
    let lost = bench.sealed(&named("lost")).await.envelope();
    stage.dead(&greet, erased.to_json(), none());
    stage.dead(&greet, lost.to_json(), none());
    bench
        .person_keys()
        .forget("erased", tidings_testkit::time::MOMENT)
        .await
        .unwrap();
    let key = aws_sdk_dynamodb::types::AttributeValue::S("lost".into());
    let delete = bench
        .dynamodb()
        .delete_item()
        .table_name("person-keys")
        .key("person", key);
    delete.send().await.unwrap();

    let desk = stage.desk();
    let seen = desk.look(&Selection::default()).await;
    assert!(
        seen.queues
            .iter()
            .all(|queue| queue.error.is_none() && queue.unseen == 0),
        "{:?}",
        seen.queues
    );
    assert_eq!(seen.letters.len(), 7);
    assert_eq!(
        groups(&seen.letters)
            .iter()
            .map(|group| group.letters)
            .sum::<usize>(),
        7
    );
    for letter in &seen.letters {
        let shown = serde_json::to_value(Shown::of(letter, group_of(letter))).unwrap();
        let body = shown["body"].as_str().map(str::to_owned);
        let body = body.unwrap_or_else(|| shown["event"].to_string());
        assert!(!body.is_empty() && shown["reason"].is_string(), "{}", letter.id);
        assert!(!shown.to_string().contains("\"opened\""), "sealed");
    }
    let explained = desk.explain(&seen.letters).await.unwrap();
    let told: Vec<_> = seen.letters.iter().zip(&explained).collect();
    let of = |test: &dyn Fn(&tidings_operations::Letter) -> bool| {
        let (letter, explained) = told.iter().find(|(letter, _)| test(letter)).expect("it is there");
        (
            letter.cause().by,
            explained.outcome.clone(),
            explained.remarks.clone(),
        )
    };
    let again = |outcome: &Outcome| matches!(outcome, Outcome::SetAsideAgain { .. });

    let (by, outcome, _) = of(&|letter| letter.body == "no JSON at all");
    assert!(by == By::RedrivePolicy && again(&outcome), "{outcome:?}");
    let (_, outcome, _) = of(&|letter| letter.body == large);
    assert!(again(&outcome), "{outcome:?}");
    let (by, outcome, _) = of(&|letter| letter.is_note());
    assert_eq!((by, outcome), (By::Note, Outcome::IsANote));
    let (_, outcome, _) = of(&|letter| letter.event_type() == Some("bear.kissed"));
    assert!(
        outcome.told().contains("does not take bear.kissed"),
        "{outcome:?}"
    );
    let (by, outcome, _) = of(&|letter| letter.event_type() == Some("bear.poked"));
    assert!(
        by == By::RedrivePolicy && matches!(outcome, Outcome::Begins { .. }),
        "{outcome:?}"
    );
    let (_, outcome, remarks) = of(&|letter| letter.key() == Some(erased.key()));
    assert!(matches!(outcome, Outcome::Begins { .. }));
    assert_eq!(
        remarks,
        [Remark::Erased {
            person: "erased".into()
        }]
    );
    let (_, _, remarks) = of(&|letter| letter.key() == Some(lost.key()));
    assert!(
        matches!(&remarks[..], [Remark::KeyLost { person, .. }] if person == "lost"),
        "{remarks:?}"
    );

    // A redrive takes what it can do something for, and leaves the others.
    let redrive = Redrive {
        watch: std::time::Duration::ZERO,
        ..Redrive::default()
    };
    let act = desk
        .redrive(Selection::default(), redrive, "ada", None, &())
        .await
        .unwrap();
    assert_eq!((act.counts.letters, act.counts.left), (3, 4));
    let left: Vec<QueueMessage> = stage.letters();
    assert_eq!(left.len(), 4, "and they are still there");

    // And each of those can be dropped, the largest too, and be had back whole.
    let act = desk
        .drop(
            Selection::default(),
            "ada",
            "nobody can do anything with them",
            &(),
        )
        .await
        .unwrap();
    assert_eq!((act.counts.letters, stage.letters().len()), (4, 0));
    desk.restore(&act.id, "ada", None).await.unwrap();
    let back = stage.letters();
    assert_eq!(back.len(), 4);
    assert!(back.iter().any(|letter| letter.body == large));
}
