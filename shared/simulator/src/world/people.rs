//! Who is at work in a world: consumers with their workers, relays and sweepers.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::SignedDuration;
use tidings_aws::{
    HandleBatch, Run, Runtime, TableNames,
    event_store::EventStore,
    idempotency::IdempotencyTable,
    outbox::Outbox,
    projection::{Projector, Views},
    relay::Relay,
    runtime::{Replies, Surroundings},
};
use tidings_bus::{Disorder, QueueSettings, REPLY_PREFIX, StreamPoller};
use tidings_core::{
    Consumer, Incoming as _,
    catalogue::{EVENTS, IDEMPOTENCY, OUTBOX, Resource, Table},
    ports::{ClaimCheck, DeadLetters, Postpone, Publish, Reply},
};

use super::World;
use crate::{
    Mutant,
    consumers::{EFFECTS, Look, Moods, Ring, Tally},
    dispatch::{Dispatch, Witness},
    fleet::{Fleet, Met, Tells, Worker},
    line::Told,
    pouring::{HandlePour, JUGS},
    shelf::{SHELF, Show},
    time::VirtualClock,
    unreliable::Unreliable,
};

/// The time-out of an invocation; a queue hides its messages for six times as long.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How far a worker's clock may be off; two of them are then a second apart at most, which the leases allow for.
const SKEW_MILLIS: i64 = 500;
const WORKERS: u64 = 3;
/// How often a message is received. What is behind a failed command of its group comes back with it, and that counts as well.
const RECEIVES: u32 = 20;
const RECEIVES_OF_COMMANDS: u32 = 1000;
/// Fewer than the tries of a command.
const FEW_RECEIVES: u32 = 8;

impl World {
    /// Subscribes the consumers.
    pub(super) fn people(&self, moods: &Moods) {
        let (moods, ledger, persons) = (
            || moods.clone(),
            || self.truth.ledger.clone(),
            || self.persons.clone(),
        );
        self.subscribe(|_| Tally {
            moods: moods(),
            persons: persons(),
        });
        self.subscribe(|_| Ring {
            moods: moods(),
            ledger: ledger(),
        });
        self.subscribe(|_| Look {
            moods: moods(),
            ledger: ledger(),
            persons: persons(),
        });
        self.subscribe(|_| HandlePour {
            moods: moods(),
            line: self.line.clone(),
        });
        self.subscribe(|clock| {
            let events = EventStore::new(self.network.clone(), EVENTS.name);
            let events = events.with(Arc::new(clock), self.chance.clone());
            Show {
                moods: moods(),
                projector: Projector::new(Views::new(self.network.clone(), SHELF.name), events),
            }
        });
    }

    fn unreliable<T: ?Sized>(&self, inner: Arc<T>, odds: f64) -> Unreliable<T> {
        Unreliable {
            inner,
            chance: self.chance.clone(),
            odds,
            mutant: self.plan.mutant,
        }
    }

    fn subscribe<C: Consumer>(&self, make: impl Fn(VirtualClock) -> C)
    where
        C::Guarantee: Run<C>,
    {
        let settings = QueueSettings {
            visibility_timeout: TIMEOUT * 6,
            max_receive_count: match C::Event::takes().command() {
                None => RECEIVES,
                Some(_) if self.plan.mutant == Some(Mutant::FewReceives) => FEW_RECEIVES,
                Some(_) => RECEIVES_OF_COMMANDS,
            },
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
        let told: Arc<dyn DeadLetters> = Arc::new(Told {
            inner: subscription.dead_letters(),
            line: self.line.clone(),
        });
        let dead_letters: Arc<dyn DeadLetters> = Arc::new(self.unreliable(told, down));
        let workers = (0..WORKERS).map(|_| {
            let skew = i64::try_from(self.chance.below(2 * SKEW_MILLIS as u64)).unwrap_or(0) - SKEW_MILLIS;
            let clock = self.clock.skewed(SignedDuration::from_millis(skew));
            let met: Arc<Met> = Arc::default();
            let surroundings = Surroundings {
                postpone: Some(postpone.clone()),
                dead_letters: Some(dead_letters.clone()),
                keyring: personal(C::USES).then(|| Arc::new(self.keyring(clock))),
                observe: Arc::new(Tells {
                    met: met.clone(),
                    ledger: self.truth.ledger.clone(),
                }),
                ..self.surroundings(clock)
            };
            let handler: Arc<dyn HandleBatch> = Arc::new(Runtime::new(make(clock), surroundings));
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

    /// What a worker has around it, its queue apart.
    fn surroundings(&self, clock: VirtualClock) -> Surroundings {
        let (reply, store): (Arc<dyn Reply>, Arc<dyn ClaimCheck>) =
            (self.bus.clone(), self.claim_check.clone());
        let tables = [&EFFECTS, &JUGS].map(|table| (table.name, table.name.to_owned()));
        Surroundings {
            records: IdempotencyTable::new(self.network.clone(), IDEMPOTENCY.name),
            tables: TableNames::new(tables),
            claim_check: Some(Arc::new(self.unreliable(store, self.plan.odds.store_down))),
            keyring: None,
            outbox: Some(Outbox::new(self.network.clone(), OUTBOX.name)),
            replies: Some(Replies {
                prefix: REPLY_PREFIX.to_owned(),
                reply: Arc::new(self.unreliable(reply, self.plan.odds.queue_down)),
            }),
            postpone: None,
            dead_letters: None,
            clock: Arc::new(clock),
            entropy: self.chance.clone(),
            observe: Arc::new(Met::default()),
        }
    }

    pub(super) fn dispatch(&self, table: &Table) -> (Arc<Dispatch>, StreamPoller) {
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
            table: table.name,
            chance: self.chance.clone(),
            odds: self.plan.odds,
        });
        let stream = StreamPoller::new(&self.database, table, dispatch.clone());
        (dispatch, stream.expect("the table has a stream"))
    }
}

/// Whether a consumer declares that it opens or seals personal values; another gets no keys.
fn personal(uses: &[Resource]) -> bool {
    uses.iter()
        .any(|resource| matches!(resource, Resource::Personal(_)))
}
