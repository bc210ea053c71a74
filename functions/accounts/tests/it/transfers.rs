//! Many transfers at once: no money comes or goes, whoever meets whom. A hundred; `make test-large` has a thousand.
//!
//! Calls to the database take a while in the test's own time, so the transfers meet as they would over a network. A seed says how long each takes, what is
//! transferred and how long whoever met others waits: `TIDINGS_SEED=7` does one again.

use std::{
    env,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use accounts::{Deposit, OpenAccount, Transfer, aggregate::Account};
use fastrand::Rng;
use futures::{TryStreamExt as _, future::join_all};
use serde_json::{Value, json};
use tidings_aws::{
    event_store::{AsOf, EVERY, EventStore, Kinds, Snapshotter},
    http::{Answers, Serve},
};
use tidings_bus::StreamPoller;
use tidings_core::{
    Entropy, Envelope, Version, Versioned,
    catalogue::{EVENTS, IDEMPOTENCY, SNAPSHOTS},
};
use tidings_testkit::{Answered, Bench, Call, post};

const ACCOUNTS: usize = 10;
/// In each account, to begin with; transfers are up to a tenth of it, so that some are refused and most are not.
const AMOUNT: i64 = 1_000;
/// Chance by a seed: ids and pauses.
struct Seeded(Mutex<Rng>);

impl Entropy for Seeded {
    fn bits(&self) -> u128 {
        self.0.lock().unwrap().u128(..)
    }
}

struct Bank {
    bench: Bench,
    open: OpenAccount,
    deposit: Deposit,
    transfer: Transfer,
    ids: Vec<String>,
    /// Answers that told the caller to come again.
    conflicts: AtomicU32,
}

/// How a transfer ended.
#[derive(Debug, Clone, PartialEq)]
enum Ended {
    Done(Value),
    Refused,
}

impl Bank {
    async fn open(seed: u64) -> Self {
        let bench = Bench::open().await;
        for table in [&EVENTS, &SNAPSHOTS] {
            bench.table(table).await;
        }
        let bench = bench.with_latency(seed);
        let seeded = Seeded(Mutex::new(Rng::with_seed(seed)));
        let events = EventStore::new(bench.dynamodb(), EVENTS.name).with(bench.clock(), Arc::new(seeded));
        let events = events.with_snapshots(SNAPSHOTS.name);
        let answers = Answers::new(bench.dynamodb(), IDEMPOTENCY.name).with(bench.clock());
        let given = || (events.clone(), answers.clone());
        let ((events, answers), other, third) = (given(), given(), given());
        let mut bank = Self {
            bench,
            open: OpenAccount { events, answers },
            deposit: Deposit {
                events: other.0,
                answers: other.1,
            },
            transfer: Transfer {
                events: third.0,
                answers: third.1,
            },
            ids: Vec::new(),
            conflicts: AtomicU32::new(0),
        };
        for number in 0..ACCOUNTS {
            let opened =
                post(&json!({ "currency": "EUR" })).header("idempotency-key", &format!("open-{number}"));
            let opened = opened.to(&bank.open).await;
            let id = opened.body["accountId"].as_str().unwrap().to_owned();
            let deposit = post(&json!({ "amount": AMOUNT, "currency": "EUR" }))
                .at(&format!("/accounts/{id}/deposits"))
                .header("idempotency-key", &format!("deposit-{number}"));
            assert_eq!(deposit.to(&bank.deposit).await.status, 201);
            bank.ids.push(id);
        }
        bank
    }

    fn events(&self) -> &EventStore {
        &self.transfer.events
    }

    /// Makes a request as a client does: whoever is told to come again waits and sends the same.
    async fn ask<E: Serve>(&self, call: Call, endpoint: &E, mut random: Rng) -> Ended {
        loop {
            let Answered { status, body } = call.clone().to(endpoint).await;
            match status {
                201 => return Ended::Done(body),
                409 if body["detail"].as_str().unwrap().contains("which is less than") => {
                    return Ended::Refused;
                }
                409 if body["detail"].as_str().unwrap().contains("try again") => {
                    self.conflicts.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(random.u64(..2_000))).await;
                }
                _ => panic!("{status} {body}"),
            }
        }
    }

    /// Transfer number so many; each tenth client sends it twice at once.
    async fn random_transfer(&self, seed: u64, number: usize) -> Ended {
        let mut random = Rng::with_seed(seed ^ (number as u64) << 32);
        let mut two = random.choose_multiple(&self.ids, 2).into_iter();
        let body = json!({
            "from": two.next().unwrap(), "to": two.next().unwrap(),
            "amount": random.i64(1..=AMOUNT / 10), "currency": "EUR",
        });
        let call = post(&body).header("idempotency-key", &format!("transfer-{number}"));
        let first = self.ask(call.clone(), &self.transfer, random.fork());
        if !number.is_multiple_of(10) {
            return first.await;
        }
        let second = self.ask(call, &self.transfer, random.fork());
        match futures::future::join(first, second).await {
            (done @ Ended::Done(_), other) if done == other => done,
            (Ended::Refused, other) => other,
            // Refused after all, as the account was empty then; the other one has been done by now.
            (done, Ended::Refused) => done,
            (one, other) => panic!("{one:?} and {other:?}"),
        }
    }

    /// The events of an account, and what they make of it one by one: no gap, and never less than nothing.
    async fn history(&self, id: &str) -> Vec<Versioned<Account>> {
        let events: Vec<Envelope> = self
            .events()
            .events::<Account>(id, 1..=Version::MAX)
            .try_collect()
            .await
            .unwrap();
        let mut states = vec![Versioned::<Account>::default()];
        for event in &events {
            let state = states.last().unwrap().clone().then(event).expect("no gap");
            assert!(
                state.state.opened().unwrap().balance.amount >= 0,
                "{id}: {state:?}"
            );
            states.push(state);
        }
        states
    }
}

impl Bank {
    /// With snapshots and without, what is loaded is what the events make.
    async fn agrees(&self, id: &str, history: &[Versioned<Account>]) {
        let without = EventStore::new(self.bench.dynamodb(), EVENTS.name);
        let last = history.last().unwrap();
        for store in [self.events(), &without] {
            assert_eq!(store.load::<Account>(id, AsOf::Now).await.unwrap(), *last);
            for version in (1..=last.version).step_by(67) {
                let loaded: Versioned<Account> = store.load(id, AsOf::Version(version)).await.unwrap();
                assert_eq!(loaded, history[version as usize]);
            }
        }
    }
}

/// A number that a variable may set.
fn setting(name: &str, otherwise: impl Fn() -> u64) -> u64 {
    env::var(name).map_or_else(|_| otherwise(), |text| text.parse().unwrap())
}

#[tokio::test(start_paused = true)]
async fn transfers_at_once_leave_as_much_money_as_there_was() {
    let seed = setting("TIDINGS_SEED", || fastrand::u64(..));
    let count = setting("TIDINGS_TRANSFERS", || 100) as usize;
    println!("TIDINGS_SEED={seed}");
    let begun = tokio::time::Instant::now();
    let bank = &Bank::open(seed).await;
    let snapshotter = Snapshotter::new(bank.events().clone(), Kinds::of::<Account>());
    let stream = StreamPoller::new(bank.bench.database(), &EVENTS, Arc::new(snapshotter)).unwrap();
    let transfers = join_all((0..count).map(|number| bank.random_transfer(seed, number)));
    let ended = tokio::select! {
        ended = transfers => ended,
        () = stream.run() => unreachable!("it polls for ever"),
    };
    let took = begun.elapsed();
    while stream.poll().await.unwrap() > 0 {}

    let done = ended
        .iter()
        .filter(|ended| matches!(ended, Ended::Done(_)))
        .count();
    let (mut total, mut events, mut snapshots) = (0, 0, 0);
    for id in &bank.ids {
        let history = bank.history(id).await;
        let last = history.last().unwrap();
        total += last.state.opened().unwrap().balance.amount;
        events += last.version as usize;
        snapshots += (last.version / EVERY) as usize;
        bank.agrees(id, &history).await;
    }
    assert_eq!(total, AMOUNT * ACCOUNTS as i64);
    assert_eq!(
        events,
        2 * ACCOUNTS + 2 * done,
        "each transfer is two events of accounts"
    );
    let completed = bank.bench.stated().await;
    let completed = completed
        .iter()
        .filter(|event| event.event_type == "transfer.completed");
    assert_eq!(completed.count(), done);
    // Each is two items: itself, and where to find it by its time.
    assert_eq!(bank.bench.rows(&SNAPSHOTS).await.len(), 2 * snapshots);
    let conflicts = bank.conflicts.load(Ordering::Relaxed);
    println!(
        "{done} done, {} refused, {conflicts} answers said to come again, {snapshots} snapshots; {took:.1?} in the test's time",
        count - done,
    );
}
