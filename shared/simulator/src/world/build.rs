//! How a world is built: its tables, its consumers with their workers, and what stands between them.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_sdk_dynamodb::{Client, config::retry::RetryConfig};
use tidings_aws::request::Requester;
use tidings_bus::{
    Bus, BusReplyQueue, EmbeddedDynamoDb, HandleStream, MasterKey, MemoryClaimCheck, StreamPoller,
};
use tidings_core::{
    catalogue::{EVENTS, IDEMPOTENCY, OUTBOX, PERSON_KEYS, Table},
    ports::SendCommand,
};
use tokio::time::Instant;

use super::{PUBLISHING, Plan, World};
use crate::{
    Odds,
    chance::Chance,
    consumers::{EFFECTS, Moods},
    invariants::{History, Truth},
    ledger::Ledger,
    line::Line,
    network::Network,
    operator::Operator,
    payers::Payers,
    persons::Persons,
    pouring::{Askers, JUGS, Jugs, Unheard},
    rule::Rule,
    shelf::SHELF,
    time::VirtualClock,
    tracing::AUDIT_LOG,
    unreliable::{Unreliable, UnreliableWrap},
};

/// The provider outside is down for at most this long: within what the queue's receives can outlast.
const LONGEST_OUTAGE: Duration = Duration::from_secs(2 * 60);

/// When the provider outside is down in a world that begins now.
fn outage(chance: &Chance, odds: Odds) -> Option<Range<Instant>> {
    chance.hits(odds.outage).then(|| {
        let begins = Instant::now() + Duration::from_millis(chance.below(PUBLISHING.as_millis() as u64));
        begins..begins + Duration::from_millis(chance.below(LONGEST_OUTAGE.as_millis() as u64))
    })
}

/// Every change of the idempotency table is read.
const WATCHED: Table = Table {
    stream: true,
    ..IDEMPOTENCY
};

impl World {
    pub(super) async fn build(seed: u64, plan: &Plan, ends_with: Vec<Rule>) -> Self {
        let clock = VirtualClock::begin();
        let chance = Arc::new(Chance::seeded(seed));
        let ledger = Arc::new(Ledger::new(clock).ends_with(ends_with));
        let database =
            EmbeddedDynamoDb::in_memory_with_clock(Arc::new(clock)).expect("an in-memory database opens");
        for table in [
            &WATCHED,
            &OUTBOX,
            &EVENTS,
            &PERSON_KEYS,
            &EFFECTS,
            &SHELF,
            &JUGS,
            &AUDIT_LOG,
        ] {
            database.create_table(table).await.expect("a table is made");
        }
        let network = Network {
            database: database.connector(),
            chance: chance.clone(),
            odds: plan.odds,
            mutant: plan.mutant,
            ledger: ledger.clone(),
        };
        let network = EmbeddedDynamoDb::config(network)
            .retry_config(RetryConfig::disabled())
            .build();
        let network = Client::from_conf(network);
        let claim_check: Arc<MemoryClaimCheck> = Arc::default();
        let bus = Bus::new(Arc::new(clock), chance.clone()).with_claim_check(claim_check.clone());
        let bus = Arc::new(bus);
        let wrap = UnreliableWrap {
            inner: Arc::new(MasterKey::random()),
            odds: plan.odds.store_down,
            seed,
            clock,
        };
        let moods = Moods {
            outage: outage(&chance, plan.odds),
            chance: chance.clone(),
            odds: plan.odds,
            mended: Arc::default(),
        };
        let line = Arc::new(Line::new(ledger.clone()));
        let done = Arc::default();
        let mut world = Self {
            plan: *plan,
            truth: Arc::new(Truth {
                dynamodb: database.client(),
                bus: bus.clone(),
                ledger: ledger.clone(),
                line: line.clone(),
            }),
            dispatches: Vec::new(),
            payers: Payers {
                network: network.clone(),
                truth: database.client(),
                chance: chance.clone(),
                odds: plan.odds,
                clock,
                ledger: ledger.clone(),
                told: Mutex::default(),
            },
            askers: askers(plan, &bus, &chance, clock, &line),
            operator: Operator {
                bus: bus.clone(),
                dynamodb: database.client(),
                chance: chance.clone(),
                line: line.clone(),
                seen: Mutex::default(),
            },
            watchers: watchers(&database, &ledger, &done),
            line,
            done,
            deliveries: Arc::default(),
            mended: moods.mended.clone(),
            persons: Arc::new(Persons::new(clock, ledger)),
            wrap: Arc::new(wrap),
            chance,
            clock,
            bus,
            database,
            network,
            claim_check,
        };
        world.people(&moods);
        world.dispatches = [&OUTBOX, &EVENTS].map(|table| world.dispatch(table)).into();
        world.payers.fill().await;
        world
    }
}

/// Who sends commands, and waits for the answers.
fn askers(
    plan: &Plan,
    bus: &Arc<Bus>,
    chance: &Arc<Chance>,
    clock: VirtualClock,
    line: &Arc<Line>,
) -> Askers {
    let commands: Arc<dyn SendCommand> = bus.clone();
    let commands = Unreliable {
        inner: commands,
        chance: chance.clone(),
        odds: plan.odds.queue_down,
        mutant: plan.mutant,
    };
    let replies = BusReplyQueue::open(bus.clone(), chance.as_ref());
    Askers {
        requester: Requester::new(
            Arc::new(commands),
            Arc::new(replies),
            chance.clone(),
            Arc::new(Unheard),
        ),
        chance: chance.clone(),
        clock,
        ledger: line.ledger.clone(),
        line: line.clone(),
        troubled: plan.odds.troubled,
        asked: Mutex::default(),
    }
}

fn watchers(
    database: &EmbeddedDynamoDb,
    ledger: &Arc<Ledger>,
    done: &Arc<Mutex<BTreeMap<String, Vec<u32>>>>,
) -> Vec<StreamPoller> {
    let records = History {
        ledger: ledger.clone(),
        completed: Mutex::default(),
    };
    let jugs = Jugs {
        ledger: ledger.clone(),
        filled: Mutex::default(),
        done: done.clone(),
    };
    let watchers: [(&Table, Arc<dyn HandleStream>); 2] =
        [(&WATCHED, Arc::new(records)), (&JUGS, Arc::new(jugs))];
    let watch =
        |(table, handler)| StreamPoller::new(database, table, handler).expect("the table has a stream");
    watchers.map(watch).into()
}
