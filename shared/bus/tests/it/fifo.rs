//! The queue of a command's handler is FIFO: order within a group, groups beside each other, and what was sent is sent once.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use tidings_aws::HandleBatch;
use tidings_bus::{Bus, Disorder, QueueSettings};
use tidings_core::{
    Actor, Clock, Envelope, Takes,
    causation::Origin,
    clock::SystemEntropy,
    command::{Command, issue},
    ports::{Publish as _, SendCommand, TransportError},
    request::{ReplyTo, asking},
};
use uuid::Uuid;

/// `feed`, for a bear.
#[derive(serde::Serialize, serde::Deserialize)]
struct Feed {
    bear: String,
}

impl Command for Feed {
    const TYPE: &'static str = "feed";
    const AGGREGATE: &'static str = "bear";
    type Answer = ();

    fn aggregate_id(&self) -> &str {
        &self.bear
    }
}

/// A clock that a test moves.
#[derive(Default)]
struct Moved(Mutex<Timestamp>);

impl Moved {
    fn pass(&self, time: Duration) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(time).unwrap();
    }
}

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// Notes what it handles, and fails `failing` as often as it says.
#[derive(Default)]
struct Recorder {
    handled: Mutex<Vec<String>>,
    failing: Mutex<Vec<String>>,
    sources: Mutex<Vec<String>>,
}

impl Recorder {
    fn failing(ids: &[&str]) -> Self {
        Self {
            failing: Mutex::new(ids.iter().map(|&id| id.to_owned()).collect()),
            ..Self::default()
        }
    }

    fn handled(&self) -> Vec<String> {
        self.handled.lock().unwrap().clone()
    }

    /// What it has handled of one bear, in order.
    fn of(&self, bear: &str) -> Vec<String> {
        let mut handled = self.handled();
        handled.retain(|id| id.starts_with(bear));
        handled
    }
}

#[async_trait]
impl HandleBatch for Recorder {
    /// As the runtime does: the first of a group that fails brings back the rest of it.
    async fn handle(&self, batch: SqsEvent, _: Timestamp) -> SqsBatchResponse {
        let mut response = SqsBatchResponse::default();
        let mut stopped = Vec::new();
        for record in batch.records {
            self.sources
                .lock()
                .unwrap()
                .push(record.event_source_arn.clone().unwrap());
            let group = record.attributes.get("MessageGroupId").cloned();
            let command = Envelope::parse(record.body.as_deref().unwrap()).unwrap();
            let mut failing = self.failing.lock().unwrap();
            let fails = failing.iter().position(|id| *id == command.id);
            if fails.is_some() || stopped.contains(&group) {
                fails.map(|at| failing.remove(at));
                stopped.push(group);
                response.add_failure(record.message_id.unwrap());
            } else {
                self.handled.lock().unwrap().push(command.id.clone());
            }
        }
        response
    }
}

const SETTINGS: QueueSettings = QueueSettings {
    visibility_timeout: Duration::from_secs(60),
    max_receive_count: 5,
    batch_size: 10,
    maximum_concurrency: 2,
    timeout: Duration::from_secs(5),
    // What a standard queue may do, a FIFO queue does not.
    disorder: Disorder {
        shuffled: true,
        again: 1.0,
    },
};

fn feed(bear: &str, id: &str) -> Envelope {
    let origin = Origin {
        source: "/zoo".into(),
        id: Uuid::nil(),
        time: Timestamp::UNIX_EPOCH,
        correlation_id: None,
        trace: None,
        actor: Actor::default(),
    };
    let command = issue(&Feed { bear: bear.into() }, origin).unwrap();
    let text = command.to_json().replace(&Uuid::nil().to_string(), id);
    Envelope::parse(&text).unwrap()
}

/// By the port: `Bus::send` puts a text into any queue.
async fn sent(bus: &impl SendCommand, command: &Envelope) -> Result<(), TransportError> {
    bus.send(command).await
}

struct Zoo {
    bus: Bus,
    clock: Arc<Moved>,
    recorder: Arc<Recorder>,
}

impl Zoo {
    fn open(recorder: Recorder) -> Self {
        let (clock, recorder) = (Arc::new(Moved::default()), Arc::new(recorder));
        let bus = Bus::new(clock.clone(), Arc::new(SystemEntropy));
        bus.subscribe("feed-bear", Takes::Command("feed"), SETTINGS)
            .consume(recorder.clone());
        Self { bus, clock, recorder }
    }

    async fn send(&self, bear: &str, ids: &[&str]) {
        for id in ids {
            sent(&self.bus, &feed(bear, id)).await.unwrap();
        }
    }

    /// Lets everything run that needs no time of the clock.
    async fn rest(&self) {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }

    async fn settled(&self) {
        tokio::time::timeout(Duration::from_secs(10), self.bus.settled())
            .await
            .expect("the bus settles");
    }
}

#[tokio::test]
async fn behind_a_command_that_fails_its_group_waits_and_other_groups_go_on() {
    let zoo = Zoo::open(Recorder::failing(&["a2"]));
    zoo.send("a", &["a1", "a2", "a3"]).await;
    zoo.send("b", &["b1", "b2"]).await;
    zoo.rest().await;
    assert_eq!(zoo.recorder.of("a"), ["a1"]);
    assert_eq!(zoo.recorder.of("b"), ["b1", "b2"]);
    // One that comes later waits as well: the group is held while one of it is hidden.
    zoo.send("a", &["a4"]).await;
    zoo.send("b", &["b3"]).await;
    zoo.rest().await;
    assert_eq!((zoo.recorder.of("a").len(), zoo.recorder.of("b").len()), (1, 3));

    zoo.clock.pass(SETTINGS.visibility_timeout);
    zoo.send("c", &["c1"]).await; // wakes the queue, which sleeps by the real clock
    zoo.settled().await;
    assert_eq!(zoo.recorder.of("a"), ["a1", "a2", "a3", "a4"]);
    let sources = zoo.recorder.sources.lock().unwrap();
    assert!(sources.iter().all(|arn| arn.ends_with(":feed-bear.fifo")));
}

#[tokio::test]
async fn the_same_sending_within_five_minutes_is_one_message_and_afterwards_another() {
    let zoo = Zoo::open(Recorder::default());
    zoo.send("a", &["a1", "a1"]).await;
    zoo.settled().await;
    zoo.clock.pass(Duration::from_secs(299));
    zoo.send("a", &["a1"]).await;
    zoo.settled().await;
    assert_eq!(zoo.recorder.handled(), ["a1"]);
    zoo.clock.pass(Duration::from_secs(1));
    zoo.send("a", &["a1"]).await;
    zoo.settled().await;
    assert_eq!(zoo.recorder.handled(), ["a1", "a1"]);
}

#[tokio::test]
async fn who_asks_again_is_not_taken_for_a_repeated_sending() {
    let zoo = Zoo::open(Recorder::default());
    for request in ["q-1", "q-2", "q-2"] {
        let reply_to = ReplyTo {
            queue: "replies-0000000000000001".into(),
            request: request.into(),
        };
        let command = asking(feed("a", "a1"), &reply_to);
        sent(&zoo.bus, &command).await.unwrap();
    }
    zoo.settled().await;
    assert_eq!(zoo.recorder.handled(), ["a1", "a1"]);
}

#[tokio::test]
async fn a_command_goes_to_its_handler_alone_and_past_the_topic() {
    let zoo = Zoo::open(Recorder::default());
    let all = Arc::new(Recorder::default());
    zoo.bus
        .subscribe("listen", Takes::All, SETTINGS)
        .consume(all.clone());
    zoo.send("a", &["a1"]).await;
    zoo.settled().await;
    assert_eq!((zoo.recorder.handled().len(), all.handled().len()), (1, 0));

    // Published, a message of a command's type is no command.
    let published = zoo.bus.publish(&[feed("b", "b1")]).await;
    assert!(published.iter().all(Result::is_ok));
    assert_eq!(zoo.recorder.handled(), ["a1"]);
    let nobody = zoo.bus.unsubscribe("feed-bear");
    assert!(nobody.is_ok());
    let error = sent(&zoo.bus, &feed("a", "a2")).await.unwrap_err();
    assert_eq!(error.to_string(), "nobody handles feed");
}
