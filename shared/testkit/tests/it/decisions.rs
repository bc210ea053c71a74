//! What a handler wants, by itself: expectations that hold, and expectations that do not.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};
use tidings_core::{Condition, causation::HOP_LIMIT, effects::Otherwise};
use tidings_testkit::{Then, given, given_json};

use crate::library::{LookAtBook, MailReader, NoteReader, ReminderPlanned, SHELF, SayTooMuch, lent};

fn note(reader: &str) -> Value {
    json!({ "book": "dune", "seen": "2026-01-15T10:00:00Z", "reader": reader, "try": 1, "by": null })
}

fn puts(then: Then, note: &Value) -> Then {
    then.puts_if(&SHELF, note, Condition::Absent("book"), Otherwise::Superseded)
}

fn reminder(reader: &str) -> ReminderPlanned {
    ReminderPlanned {
        reader: reader.to_owned(),
    }
}

/// What an expectation that does not hold says.
fn complaint(expectation: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(expectation)).expect_err("the expectation does not hold");
    let text = panic.downcast_ref::<String>().expect("a message");
    // Without the colours of the difference: each is an escape up to an `m`.
    let mut parts = text.split('\u{1b}');
    let plain = parts.next().unwrap_or_default().to_owned();
    parts.fold(plain, |plain, part| {
        plain + part.split_once('m').map_or(part, |(_, rest)| rest)
    })
}

#[test]
fn all_that_a_handler_wants_is_expected_and_nothing_else() {
    let then = given(&lent("ada")).by(&NoteReader);
    puts(then, &note("ada"))
        .emits(&reminder("ada"), 1)
        .does_nothing_else();
}

#[test]
fn a_wrong_item_is_shown_beside_the_one_that_is_there() {
    let complaint = complaint(|| drop(puts(given(&lent("ada")).by(&NoteReader), &note("bob"))));
    assert!(complaint.contains("note-reader does it otherwise"), "{complaint}");
    assert!(
        complaint.contains("ada") && complaint.contains("bob"),
        "{complaint}"
    );
}

#[test]
fn a_write_on_a_condition_is_no_write_on_none() {
    let complaint = complaint(|| drop(given(&lent("ada")).by(&NoteReader).puts(&SHELF, &note("ada"))));
    assert!(complaint.contains(r#"Absent(\"book\")"#), "{complaint}");
}

#[test]
fn a_wrong_event_and_a_wrong_number_of_its_history_are_noticed() {
    let by = || given(&lent("ada")).by(&NoteReader);
    complaint(|| drop(by().emits(&reminder("bob"), 1)));
    complaint(|| drop(by().emits(&reminder("ada"), 2)));
    complaint(|| drop(by().emits(&lent("ada"), 1)));
}

#[test]
fn what_is_left_is_noticed() {
    let rest = complaint(|| puts(given(&lent("ada")).by(&NoteReader), &note("ada")).does_nothing_else());
    assert!(rest.contains("reminder.planned/v1"), "{rest}");
    let rest = complaint(|| {
        given(&lent("ada"))
            .by(&NoteReader)
            .emits(&reminder("ada"), 1)
            .does_nothing_else()
    });
    assert!(rest.contains("shelf"), "{rest}");
}

#[test]
fn a_failure_is_expected_by_its_kind_and_its_reason() {
    let by = || given(&lent("nobody")).by(&NoteReader);
    by().fails_for_good("a reader must be somebody");
    complaint(|| by().fails_for_now("a reader must be somebody"));
    complaint(|| by().fails_for_good("another reason"));
    complaint(|| by().does_nothing_else());
    complaint(|| {
        given(&lent("ada"))
            .by(&NoteReader)
            .fails_for_good("a reader must be somebody")
    });
}

#[test]
fn what_the_runtime_would_refuse_fails_here_as_well() {
    let undeclared = "say-too-much emits reminder.planned/v1 without declaring that it publishes it";
    given(&lent("ada")).by(&SayTooMuch).fails_for_good(undeclared);
    let failure = given(&lent("writer"))
        .by(&SayTooMuch)
        .failure()
        .map(|failure| failure.reason().to_owned());
    assert!(failure.is_some_and(|reason| reason.contains("TABLE_SHELF")));
    let stormy = given(&lent("ada")).hops(HOP_LIMIT).by(&NoteReader);
    assert!(
        stormy
            .failure()
            .is_some_and(|failure| failure.reason().starts_with("hop limit"))
    );
    let wrong =
        given_json(r#"{"specversion":"1.0","id":"1","source":"/x","type":"book.burnt"}"#).by(&NoteReader);
    assert!(
        wrong
            .failure()
            .is_some_and(|failure| failure.reason().contains("book.burnt"))
    );
}

#[test]
fn time_try_and_actor_are_what_the_test_says() {
    let then = given(&lent("ada"))
        .at("2026-02-01T00:00:00Z")
        .handled_at("2026-02-02T00:00:00Z")
        .attempt(3)
        .actor("librarian")
        .by(&NoteReader);
    let note = json!({
        "book": "dune", "seen": "2026-02-02T00:00:00Z", "reader": "ada", "try": 3, "by": "librarian"
    });
    let [emitted] = puts(then, &note).emitted().try_into().expect("one event");
    assert_eq!(emitted.causationid.as_deref(), Some("book.lent/dune/1"));
    assert_eq!(
        (emitted.hops, emitted.actor.id.as_deref()),
        (1, Some("librarian"))
    );
}

#[test]
fn the_same_fact_has_the_same_id_and_another_has_another() {
    let key = |given: tidings_testkit::Given| given.envelope().key();
    assert_eq!(key(given(&lent("ada"))), "/given#book.lent/dune/1");
    assert_eq!(key(given(&lent("ada")).version(2)), "/given#book.lent/dune/2");
    assert_eq!(key(given(&lent("ada")).id("x")), "/given#x");
}

#[test]
fn an_event_of_an_older_version_is_given_unchanged_on_record() {
    let old = r#"{"specversion":"1.0","id":"1","source":"/library","type":"book.lent","schemaversion":1,
        "time":"2026-01-15T10:00:00Z","data":{"book":"dune"}}"#;
    puts(given_json(old).by(&NoteReader), &note("somebody"))
        .emits(&reminder("somebody"), 1)
        .does_nothing_else();
}

#[tokio::test]
async fn a_handler_that_performs_is_awaited() {
    let mail = MailReader::default();
    given(&lent("ada")).by(&mail).await.does_nothing_else();
    assert_eq!(mail.mails.load(std::sync::atomic::Ordering::Relaxed), 1);
    given(&lent("unreachable"))
        .by(&mail)
        .await
        .fails_for_now("no answer");
    given(&lent("ada")).by(&LookAtBook).await.does_nothing_else();
}
