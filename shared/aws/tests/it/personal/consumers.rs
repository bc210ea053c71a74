//! Consumers: what they read, what they emit, and what becomes of it in the outbox, the records and the dead letters.

use serde::{Deserialize, Serialize};
use tidings_core::{
    AnyEvent, Clock as _, Consumer, Context, Effects, Event, EventType, Failure, Natural, Personal,
    Transactional,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
};
use tidings_testkit::Ended;

use super::guests::{CheckedIn, aloysius, assert_no_secrets, everything, extended, hotel, paddington};

/// A table of its own must not need a keyring.
const GUESTS: Table = Table::new("guests", "hotel", "guest");

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Welcomed {
    guest: String,
    /// Made here.
    greeting: Personal<String>,
    /// Passed on.
    name: Personal<String>,
}

impl Event for Welcomed {
    const TYPE: &'static str = "guest.welcomed";
    const AGGREGATE: &'static str = "guest";
    fn aggregate_id(&self) -> &str {
        &self.guest
    }
    fn person(&self) -> Option<&str> {
        Some(&self.guest)
    }
}

fn welcomed(checked_in: CheckedIn) -> Welcomed {
    let greeting = match checked_in.name.known() {
        Some(name) => format!("Hello {name}"),
        None => "Hello".to_owned(),
    };
    Welcomed {
        guest: checked_in.guest,
        greeting: greeting.into(),
        name: checked_in.name,
    }
}

/// Reads names, and makes new personal values of them.
struct WelcomeGuest;

impl Consumer for WelcomeGuest {
    const NAME: &'static str = "welcome-guest";
    const SERVICE: &'static str = "hotel";
    const USES: &'static [Resource] = &[
        Resource::Personal(Access::ReadWrite),
        Resource::Table(&GUESTS, Access::Write),
    ];
    const PUBLISHES: &'static [EventType] = &[Welcomed::EVENT_TYPE];
    type Event = CheckedIn;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for WelcomeGuest {
    fn decide(&self, event: CheckedIn, _: &Context) -> Result<Effects, Failure> {
        if event.nights == 0 {
            return Err(Failure::permanent(format!(
                "nobody stays for no night: {event:?}"
            )));
        }
        if event.nights == TOO_LONG {
            return Err(Failure::permanent(names(&event)));
        }
        Ok(Effects::none().put(&GUESTS, &event)?.emit(&welcomed(event), 2)?)
    }
}

/// Nights of a guest whom every consumer fails for, and names.
const TOO_LONG: u32 = 99;

/// Everything that is to be kept to oneself.
fn names(event: &CheckedIn) -> String {
    format!(
        "{:?}, who eats {:?}, stays too long",
        event.name.known(),
        event.diet.known()
    )
}

/// The same, by somebody who has declared nothing.
struct WelcomeBlindly;

impl Consumer for WelcomeBlindly {
    const NAME: &'static str = "welcome-blindly";
    const SERVICE: &'static str = "hotel";
    const PUBLISHES: &'static [EventType] = &[Welcomed::EVENT_TYPE];
    type Event = CheckedIn;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for WelcomeBlindly {
    fn decide(&self, event: CheckedIn, _: &Context) -> Result<Effects, Failure> {
        Ok(Effects::none().emit(&welcomed(event), 2)?)
    }
}

/// Keeps every event, as an audit log does.
struct KeepEverything;

const LOG: Table = Table::new("log", "hotel", "event");

impl Consumer for KeepEverything {
    const NAME: &'static str = "keep-everything";
    const SERVICE: &'static str = "hotel";
    const USES: &'static [Resource] = &[
        Resource::Personal(Access::Read),
        Resource::Table(&LOG, Access::Write),
    ];
    type Event = AnyEvent;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for KeepEverything {
    fn decide(&self, AnyEvent(event): AnyEvent, _: &Context) -> Result<Effects, Failure> {
        let entry = serde_json::json!({ "event": event.key(), "envelope": event.to_json(), "shown": format!("{event:?}") });
        Ok(Effects::none().put(&LOG, &entry)?)
    }
}

/// Needs a name, and says so.
struct CallGuest;

impl Consumer for CallGuest {
    const NAME: &'static str = "call-guest";
    const SERVICE: &'static str = "hotel";
    const USES: &'static [Resource] = &[Resource::Personal(Access::Read)];
    type Event = CheckedIn;
    type Guarantee = guarantee::Natural;
}

impl Natural for CallGuest {
    async fn perform(&self, event: CheckedIn, _: &Context) -> Result<(), Failure> {
        match event.name.read() {
            Ok(_) if event.nights == TOO_LONG => Err(Failure::transient(names(&event))),
            Ok(_) => Ok(()),
            Err(unread) => Err(Failure::permanent(unread.to_string())),
        }
    }
}

#[tokio::test]
async fn what_a_consumer_makes_of_personal_values_is_sealed_in_the_outbox_and_in_its_tables() {
    let bench = hotel().await;
    let (one, other) = (bench.sealed(&paddington()).await, bench.sealed(&aloysius()).await);
    let worker = bench.worker(WelcomeGuest).await;
    assert_eq!(worker.deliver([&one, &other]).await, [Ended::Done, Ended::Done]);

    let stored = format!("{} {:?}", everything(&bench).await, bench.rows(&GUESTS).await);
    assert_no_secrets(&stored);
    assert!(!stored.contains("Hello"), "{stored}");
    let greetings = async || {
        let mut emitted = bench.emitted::<Welcomed>().await;
        emitted.sort_by(|one, other| one.guest.cmp(&other.guest));
        let read = |welcomed: Welcomed| (welcomed.greeting.known().cloned(), welcomed.name.known().cloned());
        emitted.into_iter().map(read).collect::<Vec<_>>()
    };
    let said = |name: &str| (Some(format!("Hello {name}")), Some(name.to_owned()));
    assert_eq!(greetings().await, [said("Paddington"), said("Aloysius")]);

    bench
        .person_keys()
        .forget("g-1", bench.clock().now())
        .await
        .unwrap();
    assert_eq!(greetings().await, [(None, None), said("Aloysius")]);
    // A redelivery and a late delivery to a new instance.
    let late = bench.worker(WelcomeGuest).await;
    assert_eq!(late.deliver([&one]).await, [Ended::Duplicate]);
    assert_eq!(late.deliver([one.id("late")]).await, [Ended::Done]);
    assert_eq!(greetings().await.len(), 3);
}

#[tokio::test]
async fn a_dead_letter_and_its_record_hold_ciphertext_only() {
    let bench = hotel().await;
    let nobody = CheckedIn {
        nights: 0,
        ..paddington()
    };
    let worker = bench.worker(WelcomeGuest).await;
    let ended = worker.deliver([bench.sealed(&nobody).await]).await;
    assert!(matches!(ended[..], [Ended::SetAside { .. }]), "{ended:?}");
    let letters = worker.dead_letters();
    assert!(letters[0].reason.contains("Personal(known)"), "{letters:?}");
    assert_no_secrets(&format!("{letters:?} {}", everything(&bench).await));
}

#[tokio::test]
async fn what_a_handler_formats_into_a_failure_is_told_without_the_values_of_the_event() {
    let bench = hotel().await;
    let guest = CheckedIn {
        nights: TOO_LONG,
        ..paddington()
    };
    let event = bench.sealed(&guest).await;
    let worker = bench.worker(WelcomeGuest).await;
    let ended = worker.deliver([&event]).await;
    let told = "(personal)";
    assert!(
        matches!(&ended[0], Ended::SetAside { reason } if reason.contains(told)),
        "{ended:?}"
    );
    let letters = worker.dead_letters();
    let called = bench.worker(CallGuest).await.deliver([&event]).await;
    assert!(matches!(&called[0], Ended::Back { .. }), "{called:?}");
    assert_no_secrets(&format!(
        "{letters:?} {ended:?} {called:?} {}",
        everything(&bench).await
    ));
}

#[tokio::test]
async fn who_has_not_declared_it_reads_nothing_and_makes_nothing() {
    let bench = hotel().await;
    let worker = bench.worker(WelcomeBlindly).await;
    let ended = worker.deliver([bench.sealed(&paddington()).await]).await;
    let Ended::SetAside { reason, .. } = &ended[0] else {
        panic!("{ended:?}")
    };
    assert!(reason.contains("guest.welcomed has personal values"), "{reason}");
    assert!(bench.emitted::<Welcomed>().await.is_empty());
}

#[tokio::test]
async fn what_was_opened_is_written_and_shown_as_it_was_sealed() {
    let bench = hotel().await;
    let worker = bench.worker(KeepEverything).await;
    assert_eq!(
        worker.deliver([bench.sealed(&paddington()).await]).await,
        [Ended::Done]
    );
    let log = format!("{:?}", bench.rows(&LOG).await);
    assert!(log.contains("sealed"), "{log}");
    assert_no_secrets(&log);
}

#[tokio::test]
async fn one_person_erased_in_a_batch_is_a_matter_of_that_event_alone() {
    let bench = hotel().await;
    let batch = [bench.sealed(&paddington()).await, bench.sealed(&aloysius()).await];
    bench
        .person_keys()
        .forget("g-1", bench.clock().now())
        .await
        .unwrap();
    let ended = bench.worker(CallGuest).await.deliver(batch).await;
    assert!(matches!(ended[0], Ended::SetAside { .. }), "{ended:?}");
    assert_eq!(ended[1], Ended::Done);
    let plain = tidings_testkit::given(&extended("g-1"));
    let ended = bench.worker(KeepEverything).await.deliver([plain]).await;
    assert_eq!(ended, [Ended::Done]);
}
