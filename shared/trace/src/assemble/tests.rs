//! How a tree is made of what was found: by record, letter and time.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tidings_aws::idempotency::Trail;
use tidings_catalogue::Document;
use tidings_core::{Envelope, protocol::Status};

use super::assemble;
use crate::{DeadLetter, Delivery, Ended, Found, Publication, Query, Trace, choose, show, tree::Event};

const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

fn ago(seconds: i64) -> Timestamp {
    NOW - SignedDuration::from_secs(seconds)
}

/// Bears wake and are fed; a keeper writes it down.
fn zoo() -> Document {
    let document = json!({
        "system": "zoo",
        "tables": [{
            "name": "diary", "partitionKey": "event", "sortKey": "part",
            "indexes": [
                { "name": "a", "partitionKey": "correlation_id", "sortKey": "happened_at" },
                { "name": "b", "partitionKey": "subject", "sortKey": "happened_at" },
            ],
        }],
        "consumers": [
            { "name": "feed-bear", "service": "kitchen", "guarantee": "leased", "takes": { "types": ["bear.woke"] },
              "publishes": [{ "type": "bear.fed", "version": 1 }] },
            { "name": "count-bear", "service": "office", "guarantee": "transactional", "takes": { "prefix": "bear." } },
            { "name": "greet-bear", "service": "gate", "guarantee": "natural", "takes": { "types": ["bear.fed"] } },
            { "name": "keep-diary", "service": "office", "guarantee": "natural", "takes": { "all": true },
              "uses": [{ "table": "diary", "access": "append" }] },
            { "name": "handle-clean", "service": "kitchen", "guarantee": "transactional", "takes": { "command": "clean" } },
        ],
    });
    Document::read(&document.to_string()).unwrap()
}

fn event(id: &str, kind: &str, source: &str, cause: Option<&str>, stated: Timestamp) -> Envelope {
    let event = json!({
        "specversion": "1.0", "id": id, "source": source, "type": kind, "subject": "bruno", "time": stated.to_string(),
        "correlationid": "chain", "causationid": cause, "data": { "secret": "honey" },
    });
    Envelope::parse(&event.to_string()).unwrap()
}

fn woke(seconds: i64) -> Envelope {
    event("1", "bear.woke", "/cave", None, ago(seconds))
}

fn trail(consumer: &str, status: Status) -> Trail {
    Trail {
        consumer: consumer.to_owned(),
        status,
        attempts: 1,
        sent: Some(ago(10)),
        begun: Some(ago(8)),
        claimed: Some(ago(8)),
        completed: (status == Status::Completed).then(|| ago(5)),
        lease_until: Some(ago(5)),
        next_try: None,
        first_failed: None,
        first_error: None,
        last_error: None,
        expires: NOW,
    }
}

fn letter(consumer: &str, key: &str) -> DeadLetter {
    DeadLetter {
        id: "letter-1".to_owned(),
        consumer: consumer.to_owned(),
        event: Some(key.to_owned()),
        envelope: None,
        reason: "no bowl".to_owned(),
        attempts: Some(3),
        sent: Some(ago(1)),
    }
}

fn of(found: Found) -> Trace {
    assemble(&zoo(), found, &Query::of("bruno"), NOW)
}

/// How a bear that woke so many seconds ago stands with a consumer that has this record.
fn stands(seconds: i64, consumer: &str, trail: Option<Trail>) -> Delivery {
    let mut found = Found::default();
    let event = found.holds(woke(seconds));
    event.logged = true;
    event.trails.extend(trail);
    delivery(&of(found).events[0], consumer).clone()
}

fn delivery<'e>(event: &'e Event, consumer: &str) -> &'e Delivery {
    let own = event
        .consumers
        .iter()
        .find(|delivery| delivery.consumer == consumer);
    own.unwrap_or_else(|| panic!("{event:?}"))
}

#[test]
fn what_is_done_has_its_times_and_only_a_lease_says_how_long_it_took() {
    let fed = stands(10, "feed-bear", Some(trail("feed-bear", Status::Completed)));
    assert_eq!(fed.ended, Ended::Done { at: Some(ago(5)) });
    let seconds = |time: Option<Duration>| time.map(|time| time.as_secs());
    assert_eq!((seconds(fed.waited), seconds(fed.took)), (Some(2), Some(3)));
    let counted = stands(10, "count-bear", Some(trail("count-bear", Status::Completed)));
    assert_eq!((seconds(counted.waited), counted.took), (Some(2), None));
}

#[test]
fn a_record_that_is_not_completed_says_what_comes_next() {
    let failed = |next_try, lease_until, claimed| Trail {
        next_try,
        lease_until: Some(lease_until),
        claimed: Some(claimed),
        last_error: Some("no bowl".to_owned()),
        ..trail("feed-bear", Status::InProgress)
    };
    let next = Some(NOW + SignedDuration::from_secs(4));
    for (trail, ended) in [
        (failed(next, ago(5), ago(8)), Ended::TriedAgain { next }),
        // A lease that is left to lapse after a failure is nobody's.
        (
            failed(next, NOW + SignedDuration::from_secs(2), ago(8)),
            Ended::TriedAgain { next },
        ),
        // Since that failure, another try has begun.
        (
            failed(Some(ago(6)), NOW + SignedDuration::from_secs(2), ago(5)),
            Ended::InProgress {
                until: NOW + SignedDuration::from_secs(2),
            },
        ),
        (failed(None, ago(5), ago(8)), Ended::TriedAgain { next: None }),
        (trail("feed-bear", Status::InProgress), Ended::Unheard),
        (
            trail("feed-bear", Status::Failed),
            Ended::SetAside {
                letter: None,
                since: None,
            },
        ),
    ] {
        assert_eq!(
            stands(10, "feed-bear", Some(trail.clone())).ended,
            ended,
            "{trail:?}"
        );
    }
}

#[test]
fn who_has_no_record_is_awaited_and_then_absent_and_in_the_end_nobody_knows() {
    let day = 24 * 60 * 60;
    assert_eq!(stands(120, "feed-bear", None).ended, Ended::Awaited);
    assert_eq!(
        stands(121, "feed-bear", None).ended,
        Ended::Absent { since: ago(1) }
    );
    assert_eq!(stands(44 * day, "feed-bear", None).ended.as_str(), "ABSENT");
    assert_eq!(stands(46 * day, "feed-bear", None).ended, Ended::Forgotten);
}

#[test]
fn a_natural_consumer_is_never_absent_but_who_keeps_the_log_is_known_by_it() {
    let mut found = Found::default();
    found.holds(event("2", "bear.fed", "/kitchen", None, ago(500)));
    let event = &of(found).events[0];
    assert_eq!(delivery(event, "greet-bear").ended, Ended::Unrecorded);
    // One that has failed, or died while that was written down, comes back, and nothing says that
    // it is done then.
    for (seconds, ended) in [(100, Ended::Unheard), (130, Ended::Unrecorded)] {
        let mut found = Found::default();
        let claimed = Some(ago(seconds));
        let died = Trail {
            claimed,
            lease_until: claimed,
            ..trail("greet-bear", Status::InProgress)
        };
        found
            .holds(self::event("2", "bear.fed", "/kitchen", None, ago(500)))
            .trails
            .push(died);
        assert_eq!(delivery(&of(found).events[0], "greet-bear").ended, ended);
    }
    assert_eq!(
        delivery(event, "keep-diary").ended,
        Ended::Absent { since: ago(380) }
    );
    assert_eq!(stands(500, "keep-diary", None).ended, Ended::Done { at: None });
}

#[test]
fn what_is_not_published_reaches_nobody_and_is_late_after_a_while() {
    for (seconds, late) in [(3, false), (300, true)] {
        let mut found = Found::default();
        found.holds(woke(seconds)).pending = true;
        let trace = of(found);
        assert_eq!(trace.events[0].publication, Publication::Pending { late });
        assert!(
            trace.events[0]
                .consumers
                .iter()
                .all(|one| one.ended == Ended::NotPublished)
        );
        assert_eq!((trace.has_trouble(), trace.is_open()), (late, true));
    }
}

#[test]
fn a_letter_says_what_its_record_does_not() {
    let mut found = Found::default();
    let event = found.holds(woke(500));
    event.logged = true;
    event.letters.push(letter("feed-bear", "/cave#1"));
    let trace = of(found);
    let fed = delivery(&trace.events[0], "feed-bear");
    let since = Some(ago(1));
    assert_eq!(
        fed.ended,
        Ended::SetAside {
            letter: Some("letter-1".into()),
            since
        }
    );
    assert_eq!((fed.attempts, fed.last_error.as_deref()), (3, Some("no bowl")));
    // Done is done, whatever copy of it is dead.
    let mut found = Found::default();
    let event = found.holds(woke(500));
    event.trails.push(trail("feed-bear", Status::Completed));
    event.letters.push(letter("feed-bear", "/cave#1"));
    assert_eq!(delivery(&of(found).events[0], "feed-bear").ended.as_str(), "done");
}

/// A bear that woke, was fed because of that, and is counted for neither; the keeper fed another
/// one by hand.
fn fed() -> Found {
    let mut found = Found::default();
    let cause = woke(500);
    // The id that the runtime derives (`causation::follow`).
    let ids = uuid::Uuid::from_u128(0x7469_6469_6e67_7380_8000_6465_7269_7665);
    let id = uuid::Uuid::new_v5(&ids, b"feed-bear|/cave#1|0").to_string();
    let by = found.holds(cause);
    by.logged = true;
    by.trails.push(trail("feed-bear", Status::Completed));
    found
        .holds(event(&id, "bear.fed", "/kitchen", Some("1"), ago(5)))
        .logged = true;
    found
        .holds(event("9", "bear.fed", "/kitchen", Some("lost"), ago(4)))
        .logged = true;
    found
}

#[test]
fn an_effect_hangs_on_the_consumer_that_stated_it_and_one_without_its_cause_is_a_head() {
    let trace = of(fed());
    let heads: Vec<_> = trace.events.iter().map(|event| event.key.as_str()).collect();
    assert_eq!(heads, ["/cave#1", "/kitchen#9"]);
    let caused = &delivery(&trace.events[0], "feed-bear").caused;
    assert_eq!(caused.len(), 1);
    assert_eq!(caused[0].r#type.as_deref(), Some("bear.fed"));
    assert_eq!(trace.events[1].cause.as_deref(), Some("lost"));
    assert_eq!(trace.all_events().len(), 3);
}

#[test]
fn a_command_is_known_by_its_record_and_is_not_said_to_be_unpublished() {
    let mut found = Found::default();
    found
        .event("/gate#7")
        .trails
        .push(trail("handle-clean", Status::Completed));
    found.holds(event("8", "bear.fed", "/kitchen", Some("7"), ago(5)));
    let trace = of(found);
    assert_eq!(
        (trace.events.len(), trace.events[0].publication),
        (1, Publication::Unknown)
    );
    assert_eq!(trace.events[0].caused[0].key, "/kitchen#8");
}

#[test]
fn events_that_have_caused_each_other_are_told_once() {
    let mut found = Found::default();
    found.holds(event("1", "bear.woke", "/cave", Some("2"), ago(5)));
    found.holds(event("2", "bear.fed", "/kitchen", Some("1"), ago(4)));
    assert_eq!(of(found).all_events().len(), 2);
}

#[test]
fn what_failed_is_left_with_what_leads_there() {
    let mut found = fed();
    let key = found
        .events
        .keys()
        .find(|key| key.starts_with("/kitchen#") && !key.ends_with("#9"));
    let key = key.unwrap().clone();
    found.event(&key).letters.push(letter("greet-bear", &key));
    found.events.retain(|key, _| key != "/kitchen#9");
    found
        .event("/cave#1")
        .trails
        .push(trail("count-bear", Status::Completed));
    let left = choose::failed(of(found));
    let [cause] = left.events.as_slice() else {
        panic!("{left:?}")
    };
    let [feeding] = cause.consumers.as_slice() else {
        panic!("{cause:?}")
    };
    assert_eq!(
        (feeding.consumer.as_str(), feeding.caused.len()),
        ("feed-bear", 1)
    );
    let left: Vec<_> = feeding.caused[0]
        .consumers
        .iter()
        .map(|one| one.consumer.as_str())
        .collect();
    assert_eq!(left, ["greet-bear"]);
}

#[test]
fn what_was_slow_is_left_and_what_is_not_over_is_as_slow_as_it_is_old() {
    let slower = |seconds| {
        let mut found = Found::default();
        let event = found.holds(woke(30));
        event.logged = true;
        event.trails.push(trail("feed-bear", Status::Completed));
        let left = choose::slower_than(of(found), Duration::from_secs(seconds));
        let left = left.events.first().map(|event| event.consumers.clone());
        left.into_iter()
            .flatten()
            .map(|one| one.consumer)
            .collect::<Vec<_>>()
    };
    // Five seconds from the sending to the end; who has no record has waited for thirty.
    assert_eq!(slower(4), ["feed-bear", "count-bear"]);
    assert_eq!(slower(5), ["count-bear"]);
    assert_eq!(slower(31), [] as [&str; 0]);
}

#[test]
fn a_tree_is_drawn_with_its_errors_and_without_the_data() {
    let mut found = fed();
    let mut trouble = trail("count-bear", Status::InProgress);
    trouble.attempts = 4;
    trouble.next_try = Some(NOW + SignedDuration::from_secs(4));
    trouble.first_error = Some("no\nink\u{1b}[31m".to_owned());
    trouble.last_error = Some("no paper".to_owned());
    found.event("/cave#1").trails.push(trouble);
    let drawn = show::tree(&of(found), 120);
    let lines: Vec<_> = drawn.lines().collect();
    assert!(lines[0].starts_with("bear.woke  bruno  "), "{drawn}");
    for words in [
        "├── feed-bear                   leased        done          attempts 1  waited 2.0 s  took 3.0 s",
        "│   └── bear.fed  bruno",
        "! count-bear                transactional tried again   attempts 4  waited 2.0 s  next try in 4.0 s",
        "first error: no ink [31m",
        "last error: no paper",
        "keep-diary                  natural       done",
    ] {
        assert!(drawn.contains(words), "{words}\n{drawn}");
    }
    assert!(!drawn.contains("honey") && !drawn.contains('\u{1b}'), "{drawn}");
    let narrow = show::tree(&of(fed()), 40);
    assert!(narrow.lines().all(|line| line.chars().count() <= 40), "{narrow}");
}

#[test]
fn a_waterfall_tells_waiting_and_working_apart() {
    let mut found = Found::default();
    let event = found.holds(woke(10));
    event.logged = true;
    // Sent ten seconds ago, begun four later, done at the sixth and seventh, in ten columns.
    event.trails.push(Trail {
        begun: Some(ago(6)),
        claimed: Some(ago(3)),
        completed: Some(ago(1)),
        ..trail("feed-bear", Status::Completed)
    });
    let drawn = show::waterfall(&of(found), 100);
    let line = drawn.lines().find(|line| line.contains("feed-bear")).unwrap();
    let count = |cell: char| line.chars().filter(|c| *c == cell).count();
    let (waited, between, worked) = (count('░'), count('▒'), count('█'));
    assert!(waited > between && between > 0 && worked > 0, "{drawn}");
    assert!(
        line.find('░') < line.find('▒') && line.find('▒') < line.find('█'),
        "{drawn}"
    );
    assert!(line.ends_with("4.0 s queued, 2.0 s worked"), "{drawn}");
    assert!(drawn.lines().all(|line| line.chars().count() <= 100), "{drawn}");
    // Awaited: its bar is not over.
    let awaited = drawn.lines().find(|line| line.contains("count-bear")).unwrap();
    assert!(awaited.contains('>') && awaited.ends_with("awaited"), "{drawn}");
}

#[test]
fn a_mermaid_diagram_has_who_states_and_who_takes_and_nothing_breaks_it() {
    let mut found = fed();
    let mut event = letter("count-bear", "/cave#1");
    event.reason = "a; b: #c\n%%".to_owned();
    found.event("/cave#1").letters.push(event);
    let drawn = show::mermaid(&of(found));
    let lines: Vec<_> = drawn.lines().map(str::trim).collect();
    assert_eq!(lines[0], "sequenceDiagram");
    for line in [
        "participant p0 as /cave",
        "participant p1 as feed-bear",
        "p0->>p1: bear.woke bruno",
        "Note over p1: done, attempts 1, waited 2.0 s, took 3.0 s",
    ] {
        assert!(lines.contains(&line), "{line}\n{drawn}");
    }
    assert!(
        drawn.contains("-xp") && drawn.contains("error#58; a#59; b#58; #35;c #37;#37;"),
        "{drawn}"
    );
}

#[test]
fn json_says_everything_and_no_data() {
    let trace = serde_json::to_value(of(fed())).unwrap();
    let fed = &trace["events"][0]["consumers"][0];
    assert_eq!(
        (&fed["consumer"], &fed["ended"], &fed["tookMs"], &fed["waitedMs"]),
        (&json!("feed-bear"), &json!("done"), &json!(3000), &json!(2000))
    );
    assert_eq!(
        fed["caused"][0]["publication"],
        json!({ "state": "published", "at": null })
    );
    assert!(!trace.to_string().contains("honey"));
}
