//! Asking: the answer in time, the answer too late, and answers that nobody has asked for.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidings_aws::{
    idempotency::IdempotencyTable,
    metrics::ReplyMetrics,
    observe::Observe,
    request::{AskError, Dropped, ObserveReplies, PATIENCE, Requester},
    runtime::{Replies, Surroundings},
};
use tidings_bus::{Bus, BusReplyQueue, REPLY_PREFIX};
use tidings_core::{
    Actor, Command, Consumer, Context, Effects, Envelope, Failure, Received, Transactional,
    catalogue::{Access, Resource, Table},
    causation::Origin,
    clock::{SystemClock, SystemEntropy},
    command::{Answering, answer, issue},
    consumer::guarantee,
    effects::{Condition, Otherwise},
    ports::{Replied, Reply as _, SendCommand, TransportError},
    request::ReplyTo,
};
use tidings_testkit::{Bench, Ended, given_command, time::ManualClock};
use uuid::Uuid;

/// `guess`: what number is it?
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Guess {
    riddle: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Number {
    number: u32,
}

impl Command for Guess {
    const TYPE: &'static str = "guess";
    const AGGREGATE: &'static str = "riddle";
    type Answer = Number;

    fn aggregate_id(&self) -> &str {
        &self.riddle
    }
}

/// Answers with the length of the riddle; with another number at each try, if it could.
struct HandleGuess;

impl Consumer for HandleGuess {
    const NAME: &'static str = "handle-guess";
    const SERVICE: &'static str = "riddles";
    type Event = Received<Guess>;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for HandleGuess {
    fn decide(&self, Received(guess): Received<Guess>, context: &Context) -> Result<Effects, Failure> {
        let number = guess.riddle.len() as u32 + context.now.as_second() as u32;
        Ok(Effects::none().answer::<Guess>(&Number { number })?)
    }
}

/// Keeps what is sent.
#[derive(Default)]
struct Sent(Mutex<Vec<Envelope>>);

impl Sent {
    fn commands(&self) -> Vec<Envelope> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl SendCommand for Sent {
    async fn send(&self, command: &Envelope) -> Result<(), TransportError> {
        self.0.lock().unwrap().push(command.clone());
        Ok(())
    }
}

/// Counts what is dropped.
#[derive(Default)]
struct Counted(Mutex<Vec<Dropped>>);

impl ObserveReplies for Counted {
    fn dropped(&self, dropped: Dropped) {
        self.0.lock().unwrap().push(dropped);
    }
}

impl Counted {
    fn all(&self) -> Vec<Dropped> {
        self.0.lock().unwrap().clone()
    }
}

fn guess(id: u128) -> Envelope {
    let origin = Origin {
        source: "/guests".into(),
        id: Uuid::from_u128(id),
        time: Timestamp::now(),
        correlation_id: None,
        trace: None,
        actor: Actor::default(),
    };
    let riddle = format!("riddle-{id}");
    issue(&Guess { riddle }, origin).unwrap()
}

struct Room {
    bus: Arc<Bus>,
    sent: Arc<Sent>,
    counted: Arc<Counted>,
    requester: Arc<Requester>,
}

/// A requester whose commands go nowhere: the test answers them.
fn room() -> Room {
    let (sent, counted): (Arc<Sent>, Arc<Counted>) = Default::default();
    let bus = Arc::new(Bus::new(Arc::new(SystemClock), Arc::new(SystemEntropy)));
    let replies = BusReplyQueue::open(bus.clone(), &SystemEntropy);
    let requester = Requester::new(
        sent.clone(),
        Arc::new(replies),
        Arc::new(SystemEntropy),
        counted.clone(),
    );
    Room {
        bus,
        sent,
        counted,
        requester: Arc::new(requester),
    }
}

impl Room {
    async fn answer(&self, command: &Envelope, number: u32) {
        let reply_to = ReplyTo::of(command).expect("an answer is wanted");
        let now = Timestamp::now();
        let by = Answering {
            handler: "h",
            service: "s",
            version: 1,
        };
        let answer = answer(&json!({ "number": number }), command, by, now).unwrap();
        let replied = self.bus.reply(&reply_to.queue, &answer).await.unwrap();
        assert_eq!(replied, Replied::Sent);
    }

    async fn asked(&self, count: usize) -> Vec<Envelope> {
        while self.sent.commands().len() < count {
            tokio::task::yield_now().await;
        }
        self.sent.commands()
    }
}

#[tokio::test(start_paused = true)]
async fn each_who_asks_gets_the_answer_to_his_own_question_in_whatever_order_they_come() {
    let room = room();
    let ask = |id| {
        let requester = room.requester.clone();
        tokio::spawn(async move { requester.ask::<Guess>(guess(id)).await.unwrap() })
    };
    let (one, two) = (ask(1), ask(2));
    let mut commands = room.asked(2).await;
    commands.sort_by_key(|command| command.id.clone());
    room.answer(&commands[1], 22).await;
    room.answer(&commands[0], 11).await;
    assert_eq!((one.await.unwrap().number, two.await.unwrap().number), (11, 22));
    assert_eq!(room.counted.all(), []);
}

#[tokio::test(start_paused = true)]
async fn without_an_answer_it_gives_up_after_five_seconds_and_a_late_one_is_dropped_and_counted() {
    let room = room();
    let error = room.requester.ask::<Guess>(guess(1)).await.unwrap_err();
    assert!(
        matches!(error, AskError::TimedOut(after) if after == PATIENCE && after == Duration::from_secs(5))
    );

    let late = room.asked(1).await.remove(0);
    room.answer(&late, 1).await;
    let requester = room.requester.clone();
    let again = tokio::spawn(async move { requester.ask::<Guess>(guess(1)).await.unwrap() });
    let commands = room.asked(2).await;
    assert_eq!(commands[0].key(), commands[1].key(), "the same command");
    let requests = commands
        .iter()
        .map(|command| ReplyTo::of(command).unwrap().request);
    let requests: std::collections::HashSet<_> = requests.collect();
    assert_eq!(requests.len(), 2, "two questions");
    room.answer(&commands[1], 2).await;
    assert_eq!(
        again.await.unwrap().number,
        2,
        "the late answer is not taken for this one"
    );
    assert_eq!(room.counted.all(), [Dropped::Late]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_twice_or_to_no_question_is_dropped_and_counted() {
    let room = room();
    let requester = room.requester.clone();
    let asking = tokio::spawn(async move { requester.ask::<Guess>(guess(1)).await.unwrap() });
    let first = room.asked(1).await.remove(0);
    room.answer(&first, 1).await;
    room.answer(&first, 1).await;
    let queue = ReplyTo::of(&first).unwrap().queue;
    room.bus.reply(&queue, &guess(9)).await.unwrap();
    asking.await.unwrap();
    // They are received while somebody waits again.
    room.requester.ask::<Guess>(guess(2)).await.unwrap_err();
    assert_eq!(room.counted.all(), [Dropped::Unknown, Dropped::Unreadable]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_is_told_at_once() {
    struct Down;
    #[async_trait]
    impl SendCommand for Down {
        async fn send(&self, _: &Envelope) -> Result<(), TransportError> {
            Err(TransportError("the queue is down".into()))
        }
    }
    let bus = Arc::new(Bus::new(Arc::new(SystemClock), Arc::new(SystemEntropy)));
    let replies = Arc::new(BusReplyQueue::open(bus, &SystemEntropy));
    let counted: Arc<Counted> = Arc::default();
    let requester = Requester::new(Arc::new(Down), replies, Arc::new(SystemEntropy), counted);
    let error = requester.ask::<Guess>(guess(1)).await.unwrap_err();
    assert_eq!(error.to_string(), "the command was not sent: the queue is down");
}

/// Asked of the real runtime on the bus.
#[tokio::test]
async fn on_the_bus_a_handler_answers_and_the_same_command_gets_the_same_answer() {
    struct Unobserved;
    impl Observe for Unobserved {
        fn handled(&self, _: &tidings_aws::Handled<'_>) {}
    }
    let bench = Bench::open().await;
    let bus = Arc::new(Bus::new(Arc::new(SystemClock), Arc::new(SystemEntropy)));
    let subscription = bus.subscribe(
        HandleGuess::NAME,
        tidings_core::Takes::Command("guess"),
        (&HandleGuess::SETTINGS).into(),
    );
    let surroundings = Surroundings {
        records: IdempotencyTable::new(bench.dynamodb(), tidings_core::catalogue::IDEMPOTENCY.name),
        tables: Default::default(),
        outbox: None,
        claim_check: None,
        keyring: None,
        replies: Some(Replies {
            prefix: REPLY_PREFIX.into(),
            reply: bus.clone(),
        }),
        postpone: Some(subscription.postpone()),
        dead_letters: Some(subscription.dead_letters()),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        observe: Arc::new(Unobserved),
    };
    subscription.consume(Arc::new(tidings_aws::Runtime::new(HandleGuess, surroundings)));
    let replies = Arc::new(BusReplyQueue::open(bus.clone(), &SystemEntropy));
    let counted: Arc<Counted> = Arc::default();
    let requester = Requester::new(bus.clone(), replies, Arc::new(SystemEntropy), counted)
        .patient_for(Duration::from_secs(60));
    let first = requester.ask::<Guess>(guess(7)).await.unwrap();
    // The handler would say another number now.
    while Timestamp::now().as_second() as u32 + 8 <= first.number {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let again = requester.ask::<Guess>(guess(7)).await.unwrap();
    assert_eq!(first, again);
}

const QUEUE: &str = "replies-00000000000000aa";

fn given_guess(id: &str) -> tidings_testkit::Given {
    let riddle = "sphinx".to_owned();
    given_command(&Guess { riddle }).id(id)
}

#[tokio::test]
async fn while_its_reply_queue_is_down_a_command_comes_back_and_is_answered_then_without_a_second_effect() {
    let bench = Bench::open().await;
    let worker = bench.worker(HandleGuess).await;
    worker.reply_queues_are_down(true);
    let asked = given_guess("c-1").asked(QUEUE, "q-1");
    let ended = worker.deliver([&asked]).await;
    let why = "done, and not answered: the queue is down";
    assert_eq!(ended, [Ended::back(1, why)]);
    bench.pass(Duration::from_secs(5));
    worker.reply_queues_are_down(false);
    assert_eq!(worker.deliver([&asked]).await, [Ended::Duplicate]);
    let [(queue, answer)] = worker.answers().try_into().unwrap();
    let number: Number = serde_json::from_str(answer.data()).unwrap();
    let then = tidings_testkit::time::MOMENT.as_second() as u32;
    assert_eq!(
        (queue.as_str(), number.number),
        (QUEUE, 6 + then),
        "as it was decided first"
    );
    let answered = (
        answer.event_type.as_str(),
        answer.causationid.as_deref(),
        answer.hops,
    );
    assert_eq!(answered, ("guess.answered", Some("c-1"), 1));
}

#[tokio::test]
async fn an_answer_that_nobody_can_be_waiting_for_is_not_tried_again() {
    let bench = Bench::open().await;
    let worker = bench.worker(HandleGuess).await;
    worker.reply_queues_are_down(true);
    bench.pass(Duration::from_secs(61));
    let asked = given_guess("c-1").asked(QUEUE, "q-1");
    assert_eq!(worker.deliver([&asked]).await, [Ended::Done]);
}

#[tokio::test]
async fn a_command_whose_answer_would_go_elsewhere_is_set_aside_before_anything_is_done() {
    let bench = Bench::open().await;
    let worker = bench.worker(HandleGuess).await;
    let why = "`replyto` names no reply queue of this system (they begin with `replies-`)";
    for foreign in [
        "create-invoice",
        "replies-",
        "replies-00000000000000a",
        "replies-00000000000000AA",
        "replies-00000000000000aa.fifo",
        "other-replies-00000000000000aa",
        "https://sqs.eu-central-1.amazonaws.com/1/replies-00000000000000aa",
    ] {
        let asked = given_guess(foreign).asked(foreign, "q-1");
        assert_eq!(
            worker.deliver([&asked]).await,
            [Ended::set_aside(why)],
            "{foreign}"
        );
        let record = worker.record(&asked.envelope()).await;
        assert!(record.is_none_or(|record| record.status != tidings_core::protocol::Status::Completed));
    }
    assert_eq!(worker.answers(), []);
}

#[tokio::test]
async fn a_command_that_wants_no_answer_gets_none() {
    let bench = Bench::open().await;
    let worker = bench.worker(HandleGuess).await;
    assert_eq!(worker.deliver([given_guess("c-1")]).await, [Ended::Done]);
    assert_eq!(worker.answers(), []);
}

/// Where riddles are kept that are solved.
const SOLVED: Table = Table::new("solved", "riddles", "riddle");

/// Answers only whoever solves a riddle first.
struct SolveOnce;

impl Consumer for SolveOnce {
    const NAME: &'static str = "solve-once";
    const SERVICE: &'static str = "riddles";
    const USES: &'static [Resource] = &[Resource::Table(&SOLVED, Access::Write)];
    type Event = Received<Guess>;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for SolveOnce {
    fn decide(&self, Received(guess): Received<Guess>, _: &Context) -> Result<Effects, Failure> {
        let absent = Condition::Absent(SOLVED.partition_key);
        Ok(Effects::none()
            .put_if(&SOLVED, &guess, absent, Otherwise::Superseded)?
            .answer::<Guess>(&Number { number: 1 })?)
    }
}

#[tokio::test]
async fn what_was_decided_and_overtaken_is_not_answered() {
    let bench = Bench::open().await;
    let worker = bench.worker(SolveOnce).await;
    for id in ["c-1", "c-2"] {
        let asked = given_guess(id).asked(QUEUE, id);
        assert_eq!(worker.deliver([&asked]).await, [Ended::Done]);
    }
    let [(_, answer)] = worker.answers().try_into().unwrap();
    assert_eq!(answer.causationid.as_deref(), Some("c-1"));
}

#[test]
fn dropped_answers_are_metrics_of_the_function_that_asked() {
    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let out = Shared::default();
    let clock = Arc::new(ManualClock::default());
    let metrics = ReplyMetrics::written_to("shipping", "get-shipping-quote".into(), clock, out.clone());
    metrics.dropped(Dropped::Late);
    metrics.dropped(Dropped::Unknown);
    let text = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (lines.len(), &lines[0]["LateReplies"], &lines[1]["UnknownReplies"]),
        (2, &json!(1), &json!(1))
    );
    assert_eq!(lines[0]["Function"], "get-shipping-quote");
    assert_eq!(lines[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"], "Tidings");
}
