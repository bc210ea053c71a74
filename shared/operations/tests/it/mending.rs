//! Editing, restoring, exporting and importing.

use std::time::Duration;

use serde_json::json;
use tidings_core::Envelope;
use tidings_operations::{Change, Checked, OperationError, Redrive, Selection, transfer::export};

use crate::{
    stage::{COUNT, FEED, Stage, of, patched},
    zoo::EFFECTS,
};

fn quickly() -> Redrive {
    Redrive {
        watch: Duration::ZERO,
        ..Redrive::default()
    }
}

#[tokio::test]
async fn an_edited_letter_keeps_its_identity_and_the_original_can_be_had_back() {
    let stage = Stage::open().await;
    stage.counted_dead("c", false);
    stage.keeper.mend();
    let desk = stage.desk();
    let letter = desk.look(&of(COUNT)).await.letters.remove(0);
    let edited = desk
        .edit(
            &letter,
            Change::Patch(patched("c", true)),
            false,
            false,
            "ada",
            Some("it was good"),
        )
        .await
        .unwrap();
    assert_eq!((edited.checked, edited.new_event), (Checked::WithoutSchema, None));
    let now = desk.look(&of(COUNT)).await.letters.remove(0);
    assert_eq!(
        (now.key(), now.cause().class),
        (letter.key(), letter.cause().class)
    );
    assert!(now.body.contains("\"good\":true"), "{}", now.body);

    let refused = desk.restore(&letter.id, "bob", None).await.unwrap_err();
    assert!(refused.to_string().contains("drop that first"), "{refused}");
    // Who looked at the letter before is told who was faster.
    let late = desk
        .edit(
            &letter,
            Change::Patch(patched("c", false)),
            false,
            false,
            "bob",
            None,
        )
        .await
        .unwrap_err();
    assert!(
        matches!(&late, OperationError::NoLetter(_, told) if told.contains("ada was faster")),
        "{late}"
    );

    desk.redrive(Selection::default(), quickly(), "ada", None, &())
        .await
        .unwrap();
    stage.consume().await;
    assert_eq!(
        stage.bench.rows(&EFFECTS).await,
        [json!({ "id": "c", "runs": 1 })]
    );
    desk.restore(&letter.id, "bob", None).await.unwrap();
    let back = desk.look(&of(COUNT)).await.letters.remove(0);
    assert_eq!(back.body, letter.body, "as it was");
}

#[tokio::test]
async fn as_a_new_event_it_is_caused_by_the_old_one_and_stands_in_its_place() {
    let stage = Stage::open().await;
    stage.feed_dead("a", "a-1", false, &["a-2".to_owned()]).await;
    stage.keeper.mend();
    let desk = stage.desk();
    let letter = desk.look(&of(FEED)).await.letters.remove(0);
    let old = letter.event.clone().unwrap();
    let edited = desk
        .edit(
            &letter,
            Change::Patch(patched("a", true)),
            true,
            false,
            "ada",
            None,
        )
        .await
        .unwrap();
    let now = desk.look(&of(FEED)).await.letters.remove(0);
    let new: Envelope = now.event.clone().unwrap();
    assert_eq!(Some(new.key()), edited.new_event);
    assert_ne!(new.id, old.id);
    assert_eq!(
        (new.causationid.as_deref(), new.correlation_id()),
        (Some(old.id.as_str()), old.correlation_id())
    );
    assert_eq!(new.hops, old.hops + 1);

    // What waits still waits, and goes on behind it.
    stage.bench.pass(Duration::from_secs(61));
    desk.redrive(Selection::default(), quickly(), "ada", None, &())
        .await
        .unwrap();
    stage.consume().await;
    assert_eq!(stage.keeper.fed(), [new.id.clone(), "a-2".to_owned()]);
}

#[tokio::test]
async fn what_would_come_back_at_once_is_refused_with_the_field() {
    let schema = json!({ "type": "object", "required": ["id", "good"],
        "properties": { "id": { "type": "string" }, "good": { "type": "boolean" } } });
    let contracts = json!([{ "kind": "event", "type": "bear.poked", "current": 1,
        "versions": [{ "version": 1, "minReader": 1, "read": {}, "written": schema }] }]);
    let stage = Stage::with_contracts(contracts).await;
    stage.counted_dead("c", false);
    let desk = stage.desk();
    let letter = desk.look(&of(COUNT)).await.letters.remove(0);
    for (patch, told) in [
        (json!({ "data": { "good": "yes" } }), "/good"),
        (json!({ "type": "bear.kissed" }), "does not take bear.kissed"),
        (json!({ "specversion": null }), "no event"),
        (json!({ "id": "other" }), "--as-new"),
    ] {
        let refused = desk
            .edit(&letter, Change::Patch(patch), false, false, "ada", None)
            .await
            .unwrap_err();
        assert!(refused.to_string().contains(told), "{refused}");
    }
    let good = json!({ "data": { "good": true } });
    let edited = desk
        .edit(&letter, Change::Patch(good), false, false, "ada", None)
        .await
        .unwrap();
    assert_eq!(edited.checked, Checked::BySchema);
}

#[tokio::test]
async fn letters_are_exported_edited_as_files_and_imported() {
    let stage = Stage::open().await;
    for id in ["c1", "c2", "c3"] {
        stage.counted_dead(id, false);
    }
    let desk = stage.desk();
    let folder = tempfile::tempdir().unwrap();
    let letters = desk.look(&Selection::default()).await.letters;
    assert_eq!(export(&letters, folder.path()).unwrap(), 3);
    let file = |id: &str| folder.path().join(COUNT).join(format!("{id}.json"));
    let changed = file(&letters[0].id);
    let text = std::fs::read_to_string(&changed).unwrap();
    std::fs::write(&changed, text.replace("\"good\":false", "\"good\":true")).unwrap();
    std::fs::write(file("gone"), r#"{"id":"gone","body":"x"}"#).unwrap();
    std::fs::write(file("broken"), "{").unwrap();

    let dry = desk.import(folder.path(), true, "ada", None).await.unwrap();
    assert_eq!(
        stage
            .letters()
            .iter()
            .filter(|letter| letter.body.contains("\"good\":true"))
            .count(),
        0
    );
    assert_eq!(
        dry.iter().filter(|one| one.result == "would be edited").count(),
        1,
        "{dry:?}"
    );
    let done = desk.import(folder.path(), false, "ada", None).await.unwrap();
    let told = |result: &str| done.iter().filter(|one| one.result.contains(result)).count();
    assert_eq!(
        (
            told("edited (act"),
            told("as it was"),
            told("there is no letter gone")
        ),
        (1, 2, 1),
        "{done:?}"
    );
    assert_eq!(done.iter().filter(|one| !one.fine).count(), 2);
    let good = stage
        .letters()
        .into_iter()
        .filter(|letter| letter.body.contains("\"good\":true"));
    assert_eq!((good.count(), stage.letters().len()), (1, 3));
}
