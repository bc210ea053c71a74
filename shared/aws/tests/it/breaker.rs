//! A provider that is down for long: events wait, nothing becomes a dead letter, and everything is done when it is back.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tidings_aws::{
    HandleBatch, Handled, Observe, Runtime, TableNames, idempotency::IdempotencyTable, observe::Verdict,
    runtime::Surroundings,
};
use tidings_bus::{Bus, EmbeddedDynamoDb, QueueSettings};
use tidings_core::{
    Clock, Consumer, Context, Effects, Event, Failure, Incoming as _, Leased, Natural, Repeat, Transactional,
    catalogue::{IDEMPOTENCY, Settings},
    consumer::guarantee,
    ports::Publish as _,
};
use tidings_testkit::{Bench, Ended, given};

use crate::in_time::{Seeded, Virtual};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Rung {
    id: String,
}

impl Event for Rung {
    const TYPE: &'static str = "bell.rung";
    const AGGREGATE: &'static str = "bell";

    fn aggregate_id(&self) -> &str {
        &self.id
    }
}

fn rung(id: impl ToString) -> Rung {
    Rung { id: id.to_string() }
}

/// What a provider says.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Says {
    Yes,
    Down,
    No,
    Nothing,
}

/// By what it is asked for.
type Answer = fn(&str) -> Says;

/// A provider outside, and how often it was called, and for what.
#[derive(Clone)]
struct Provider {
    says: Arc<Mutex<Answer>>,
    calls: Arc<Mutex<BTreeMap<String, Vec<Says>>>>,
}

impl Provider {
    fn that(says: Answer) -> Self {
        Self {
            says: Arc::new(Mutex::new(says)),
            calls: Arc::default(),
        }
    }

    fn now(&self, says: Answer) {
        *self.says.lock().unwrap() = says;
    }

    async fn call(&self, id: &str) -> Result<(), Failure> {
        let says = (self.says.lock().unwrap())(id);
        self.calls
            .lock()
            .unwrap()
            .entry(id.to_owned())
            .or_default()
            .push(says);
        match says {
            Says::Yes => Ok(()),
            Says::Down => Err(Failure::transient("503")),
            Says::No => Err(Failure::permanent("400")),
            Says::Nothing => std::future::pending().await,
        }
    }

    fn calls(&self) -> usize {
        self.calls.lock().unwrap().values().map(Vec::len).sum()
    }

    /// How many events were done exactly once.
    fn done_once(&self) -> usize {
        let calls = self.calls.lock().unwrap();
        let once = |says: &&Vec<Says>| says.iter().filter(|says| **says == Says::Yes).count() == 1;
        calls.values().filter(once).count()
    }
}

macro_rules! consumer {
    ($name:ident, $guarantee:ident, $settings:expr) => {
        impl Consumer for $name {
            const NAME: &'static str = stringify!($name);
            const SERVICE: &'static str = "tower";
            const SETTINGS: Settings = $settings;
            type Event = Rung;
            type Guarantee = guarantee::$guarantee;
        }
    };
}

struct Ring(Provider);
consumer!(Ring, Leased, Settings::DEFAULT);

impl Leased for Ring {
    const REPEAT: Repeat = Repeat::ProviderKey;

    async fn perform(&self, rung: Rung, _: &Context) -> Result<Effects, Failure> {
        self.0.call(&rung.id).await.map(|()| Effects::none())
    }
}

struct Stubborn(Provider);
consumer!(
    Stubborn,
    Leased,
    Settings {
        breaker: None,
        ..Settings::DEFAULT
    }
);

impl Leased for Stubborn {
    const REPEAT: Repeat = Repeat::ProviderKey;

    async fn perform(&self, rung: Rung, _: &Context) -> Result<Effects, Failure> {
        self.0.call(&rung.id).await.map(|()| Effects::none())
    }
}

struct Listen(Provider);
consumer!(Listen, Natural, Settings::DEFAULT);

impl Natural for Listen {
    async fn perform(&self, rung: Rung, _: &Context) -> Result<(), Failure> {
        self.0.call(&rung.id).await
    }
}

struct Refuse;
consumer!(Refuse, Transactional, Settings::DEFAULT);

impl Transactional for Refuse {
    fn decide(&self, _: Rung, _: &Context) -> Result<Effects, Failure> {
        Err(Failure::transient("not now"))
    }
}

fn events(ids: impl IntoIterator<Item = u32>) -> Vec<tidings_testkit::Given> {
    ids.into_iter().map(|id| given(&rung(id))).collect()
}

fn paused(ended: &Ended) -> bool {
    matches!(ended, Ended::Back { reason, .. } if reason == "paused")
}

#[tokio::test]
async fn a_paused_event_calls_neither_the_provider_nor_the_table_and_comes_back_after_the_pause() {
    let bench = Bench::open().await;
    let provider = Provider::that(|_| Says::Down);
    let ring = bench.worker(Ring(provider.clone())).await;
    assert!(
        ring.deliver(events(0..4))
            .await
            .iter()
            .all(|ended| !paused(ended))
    );
    // The fifth opens it.
    assert_eq!(ring.deliver(events(4..5)).await, [Ended::back(1, "503")]);
    bench.pass(Duration::from_secs(10));
    // Twenty seconds are left, and thirty at most are added so that not all come at once.
    assert_eq!(ring.deliver(events(5..6)).await, [Ended::back(50, "paused")]);
    assert_eq!(provider.calls(), 5);
    assert!(ring.record(&given(&rung(5)).envelope()).await.is_none());

    // The pause is over: one event finds out that the provider is still down, and the pause is twice as long.
    bench.pass(Duration::from_secs(20));
    let ended = ring.deliver(events(0..6)).await;
    assert_eq!(ended[0], Ended::back(1, "503"));
    assert!(ended[1..].iter().all(paused), "{ended:?}");
    assert_eq!(provider.calls(), 6);

    provider.now(|_| Says::Yes);
    bench.pass(Duration::from_secs(60));
    let ended = ring.deliver(events(0..6)).await;
    assert!(
        paused(&ended[0]),
        "what failed as the probe lets another be the next: {ended:?}"
    );
    assert!(ended[1..].iter().all(|ended| *ended == Ended::Done), "{ended:?}");
    assert_eq!(ring.deliver(events(0..1)).await, [Ended::Done]);
    assert_eq!(provider.done_once(), 6);
}

#[tokio::test]
async fn one_poisoned_event_does_not_pause_its_neighbours() {
    let bench = Bench::open().await;
    let provider = Provider::that(|id| if id == "0" { Says::Down } else { Says::Yes });
    let ring = bench.worker(Ring(provider.clone())).await;
    for _ in 0..30 {
        assert_eq!(ring.deliver(events(0..1)).await, [Ended::back(1, "503")]);
    }
    assert_eq!(ring.deliver(events(1..2)).await, [Ended::Done]);
}

#[tokio::test]
async fn what_says_nothing_of_the_provider_does_not_count() {
    let bench = Bench::open().await;
    let refusing = bench.worker(Ring(Provider::that(|_| Says::No))).await;
    for ended in refusing.deliver(events(0..20)).await {
        assert_eq!(ended, Ended::set_aside("400"));
    }
    let decide = bench.worker(Refuse).await;
    for round in 0..3 {
        let ended = decide.deliver(events(round * 10..round * 10 + 10)).await;
        assert!(!ended.iter().any(paused), "a decision has no provider: {ended:?}");
    }
    let stubborn = bench.worker(Stubborn(Provider::that(|_| Says::Down))).await;
    for round in 0..3 {
        let ended = stubborn.deliver(events(round * 10..round * 10 + 10)).await;
        assert!(!ended.iter().any(paused), "it is switched off: {ended:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_is_down_and_a_natural_consumer_pauses_too() {
    let bench = Bench::open().await;
    let provider = Provider::that(|_| Says::Nothing);
    let (ring, listen) = (
        bench.worker(Ring(provider.clone())).await,
        bench.worker(Listen(provider)).await,
    );
    ring.deliver(events(0..5)).await;
    listen.deliver(events(0..5)).await;
    assert!(paused(&ring.deliver(events(5..6)).await[0]));
    assert!(paused(&listen.deliver(events(5..6)).await[0]));
}

#[tokio::test]
async fn in_a_fifo_group_what_is_behind_a_paused_message_waits_with_it() {
    let bench = Bench::open().await;
    let ring = bench.worker(Ring(Provider::that(|_| Says::Down))).await;
    ring.deliver(events(0..5)).await;
    let group = events(5..8)
        .into_iter()
        .map(|event| event.message().in_group("g"));
    let ended = ring.deliver(group).await;
    assert!(ended.iter().all(paused), "{ended:?}");
    let after = |ended: &Ended| match ended {
        Ended::Back { after, .. } => *after,
        _ => Duration::ZERO,
    };
    assert!(
        after(&ended[1]) < after(&ended[0]),
        "none is hidden longer than the first"
    );
}

/// Counts the verdicts.
#[derive(Default)]
struct Verdicts(Mutex<Vec<Verdict>>);

impl Observe for Verdicts {
    fn handled(&self, handled: &Handled<'_>) {
        self.0.lock().unwrap().push(handled.verdict);
    }
}

/// Asks its provider only about a bell that has a name of its own.
struct RingNamed(Provider);
consumer!(RingNamed, Leased, Settings::DEFAULT);

impl Leased for RingNamed {
    const REPEAT: Repeat = Repeat::ProviderKey;

    async fn perform(&self, rung: Rung, _: &Context) -> Result<Effects, Failure> {
        if rung.id.starts_with("nameless") {
            return Ok(Effects::none().unasked());
        }
        self.0.call(&rung.id).await.map(|()| Effects::none())
    }
}

fn nameless(number: u32) -> [tidings_testkit::Given; 1] {
    [given(&rung(format!("nameless-{number}")))]
}

#[tokio::test]
async fn a_success_that_asked_no_provider_neither_ends_a_pause_nor_keeps_one_from_beginning() {
    let bench = Bench::open().await;
    let provider = Provider::that(|_| Says::Down);
    let ring = bench.worker(RingNamed(provider.clone())).await;
    // In between the failures of the provider, there is something to do without it.
    for id in 0..5 {
        assert_eq!(ring.deliver(nameless(id)).await, [Ended::Done]);
        assert_eq!(ring.deliver(events(id..id + 1)).await, [Ended::back(1, "503")]);
    }
    assert!(
        paused(&ring.deliver(events(5..6)).await[0]),
        "five in a row have failed"
    );

    // The pause is over, and the first that comes asks nobody: it is done, and it is still not known whether the provider answers.
    bench.pass(Duration::from_secs(30));
    assert_eq!(ring.deliver(nameless(5)).await, [Ended::Done]);
    assert_eq!(ring.deliver(events(5..6)).await, [Ended::back(1, "503")]);
    assert!(
        paused(&ring.deliver(events(6..7)).await[0]),
        "one failure is enough"
    );
    assert_eq!(provider.calls(), 6);

    provider.now(|_| Says::Yes);
    bench.pass(Duration::from_secs(60));
    assert_eq!(ring.deliver(events(6..7)).await, [Ended::Done]);
    assert_eq!(ring.deliver(events(7..9)).await, [Ended::Done, Ended::Done]);
}

/// As Lambda sees a runtime: it does not ask whether it pauses.
struct OnLambda(Arc<dyn HandleBatch>);

#[async_trait]
impl HandleBatch for OnLambda {
    async fn handle(&self, batch: SqsEvent, deadline: Timestamp) -> SqsBatchResponse {
        self.0.handle(batch, deadline).await
    }
}

struct Outage {
    dead: usize,
    /// Why; nothing where a letter does not say.
    reasons: Vec<String>,
    done_once: usize,
    calls_while_down: usize,
    paused: usize,
}

const HOUR: Duration = Duration::from_secs(60 * 60);

/// So many events come while the provider is down for so long; what became of them when it was back.
async fn outage<C>(
    provider: &Provider,
    consumer: C,
    count: u32,
    length: Duration,
    transport: fn(Arc<dyn HandleBatch>) -> Arc<dyn HandleBatch>,
) -> Outage
where
    C: Consumer,
    C::Guarantee: tidings_aws::Run<C>,
{
    let clock: Arc<dyn Clock> = Arc::new(Virtual::begin());
    let entropy = Arc::new(Seeded::with(7));
    let database = EmbeddedDynamoDb::in_memory_with_clock(clock.clone()).unwrap();
    database.create_table(&IDEMPOTENCY).await.unwrap();
    let bus = Bus::new(clock.clone(), entropy.clone());
    let settings = C::SETTINGS;
    let queue = QueueSettings {
        maximum_concurrency: 1,
        ..(&settings).into()
    };
    let subscription = bus.subscribe(C::NAME, Rung::takes(), queue);
    let verdicts = Arc::new(Verdicts::default());
    let surroundings = Surroundings {
        records: IdempotencyTable::new(database.client(), IDEMPOTENCY.name),
        tables: TableNames::default(),
        outbox: None,
        claim_check: None,
        replies: None,
        keyring: None,
        postpone: Some(subscription.postpone()),
        dead_letters: Some(subscription.dead_letters()),
        clock,
        entropy,
        observe: verdicts.clone(),
    };
    subscription.consume(transport(Arc::new(Runtime::new(consumer, surroundings))));

    let events: Vec<_> = events(0..count)
        .iter()
        .map(tidings_testkit::Given::envelope)
        .collect();
    assert!(bus.publish(&events).await.iter().all(Result::is_ok));
    tokio::time::sleep(length).await;
    let calls_while_down = provider.calls();
    provider.now(|_| Says::Yes);
    let settled = tokio::time::timeout(Duration::from_secs(24 * 60 * 60), bus.settled()).await;
    assert!(settled.is_ok(), "{} are left", bus.unsettled());
    let paused = verdicts
        .0
        .lock()
        .unwrap()
        .iter()
        .filter(|verdict| **verdict == Verdict::Paused)
        .count();
    let letters = bus.dead_letters(C::NAME).unwrap().into_iter();
    let reasons: Vec<_> = letters
        .map(|dead| dead.letter.map_or_else(String::new, |letter| letter.reason))
        .collect();
    Outage {
        dead: reasons.len(),
        reasons,
        done_once: provider.done_once(),
        calls_while_down,
        paused,
    }
}

#[tokio::test(start_paused = true)]
async fn three_hours_without_the_provider_make_no_dead_letter_where_the_transport_asks_whether_to_receive() {
    let provider = Provider::that(|_| Says::Down);
    let ended = outage(&provider, Ring(provider.clone()), 50, 3 * HOUR, |runtime| runtime).await;
    assert_eq!((ended.dead, ended.done_once), (0, 50));
    assert!(
        ended.paused < 200,
        "{} messages were received in vain",
        ended.paused
    );
    assert!(ended.calls_while_down < 60, "{} calls", ended.calls_while_down);
}

#[tokio::test(start_paused = true)]
async fn three_hours_without_the_provider_make_no_dead_letter_on_lambda() {
    let provider = Provider::that(|_| Says::Down);
    let ended = outage(&provider, Ring(provider.clone()), 50, 3 * HOUR, on_lambda).await;
    assert_eq!((ended.dead, ended.done_once), (0, 50), "{} paused", ended.paused);
    assert!(ended.calls_while_down < 60, "{} calls", ended.calls_while_down);
    assert!(
        ended.paused > 400,
        "each pause costs each message a receive: {}",
        ended.paused
    );
}

#[tokio::test(start_paused = true)]
async fn half_a_day_without_the_provider_makes_no_dead_letter_of_the_few_that_wait() {
    for transport in [asking, on_lambda] {
        let provider = Provider::that(|_| Says::Down);
        let ended = outage(&provider, Ring(provider.clone()), 8, 12 * HOUR, transport).await;
        assert_eq!((ended.dead, ended.done_once), (0, 8));
    }
}

#[tokio::test(start_paused = true)]
async fn what_waits_until_its_queue_is_about_to_drop_it_is_set_aside_with_the_cause() {
    for transport in [asking, on_lambda] {
        let provider = Provider::that(|_| Says::Down);
        let ended = outage(&provider, Ring(provider.clone()), 8, 5 * 24 * HOUR, transport).await;
        assert_eq!((ended.dead, ended.done_once), (8, 0));
        for reason in ended.reasons {
            let known = reason.starts_with("503") || reason.starts_with("never begun: the consumer pauses");
            assert!(
                known && reason.contains("its queue has kept it for 72 hours"),
                "{reason}"
            );
        }
    }
}

fn asking(runtime: Arc<dyn HandleBatch>) -> Arc<dyn HandleBatch> {
    runtime
}

fn on_lambda(runtime: Arc<dyn HandleBatch>) -> Arc<dyn HandleBatch> {
    Arc::new(OnLambda(runtime))
}

#[tokio::test(start_paused = true)]
async fn without_the_breaker_the_same_outage_makes_dead_letters_of_all() {
    let provider = Provider::that(|_| Says::Down);
    let ended = outage(&provider, Stubborn(provider.clone()), 3, 3 * HOUR, |runtime| {
        runtime
    })
    .await;
    assert_eq!((ended.dead, ended.done_once), (3, 0));
    assert!(ended.calls_while_down > 100, "{} calls", ended.calls_while_down);
}

/// Waits for another event, unless it is asked for the provider (an id of two digits).
struct Await(Provider);
consumer!(Await, Leased, Settings::DEFAULT);

impl Leased for Await {
    const REPEAT: Repeat = Repeat::ProviderKey;

    async fn perform(&self, rung: Rung, _: &Context) -> Result<Effects, Failure> {
        if rung.id.len() < 2 {
            return Err(Failure::awaiting("the clapper has not come"));
        }
        self.0.call(&rung.id).await.map(|()| Effects::none())
    }
}

#[tokio::test]
async fn events_that_wait_for_another_do_not_hold_up_those_that_do_not_and_are_no_sign_that_a_provider_answers()
 {
    let bench = Bench::open().await;
    let provider = Provider::that(|_| Says::Yes);
    let worker = bench.worker(Await(provider.clone())).await;
    for ended in worker.deliver(events(0..9)).await {
        assert_eq!(ended, Ended::back(1, "the clapper has not come"));
    }
    assert_eq!(worker.deliver(events(10..11)).await, [Ended::Done]);

    // They do not make the provider's own failures fewer either.
    provider.now(|_| Says::Down);
    for id in 11..16 {
        worker.deliver(events([0, id])).await;
    }
    assert!(paused(&worker.deliver(events(20..21)).await[0]));
}
