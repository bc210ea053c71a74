//! One run: a world is built from a seed, events happen in it, and when nothing is in flight any more it is looked at.

mod afterwards;

use std::{
    ops::Range,
    sync::{Arc, Mutex, atomic::AtomicBool},
    time::Duration,
};

use aws_sdk_dynamodb::{Client, config::retry::RetryConfig};
use jiff::SignedDuration;
use tidings_aws::{
    HandleBatch, Run, Runtime, TableNames,
    idempotency::IdempotencyTable,
    outbox::Outbox,
    relay::{GRACE, Relay, Swept},
    runtime::Surroundings,
};
use tidings_bus::{Bus, Disorder, EmbeddedDynamoDb, QueueSettings, StreamPoller};
use tidings_core::{
    Actor, Clock as _, Consumer, Entropy as _, Envelope, Incoming as _, Outgoing,
    catalogue::{EVENTS, IDEMPOTENCY, OUTBOX, Table},
    causation::{Origin, originate},
    ports::{DeadLetters, Postpone, Publish},
};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    Mutant, Odds,
    chance::Chance,
    consumers::{EFFECTS, Happened, Look, Moods, Ring, Tally},
    dispatch::{Dispatch, Witness},
    fleet::{Deliveries, Fleet, Met, Unreliable, Worker},
    invariants::{History, Truth},
    ledger::Ledger,
    network::Network,
    payers::Payers,
    time::VirtualClock,
};

/// What a run is made of.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many events are published.
    pub events: u32,
    /// How likely each fault is.
    pub odds: Odds,
    /// The rule that is broken, if any.
    pub mutant: Option<Mutant>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The seed, which gives the same run again.
    pub seed: u64,
    /// Messages that were handed to a consumer.
    pub deliveries: u64,
    /// Events that the transactional consumer completed, of those that were published.
    pub completed: u64,
    /// All deliveries, in order, condensed: runs of one seed have the same one.
    pub digest: u64,
    /// What must not have happened.
    pub violations: Vec<String>,
}

/// The time-out of an invocation; a queue hides its messages for six times as long.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Within this time everything is published.
const PUBLISHING: Duration = Duration::from_secs(60);
/// In this virtual time everything must be settled.
const PATIENCE: Duration = Duration::from_secs(6 * 60 * 60);
/// How far a worker's clock may be off; two of them are then a second apart at most, which the leases allow for.
const SKEW_MILLIS: i64 = 500;
const WORKERS: u64 = 3;

/// The provider outside is down for at most this long: within what the queue's receives can outlast.
const LONGEST_OUTAGE: Duration = Duration::from_secs(2 * 60);

/// When the provider outside is down in a world that begins now.
fn outage(chance: &Chance, odds: Odds) -> Option<Range<Instant>> {
    chance.hits(odds.outage).then(|| {
        let begins = Instant::now() + Duration::from_millis(chance.below(PUBLISHING.as_millis() as u64));
        begins..begins + Duration::from_millis(chance.below(LONGEST_OUTAGE.as_millis() as u64))
    })
}

/// Runs the world of this seed.
///
/// # Panics
/// When the runtime or the embedded database does not start.
#[must_use]
pub fn run(seed: u64, plan: &Plan) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    let runtime = runtime.expect("a runtime without I/O starts");
    runtime.block_on(async {
        let world = World::build(seed, plan).await;
        let paying = world.payers.pay(plan.events / 2, PUBLISHING);
        let (events, ()) = futures::join!(world.publish(), paying);
        let quiet = world.quiet().await && world.redrive(&events).await;
        let mut completed = 0;
        if quiet {
            completed = world.truth.settled(&events).await;
            world.payers.settled().await;
            world.history.poll_all().await;
            world.outlive_records(&events).await;
        }
        let (deliveries, digest) = world.deliveries.totals();
        Report {
            seed,
            deliveries,
            completed,
            digest,
            violations: world.truth.ledger.violations(),
        }
    })
}

struct World {
    plan: Plan,
    chance: Arc<Chance>,
    clock: VirtualClock,
    bus: Arc<Bus>,
    database: EmbeddedDynamoDb,
    network: Client,
    truth: Arc<Truth>,
    /// How events go out: of the outbox, and of the event store.
    dispatches: Vec<(Arc<Dispatch>, StreamPoller)>,
    payers: Payers,
    history: Changes,
    deliveries: Arc<Deliveries>,
    mended: Arc<AtomicBool>,
}

struct Changes(StreamPoller);

impl Changes {
    async fn poll_all(&self) {
        while self.0.poll().await.expect("the embedded database streams") > 0 {}
    }
}

impl World {
    async fn build(seed: u64, plan: &Plan) -> Self {
        let clock = VirtualClock::begin();
        let chance = Arc::new(Chance::seeded(seed));
        let database =
            EmbeddedDynamoDb::in_memory_with_clock(Arc::new(clock)).expect("an in-memory database opens");
        let watched = Table {
            stream: true,
            ..IDEMPOTENCY
        };
        for table in [&watched, &OUTBOX, &EVENTS, &EFFECTS] {
            database.create_table(table).await.expect("a table is made");
        }
        let network = Network {
            database: database.connector(),
            chance: chance.clone(),
            odds: plan.odds,
            mutant: plan.mutant,
        };
        let network = EmbeddedDynamoDb::config(network)
            .retry_config(RetryConfig::disabled())
            .build();
        let bus = Arc::new(Bus::new(Arc::new(clock), chance.clone()));
        let ledger = Arc::new(Ledger::new(clock));
        let history = History {
            ledger: ledger.clone(),
            completed: Mutex::default(),
        };
        let history =
            StreamPoller::new(&database, &watched, Arc::new(history)).expect("the table has a stream");
        let truth = Arc::new(Truth {
            dynamodb: database.client(),
            bus: bus.clone(),
            ledger: ledger.clone(),
        });
        let network = Client::from_conf(network);
        let payers = Payers {
            network: network.clone(),
            truth: database.client(),
            chance: chance.clone(),
            odds: plan.odds,
            clock,
            ledger: ledger.clone(),
            told: Mutex::default(),
        };
        let mut world = Self {
            plan: *plan,
            chance: chance.clone(),
            clock,
            bus,
            database,
            network,
            truth,
            dispatches: Vec::new(),
            payers,
            history: Changes(history),
            deliveries: Arc::default(),
            mended: Arc::default(),
        };
        let moods = Moods {
            outage: outage(&chance, plan.odds),
            chance,
            odds: plan.odds,
            mended: world.mended.clone(),
        };
        world.subscribe(|| Tally(moods.clone()));
        world.subscribe(|| Ring {
            moods: moods.clone(),
            ledger: ledger.clone(),
        });
        world.subscribe(|| Look {
            moods: moods.clone(),
            ledger: ledger.clone(),
        });
        world.dispatches = [&OUTBOX, &EVENTS].map(|table| world.dispatch(table)).into();
        world.payers.fill().await;
        world
    }

    fn unreliable<T: ?Sized>(&self, inner: Arc<T>, odds: f64) -> Unreliable<T> {
        Unreliable {
            inner,
            chance: self.chance.clone(),
            odds,
            mutant: self.plan.mutant,
        }
    }

    fn subscribe<C: Consumer>(&self, make: impl Fn() -> C)
    where
        C::Guarantee: Run<C>,
    {
        let settings = QueueSettings {
            visibility_timeout: TIMEOUT * 6,
            max_receive_count: 20,
            batch_size: 10,
            maximum_concurrency: 3,
            timeout: TIMEOUT,
            disorder: Disorder {
                shuffled: true,
                again: self.plan.odds.comes_again,
            },
        };
        let subscription = self.bus.subscribe(C::NAME, C::Event::takes(), settings);
        let down = self.plan.odds.queue_down;
        let postpone: Arc<dyn Postpone> = Arc::new(self.unreliable(subscription.postpone(), down));
        let dead_letters: Arc<dyn DeadLetters> = Arc::new(self.unreliable(subscription.dead_letters(), down));
        let workers = (0..WORKERS).map(|_| {
            let skew = i64::try_from(self.chance.below(2 * SKEW_MILLIS as u64)).unwrap_or(0) - SKEW_MILLIS;
            let met: Arc<Met> = Arc::default();
            let surroundings = Surroundings {
                records: IdempotencyTable::new(self.network.clone(), IDEMPOTENCY.name),
                tables: TableNames::new([(EFFECTS.name, EFFECTS.name.to_owned())]),
                claim_check: None,
                keyring: None,
                outbox: Some(Outbox::new(self.network.clone(), OUTBOX.name)),
                replies: None,
                postpone: Some(postpone.clone()),
                dead_letters: Some(dead_letters.clone()),
                clock: Arc::new(self.clock.skewed(SignedDuration::from_millis(skew))),
                entropy: self.chance.clone(),
                observe: met.clone(),
            };
            let handler: Arc<dyn HandleBatch> = Arc::new(Runtime::new(make(), surroundings));
            Worker { handler, met }
        });
        let fleet = Fleet {
            consumer: C::NAME,
            workers: workers.collect(),
            chance: self.chance.clone(),
            odds: self.plan.odds,
            mutant: self.plan.mutant,
            truth: self.truth.clone(),
            deliveries: self.deliveries.clone(),
        };
        subscription.consume(Arc::new(fleet));
    }

    fn dispatch(&self, table: &Table) -> (Arc<Dispatch>, StreamPoller) {
        let topic: Arc<dyn Publish> = Arc::new(Witness {
            topic: self.bus.clone(),
            ledger: self.truth.ledger.clone(),
            out: Mutex::default(),
        });
        let relay = Relay::new(
            Outbox::of(self.network.clone(), table.name, table),
            Arc::new(self.unreliable(topic, self.plan.odds.topic_down)),
            Arc::new(self.clock),
        );
        let dispatch = Arc::new(Dispatch {
            relay,
            chance: self.chance.clone(),
            odds: self.plan.odds,
        });
        let stream = StreamPoller::new(&self.database, table, dispatch.clone());
        (dispatch, stream.expect("the table has a stream"))
    }

    /// Publishes the events, over time and some of them twice; what is published reaches the bus, because a publisher that
    /// is told otherwise has told its caller so.
    async fn publish(&self) -> Vec<Envelope> {
        let mut events = Vec::new();
        for number in 0..self.plan.events {
            tokio::time::sleep(PUBLISHING / self.plan.events.max(1)).await;
            let event = self.event(number);
            let copies = 1 + usize::from(self.chance.hits(self.plan.odds.published_twice));
            let published = self.bus.publish(&vec![event.clone(); copies]).await;
            assert!(
                published.iter().all(Result::is_ok),
                "the bus itself takes everything"
            );
            events.push(event);
        }
        events
    }

    fn event(&self, number: u32) -> Envelope {
        let poison = self.chance.hits(self.plan.odds.poison);
        let happened = Happened {
            id: format!("thing-{number}"),
            poison,
        };
        let outgoing = Outgoing::new(&happened, 1).expect("the event serialises");
        let origin = Origin {
            source: "/simulator".to_owned(),
            id: Uuid::from_u128(self.chance.bits()),
            time: self.clock.now(),
            correlation_id: None,
            trace: None,
            actor: Actor::default(),
        };
        originate(outgoing, origin)
    }

    /// Waits until nothing is in flight; that it takes too long is a violation.
    async fn quiet(&self) -> bool {
        let begun = tokio::time::Instant::now();
        let poll = async || {
            let mut records = 0;
            for (_, stream) in &self.dispatches {
                records += stream.poll().await.expect("the embedded database streams");
            }
            records
        };
        while begun.elapsed() < PATIENCE {
            while poll().await > 0 {}
            let settled = tokio::time::timeout(Duration::from_secs(5), self.bus.settled())
                .await
                .is_ok();
            if !settled || poll().await > 0 || self.bus.unsettled() > 0 {
                continue;
            }
            if self.plan.mutant == Some(Mutant::NoSweeper) {
                return true;
            }
            tokio::time::sleep(GRACE + Duration::from_secs(1)).await;
            let mut swept_clean = true;
            for (dispatch, _) in &self.dispatches {
                swept_clean &= dispatch.sweep().await == Some(Swept::default());
            }
            if swept_clean && self.bus.unsettled() == 0 {
                return true;
            }
        }
        self.truth.ledger.violation(format!(
            "{} messages are not settled after {PATIENCE:?}",
            self.bus.unsettled()
        ));
        false
    }
}
