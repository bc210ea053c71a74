//! What a redrive would do now, by the record, the line of the group, the contracts and the event
//! store.

use std::{collections::BTreeMap, time::Duration};

use serde_json::json;
use tidings_core::catalogue::EVENTS;
use tidings_operations::{Effect, Outcome, Redrive, Remark, Selection};

use crate::{
    stage::{COUNT, FEED, Stage, of},
    zoo::poke,
};

async fn outcome(stage: &Stage, id: &str) -> (Outcome, Vec<Remark>) {
    let desk = stage.desk();
    let letters = desk
        .look(&Selection {
            event: Some(id.to_owned()),
            ..Selection::default()
        })
        .await
        .letters;
    let mut explained = desk.explain(&letters).await.unwrap();
    assert_eq!(explained.len(), 1, "{id}");
    let explained = explained.remove(0);
    (explained.outcome, explained.remarks)
}

fn quickly() -> Redrive {
    Redrive {
        watch: Duration::ZERO,
        ..Redrive::default()
    }
}

#[tokio::test]
async fn a_letter_begins_again_as_its_guarantee_says_and_is_known_when_it_is_done() {
    let stage = Stage::open().await;
    stage.counted_dead("c", true);
    stage.feed_dead("a", "a-1", true, &[]).await;
    assert_eq!(
        outcome(&stage, "c").await.0,
        Outcome::Begins { effect: Effect::Once }
    );
    assert_eq!(
        outcome(&stage, "a-1").await.0,
        Outcome::Begins {
            effect: Effect::MayRepeat
        }
    );

    stage.keeper.mend();
    stage
        .desk()
        .redrive(Selection::default(), quickly(), "ada", None, &())
        .await
        .unwrap();
    stage.consume().await;
    stage.counted_dead("c", true);
    assert_eq!(outcome(&stage, "c").await.0, Outcome::AlreadyCompleted);
}

#[tokio::test]
async fn a_letter_waits_behind_the_one_that_its_group_waits_behind() {
    let stage = Stage::open().await;
    stage.feed_dead("a", "a-1", true, &[]).await;
    stage.feed_moved("a", "a-2");
    let (waits, _) = outcome(&stage, "a-2").await;
    let first = poke("a-1", true).envelope().key();
    assert!(
        matches!(&waits, Outcome::WaitsBehind { predecessor, .. } if *predecessor == first),
        "{waits:?}"
    );
    // Dropped, it holds up nothing any more.
    let only = Selection {
        event: Some("a-1".into()),
        ..of(FEED)
    };
    stage
        .desk()
        .drop(only, "ada", "it is not wanted any more", &())
        .await
        .unwrap();
    assert!(matches!(outcome(&stage, "a-2").await.0, Outcome::Begins { .. }));
}

#[tokio::test]
async fn what_the_deployed_version_cannot_read_comes_back() {
    let contracts = json!([{ "kind": "event", "type": "bear.poked", "current": 2, "versions": [
        { "version": 1, "minReader": 1, "read": {}, "written": {} },
        { "version": 9, "minReader": 1, "read": null, "written": {} },
    ]}]);
    let stage = Stage::with_contracts(contracts).await;
    let body = |members: &str| {
        let event = poke("v", true).envelope().to_json();
        let mut event: serde_json::Value = serde_json::from_str(&event).unwrap();
        json_patch_of(&mut event, members);
        event.to_string()
    };
    for (members, told) in [
        (
            r#"{"id":"n","schemaversion":3,"minreader":3}"#,
            "asks for a reader of version 3",
        ),
        (r#"{"id":"o","schemaversion":9}"#, "version 9 is read by nobody"),
    ] {
        stage.dead(&format!("{COUNT}-dlq"), body(members), BTreeMap::new());
        let id = &members[7..8];
        let (outcome, _) = outcome(&stage, id).await;
        assert!(
            outcome.is_hopeless() && outcome.told().contains(told),
            "{outcome:?}"
        );
    }
}

fn json_patch_of(event: &mut serde_json::Value, members: &str) {
    let members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(members).unwrap();
    event.as_object_mut().unwrap().extend(members);
}

#[tokio::test]
async fn it_is_told_that_the_aggregate_has_gone_on() {
    let stage = Stage::open().await;
    stage.counted_dead("c", true);
    assert_eq!(outcome(&stage, "c").await.1, []);
    let item = json!({ "aggregate_key": "bear#c", "position": "0000000007" });
    stage.bench.put(&EVENTS, &item).await;
    assert_eq!(outcome(&stage, "c").await.1, [Remark::Superseded { by: 7 }]);
}
