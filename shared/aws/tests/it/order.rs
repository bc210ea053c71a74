//! Order behind a dead letter: the real runtime on a FIFO queue of the bus, while hours and days pass.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tidings_aws::{
    HandleBatch, Runtime, TableNames,
    idempotency::{Group, IdempotencyTable, Letter},
    log::Log,
    runtime::Surroundings,
};
use tidings_bus::{Bus, EmbeddedDynamoDb};
use tidings_core::{
    Actor, Clock, Command, Consumer, Context, Envelope, Failure, Incoming as _, Natural,
    catalogue::{IDEMPOTENCY, Settings},
    causation::Origin,
    command::{Received, group, issue},
    consumer::guarantee,
    ports::{DeadLetter, DeadLetters, SendCommand, TransportError},
};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::in_time::{Seeded, Virtual};

/// `feed`, for a bear.
#[derive(Debug, Serialize, Deserialize)]
struct Feed {
    bear: String,
    dish: String,
}

impl Command for Feed {
    const TYPE: &'static str = "feed";
    const AGGREGATE: &'static str = "bear";
    type Answer = ();

    fn aggregate_id(&self) -> &str {
        &self.bear
    }
}

/// Notes what it does, fails at what it is told to fail at, and is what its process dies of. It keeps no record of what is done.
#[derive(Clone, Default)]
struct FeedBear {
    failing: Arc<Mutex<HashMap<String, Failure>>>,
    deadly: Arc<Mutex<Vec<String>>>,
    dead: Arc<Notify>,
    done: Arc<Mutex<Vec<String>>>,
    /// The next letter is not sent: its process dies of it.
    letter_kills: Arc<AtomicBool>,
}

/// A dead-letter queue that can be what its sender dies of.
struct Deadly {
    inner: Arc<dyn DeadLetters>,
    feeder: FeedBear,
}

#[async_trait]
impl DeadLetters for Deadly {
    async fn set_aside(&self, letter: &DeadLetter) -> Result<(), TransportError> {
        if self.feeder.letter_kills.swap(false, Ordering::Relaxed) {
            self.feeder.dead.notify_one();
            std::future::pending::<()>().await;
        }
        self.inner.set_aside(letter).await
    }
}

impl Consumer for FeedBear {
    const NAME: &'static str = "feed-bear";
    const SERVICE: &'static str = "zoo";
    const SETTINGS: Settings = Settings {
        breaker: None,
        ..Settings::DEFAULT
    };
    type Event = Received<Feed>;
    type Guarantee = guarantee::Natural;
}

impl Natural for FeedBear {
    async fn perform(&self, Received(feed): Received<Feed>, _: &Context) -> Result<(), Failure> {
        let deadly = self.deadly.lock().unwrap().contains(&feed.dish);
        if deadly {
            self.dead.notify_one();
            std::future::pending::<()>().await;
        }
        if let Some(failure) = self.failing.lock().unwrap().get(&feed.dish) {
            return Err(failure.clone());
        }
        self.done.lock().unwrap().push(feed.dish);
        Ok(())
    }
}

/// A process that can die, with all that it has in hand.
struct Mortal {
    runtime: Runtime,
    dead: Arc<Notify>,
}

#[async_trait]
impl HandleBatch for Mortal {
    async fn handle(&self, batch: SqsEvent, deadline: Timestamp) -> SqsBatchResponse {
        tokio::select! {
            response = self.runtime.handle(batch, deadline) => response,
            () = self.dead.notified() => panic!("the process is gone"),
        }
    }
}

struct Zoo {
    bus: Bus,
    feeder: FeedBear,
    database: EmbeddedDynamoDb,
    clock: Arc<dyn Clock>,
}

/// A dish is for the bear whom its first letter names.
fn command(dish: &str) -> Envelope {
    let feed = Feed {
        bear: dish[..1].to_owned(),
        dish: dish.to_owned(),
    };
    let origin = Origin {
        source: "/zoo".into(),
        id: Uuid::new_v5(&Uuid::NAMESPACE_URL, dish.as_bytes()),
        time: Timestamp::UNIX_EPOCH,
        correlation_id: None,
        trace: None,
        actor: Actor::default(),
    };
    issue(&feed, origin).unwrap()
}

impl Zoo {
    async fn open() -> Self {
        let clock: Arc<dyn Clock> = Arc::new(Virtual::begin());
        let entropy = Arc::new(Seeded::with(7));
        let database = EmbeddedDynamoDb::in_memory_with_clock(clock.clone()).unwrap();
        database.create_table(&IDEMPOTENCY).await.unwrap();
        let bus = Bus::new(clock.clone(), entropy.clone());
        let subscription = bus.subscribe(
            FeedBear::NAME,
            Received::<Feed>::takes(),
            (&FeedBear::SETTINGS).into(),
        );
        let feeder = FeedBear::default();
        let dead_letters = Deadly {
            inner: subscription.dead_letters(),
            feeder: feeder.clone(),
        };
        let surroundings = Surroundings {
            records: IdempotencyTable::new(database.client(), IDEMPOTENCY.name),
            tables: TableNames::default(),
            outbox: None,
            claim_check: None,
            replies: None,
            keyring: None,
            postpone: Some(subscription.postpone()),
            dead_letters: Some(Arc::new(dead_letters)),
            clock: clock.clone(),
            entropy,
            observe: Arc::new(Log),
        };
        subscription.consume(Arc::new(Mortal {
            runtime: Runtime::new(feeder.clone(), surroundings),
            dead: feeder.dead.clone(),
        }));
        Self {
            bus,
            feeder,
            database,
            clock,
        }
    }

    /// Sends commands.
    async fn send(&self, dishes: &[&str]) {
        for dish in dishes {
            SendCommand::send(&self.bus, &command(dish)).await.unwrap();
        }
    }

    fn fails(&self, dish: &str, failure: Failure) {
        self.feeder
            .failing
            .lock()
            .unwrap()
            .insert(dish.to_owned(), failure);
    }

    fn mended(&self) {
        self.feeder.failing.lock().unwrap().clear();
    }

    /// The process that begins this dies of it: nothing is recorded, and nothing answered.
    fn kills(&self, dish: &str) {
        self.feeder.deadly.lock().unwrap().push(dish.to_owned());
    }

    fn redrive(&self) {
        assert_ne!(self.bus.redrive(FeedBear::NAME, Some(FeedBear::NAME)).unwrap(), 0);
    }

    async fn settled_within(&self, time: Duration) {
        let settled = tokio::time::timeout(time, self.bus.settled()).await;
        assert!(
            settled.is_ok(),
            "{} are left: {:?}",
            self.bus.unsettled(),
            self.letters()
        );
    }

    /// How many letters stand before something.
    async fn marks(&self) -> usize {
        self.keys_of_marks().await.len()
    }

    /// As docs/guarantees.md says it.
    async fn delete_marks(&self) {
        for key in self.keys_of_marks().await {
            let delete = self.database.client().delete_item();
            let delete = delete.table_name(IDEMPOTENCY.name).set_key(Some(key));
            delete.send().await.unwrap();
        }
    }

    /// What its record says of a dish, if it has one.
    async fn status_of(&self, dish: &str) -> Option<String> {
        let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, dish.as_bytes());
        let scan = self.database.client().scan().table_name(IDEMPOTENCY.name);
        let items = scan.send().await.unwrap().items.unwrap_or_default();
        let text = |item: &HashMap<String, AttributeValue>, name: &str| {
            item.get(name).and_then(|value| value.as_s().ok()).cloned()
        };
        let mut own = items
            .iter()
            .filter(|item| text(item, "event").is_some_and(|event| event == format!("/zoo#{id}")));
        own.find_map(|item| text(item, "record_status"))
    }

    async fn keys_of_marks(&self) -> Vec<HashMap<String, AttributeValue>> {
        let scan = self.database.client().scan().table_name(IDEMPOTENCY.name);
        let items = scan.send().await.unwrap().items.unwrap_or_default();
        let marks = items.into_iter().filter(|item| item.contains_key("letter"));
        let key = |mut item: HashMap<String, AttributeValue>| {
            item.retain(|name, _| ["event", "consumer"].contains(&name.as_str()));
            item
        };
        marks.map(key).collect()
    }

    fn done(&self) -> Vec<String> {
        self.feeder.done.lock().unwrap().clone()
    }

    /// The dead letters, each with its cause; the dish where it was set aside without one.
    fn letters(&self) -> Vec<(String, String)> {
        let dead = self.bus.dead_letters(FeedBear::NAME).unwrap();
        let read = dead.into_iter().map(|dead| {
            let command = Envelope::parse(&dead.body).unwrap();
            let Received(feed) = Received::<Feed>::decode(&command).unwrap();
            (
                feed.dish,
                dead.letter.map_or_else(String::new, |letter| letter.reason),
            )
        });
        read.collect()
    }
}

const HOUR: Duration = Duration::from_secs(60 * 60);

#[tokio::test(start_paused = true)]
async fn what_follows_a_command_that_keeps_failing_is_neither_dead_nor_overtaken() {
    let zoo = Zoo::open().await;
    zoo.fails("a1", Failure::transient("asleep"));
    zoo.send(&["a1", "a2", "a3", "b1"]).await;
    tokio::time::sleep(2 * HOUR).await;
    let letters = zoo.letters();
    assert_eq!(letters.len(), 1, "only what was tried is dead: {letters:?}");
    assert_eq!(letters[0].0, "a1");
    assert_eq!(zoo.done(), ["b1"]);
    assert_eq!(zoo.bus.unsettled(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_redrive_lets_the_letter_and_what_waits_behind_it_be_done_in_the_order_in_which_they_were_sent() {
    let zoo = Zoo::open().await;
    zoo.fails("a1", Failure::permanent("no such dish"));
    zoo.send(&["a1", "a2", "a3", "b1"]).await;
    tokio::time::sleep(24 * HOUR).await;
    zoo.send(&["a4", "b2"]).await;
    tokio::time::sleep(24 * HOUR).await;
    assert_eq!(zoo.letters(), [("a1".to_owned(), "no such dish".to_owned())]);
    assert_eq!((zoo.done(), zoo.bus.unsettled()), (strings(&["b1", "b2"]), 3));

    // Redriven in vain, it keeps its place.
    zoo.redrive();
    tokio::time::sleep(HOUR).await;
    assert_eq!((zoo.letters().len(), zoo.done().len()), (1, 2));

    zoo.mended();
    zoo.redrive();
    zoo.settled_within(Duration::from_secs(10)).await;
    assert_eq!(zoo.done(), ["b1", "b2", "a1", "a2", "a3", "a4"]);
    assert_eq!(zoo.marks().await, 0);
}

#[tokio::test(start_paused = true)]
async fn what_a_natural_message_that_waited_for_long_leaves_in_the_table_holds_up_nothing() {
    let zoo = Zoo::open().await;
    zoo.fails("a1", Failure::permanent("no such dish"));
    zoo.send(&["a1", "a2"]).await;
    // Long enough that it is received more often than it may be tried.
    tokio::time::sleep(72 * HOUR).await;
    zoo.mended();
    zoo.redrive();
    zoo.settled_within(Duration::from_secs(10)).await;
    assert_eq!(zoo.done(), ["a1", "a2"]);
    assert_eq!(zoo.status_of("a2").await.as_deref(), Some("in_progress"));

    // It is done as often as it is sent, and what fails is tried as often as ever before it is set aside.
    zoo.send(&["a2"]).await;
    zoo.settled_within(Duration::from_secs(10)).await;
    assert_eq!(zoo.done(), ["a1", "a2", "a2"]);
    tokio::time::sleep(HOUR).await;
    zoo.fails("a2", Failure::transient("asleep"));
    zoo.send(&["a2"]).await;
    zoo.settled_within(2 * HOUR).await;
    let letters = zoo.letters();
    assert_eq!(letters.len(), 1, "{letters:?}");
    let tries = FeedBear::SETTINGS.tries();
    let gave_up = format!("asleep (given up: tried {tries} times)");
    assert_eq!(letters[0], ("a2".to_owned(), gave_up));
}

#[tokio::test]
async fn a_write_that_comes_late_does_not_bring_a_letter_back_that_has_left() {
    let database = EmbeddedDynamoDb::in_memory().unwrap();
    database.create_table(&IDEMPOTENCY).await.unwrap();
    let records = IdempotencyTable::new(database.client(), IDEMPOTENCY.name);
    let group = Group {
        name: "bear#a".into(),
        consumer: FeedBear::NAME,
    };
    // To the millisecond, as the table keeps it.
    let now = Timestamp::from_millisecond(Timestamp::now().as_millisecond()).unwrap();
    let letter = Letter::new("/zoo#a1", now);
    assert!(
        !records.hold(&group, &letter).await.unwrap(),
        "it does not stand in the line"
    );
    assert!(records.stand(&group, &letter, now).await.unwrap());
    assert!(records.hold(&group, &letter).await.unwrap());
    assert!(records.wait_behind(&group, &letter, "receipt").await.unwrap());
    let waits = Some("receipt".to_owned());
    assert_eq!(records.leave(&group, &letter, now).await.unwrap(), waits);
    assert!(!records.stand(&group, &letter, now).await.unwrap());
    assert!(!records.hold(&group, &letter).await.unwrap());
    assert!(!records.wait_behind(&group, &letter, "other").await.unwrap());
    assert_eq!(records.line(&group, now).await.unwrap(), []);
    assert_eq!(
        records.leave(&group, &letter, now).await.unwrap(),
        waits,
        "whoever asks again is told the same"
    );
    // Set aside once more, it is another letter.
    let again = Letter::new("/zoo#a1", now + Duration::from_millis(1));
    assert!(records.stand(&group, &again, now).await.unwrap());
    assert_eq!(records.line(&group, now).await.unwrap(), [again]);
}

#[tokio::test(start_paused = true)]
async fn a_letter_whose_mark_is_deleted_is_dropped_and_its_group_goes_on() {
    let zoo = Zoo::open().await;
    zoo.fails("a1", Failure::permanent("no such dish"));
    zoo.send(&["a1", "a2", "a3"]).await;
    tokio::time::sleep(24 * HOUR).await;
    assert_eq!((zoo.done().len(), zoo.marks().await), (0, 1));
    zoo.delete_marks().await;
    zoo.settled_within(HOUR).await;
    assert_eq!(zoo.done(), ["a2", "a3"]);
}

#[tokio::test(start_paused = true)]
async fn several_letters_of_a_group_are_done_in_the_order_in_which_they_were_set_aside() {
    let zoo = Zoo::open().await;
    zoo.fails("a1", Failure::permanent("no such dish"));
    zoo.send(&["a1"]).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    zoo.send(&["a2", "a3"]).await;
    // What has waited for thirteen days leaves its queue before that drops it; it says that nobody has tried it.
    tokio::time::sleep(13 * 24 * HOUR + HOUR).await;
    let letters = zoo.letters();
    assert_eq!(
        letters.iter().map(|(dish, _)| dish.as_str()).collect::<Vec<_>>(),
        ["a1", "a2", "a3"]
    );
    for (_, reason) in &letters[1..] {
        assert!(
            reason.starts_with("waits behind /zoo#") && reason.contains("kept it for 312 hours"),
            "{reason}"
        );
    }
    zoo.mended();
    zoo.redrive();
    zoo.settled_within(HOUR).await;
    assert_eq!(zoo.done(), ["a1", "a2", "a3"]);
}

#[tokio::test(start_paused = true)]
async fn a_command_of_which_its_process_dies_each_time_is_given_up_and_nothing_behind_it() {
    let zoo = Zoo::open().await;
    zoo.kills("a1");
    zoo.send(&["a1", "a2", "b1"]).await;
    tokio::time::sleep(6 * HOUR).await;
    let letters = zoo.letters();
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0].0, "a1");
    assert!(letters[0].1.contains("its process may die of it"), "{letters:?}");
    assert!(
        zoo.done().contains(&"b1".to_owned()),
        "what was in its batch is done"
    );
    zoo.delete_marks().await;
    zoo.settled_within(HOUR).await;
    assert!(zoo.done().contains(&"a2".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_letter_with_two_marks_leaves_by_both() {
    let zoo = Zoo::open().await;
    zoo.fails("a1", Failure::permanent("no such dish"));
    zoo.send(&["a1", "a2"]).await;
    tokio::time::sleep(HOUR).await;
    // A write whose sender had given it up, and has set the letter aside by another one since.
    let records = IdempotencyTable::new(zoo.database.client(), IDEMPOTENCY.name);
    let group = Group {
        name: group(&command("a1")),
        consumer: FeedBear::NAME,
    };
    let late = Letter::new(command("a1").key(), Timestamp::from_second(1).unwrap());
    assert!(records.stand(&group, &late, zoo.clock.now()).await.unwrap());
    assert_eq!(zoo.marks().await, 2);
    zoo.mended();
    zoo.redrive();
    zoo.settled_within(Duration::from_secs(10)).await;
    assert_eq!((zoo.done(), zoo.marks().await), (strings(&["a1", "a2"]), 0));
}

#[tokio::test(start_paused = true)]
async fn a_process_that_dies_between_the_mark_and_the_letter_leaves_nobody_waiting_for_what_is_behind_him() {
    let zoo = Zoo::open().await;
    zoo.fails("a2", Failure::permanent("no such dish"));
    zoo.feeder.letter_kills.store(true, Ordering::Relaxed);
    // One batch: when its process dies, "a1" comes again before "a2", whose mark is there and whose letter is not.
    zoo.send(&["a1", "a2", "a3"]).await;
    tokio::time::sleep(HOUR).await;
    assert!(
        !zoo.feeder.letter_kills.load(Ordering::Relaxed),
        "it has died of it"
    );
    assert_eq!(zoo.letters(), [("a2".to_owned(), "no such dish".to_owned())]);
    assert_eq!((zoo.done(), zoo.bus.unsettled()), (strings(&["a1", "a1"]), 1));
    zoo.mended();
    zoo.redrive();
    zoo.settled_within(Duration::from_secs(10)).await;
    assert_eq!(zoo.done(), ["a1", "a1", "a2", "a3"]);
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}
