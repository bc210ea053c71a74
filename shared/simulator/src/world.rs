//! One run: a world is built from a seed, events happen in it, and when nothing is in flight any more it is looked at.

mod afterwards;
mod build;
mod people;
mod publishing;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
    time::Duration,
};

use aws_sdk_dynamodb::Client;
use tidings_aws::{
    personal::{KeyWrap, Keyring, PersonKeys},
    relay::{GRACE, Swept},
};
use tidings_bus::{Bus, EmbeddedDynamoDb, MemoryClaimCheck, StreamPoller};
use tidings_core::{Envelope, catalogue::PERSON_KEYS};

use crate::{
    Mutant, Odds,
    chance::Chance,
    dispatch::Dispatch,
    fleet::Deliveries,
    invariants::Truth,
    line::Line,
    operator::Operator,
    payers::{Payers, TILLS},
    persons::Persons,
    pouring::Askers,
    rule::{Rule, Violation},
    time::VirtualClock,
};

/// What a run is made of.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many events are published.
    pub events: u32,
    /// How many commands each aggregate is sent.
    pub commands: u32,
    /// How likely each fault is.
    pub odds: Odds,
    /// The rule that is broken, if any.
    pub mutant: Option<Mutant>,
}

impl Plan {
    /// A world of so many events in which everything goes wrong often.
    #[must_use]
    pub const fn rough(events: u32) -> Self {
        Self {
            events,
            commands: events / 5,
            odds: Odds::ROUGH,
            mutant: None,
        }
    }

    /// The same world with a rule broken, and with more of what shows it.
    #[must_use]
    pub fn broken(self, mutant: Mutant) -> Self {
        mutant.shown(Self {
            mutant: Some(mutant),
            ..self
        })
    }
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
    pub violations: Vec<Violation>,
}

impl Report {
    /// What was seen against this rule, if anything.
    #[must_use]
    pub fn against(&self, rule: Rule) -> Option<&Violation> {
        self.violations.iter().find(|violation| violation.rule == rule)
    }
}

/// Within this time everything is published.
const PUBLISHING: Duration = Duration::from_secs(60);
/// How likely somebody looks after dead letters while something is in flight that does not settle: it may wait behind one.
const ATTENDED: f64 = 0.2;
/// In this virtual time everything must be settled.
const PATIENCE: Duration = Duration::from_secs(6 * 60 * 60);

/// Runs the world of this seed to its end.
///
/// # Panics
/// When the runtime or the embedded database does not start.
#[must_use]
pub fn run(seed: u64, plan: &Plan) -> Report {
    run_until(seed, plan, None)
}

/// Runs the world of this seed until the rule is broken, or to its end. Where DynamoDB cannot read a request, the world ends in any case: nothing that
/// waits for such a request ever happens.
///
/// # Panics
/// When the runtime or the embedded database does not start.
#[must_use]
pub fn run_until(seed: u64, plan: &Plan, rule: Option<Rule>) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    let runtime = runtime.expect("a runtime without I/O starts");
    let ends_with = rule.into_iter().chain([Rule::RequestsAreValid]).collect();
    runtime.block_on(async {
        let world = World::build(seed, plan, ends_with).await;
        let completed = tokio::select! {
            biased;
            () = world.truth.ledger.ended() => 0,
            completed = world.run() => completed,
        };
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
    claim_check: Arc<MemoryClaimCheck>,
    wrap: Arc<dyn KeyWrap>,
    persons: Arc<Persons>,
    truth: Arc<Truth>,
    /// How events go out: of the outbox, and of the event store.
    dispatches: Vec<(Arc<Dispatch>, StreamPoller)>,
    payers: Payers,
    askers: Askers,
    operator: Operator,
    line: Arc<Line>,
    /// The commands of each jug that have taken effect, in their order.
    done: Arc<Mutex<BTreeMap<String, Vec<u32>>>>,
    /// Who reads every change of a table, in order.
    watchers: Vec<StreamPoller>,
    deliveries: Arc<Deliveries>,
    mended: Arc<AtomicBool>,
}

impl World {
    /// From the first event to the last look; answers how many events the transactional consumer has completed.
    async fn run(&self) -> u64 {
        let paying = self.payers.pay(self.plan.events / 2, PUBLISHING / 4);
        let pouring = self.askers.pour(self.plan.commands, PUBLISHING);
        let pouring = async {
            tokio::select! {
                biased;
                () = pouring => {}
                never = self.operator.attend() => never,
            }
        };
        let (events, (), (), ()) = futures::join!(self.publish(), paying, pouring, self.erase());
        if !(self.quiet().await && self.redrive(&events).await) {
            return 0;
        }
        let completed = self.truth.settled(&events).await;
        self.payers.settled().await;
        self.truth.shown(&TILLS).await;
        self.truth.poured(&self.askers.settled()).await;
        self.watched().await;
        self.line
            .kept(&self.done.lock().unwrap_or_else(PoisonError::into_inner));
        self.trace(&events).await;
        self.outlive_records(&events).await;
        completed
    }

    /// Somebody asks what became of some events, and of one that was withheld.
    async fn trace(&self, events: &[Envelope]) {
        let withheld = self.withhold().await;
        if self.quiet().await {
            self.truth.traced(events, withheld.as_ref()).await;
        }
    }

    /// The keys of persons, over the network and as a process of its own knows them.
    fn keyring(&self, clock: VirtualClock) -> Keyring {
        let (clock, entropy) = (Arc::new(clock), self.chance.clone());
        Keyring::new(self.person_keys(), self.wrap.clone(), clock, entropy)
    }

    fn person_keys(&self) -> PersonKeys {
        PersonKeys::new(self.network.clone(), PERSON_KEYS.name)
    }

    /// In some worlds, a person is erased.
    async fn erase(&self) {
        if self.chance.hits(self.plan.odds.erased) {
            let keys = self.person_keys();
            self.persons.erase_one(&keys, &self.chance, PUBLISHING).await;
        }
    }

    /// Hands every change to who watches.
    async fn watched(&self) {
        for watcher in &self.watchers {
            while watcher.poll().await.expect("the embedded database streams") > 0 {}
        }
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
            if !settled && self.chance.hits(ATTENDED) {
                self.operator.look().await;
            }
            if !settled || poll().await > 0 || self.bus.unsettled() > 0 {
                continue;
            }
            if self.plan.mutant == Some(Mutant::NoSweeper) {
                return true;
            }
            tokio::time::sleep(GRACE + Duration::from_secs(1)).await;
            let mut swept_clean = true;
            for (dispatch, _) in &self.dispatches {
                // A sweep asks sixteen partitions; where nothing is pending, it is not worth its time.
                swept_clean &= !self.truth.is_pending(dispatch.table).await
                    || dispatch.sweep().await == Some(Swept::default());
            }
            if swept_clean && self.bus.unsettled() == 0 {
                return true;
            }
        }
        let seen = format!(
            "{} messages are not settled after {PATIENCE:?}",
            self.bus.unsettled()
        );
        self.truth.ledger.violation(Rule::ComesToAnEnd, seen);
        false
    }
}
