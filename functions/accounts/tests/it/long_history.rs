//! An account with a long history: with snapshots, it is loaded in a few calls, however long it is.
//!
//! 5,000 events; `make test-large` has 100,000.

use std::{
    env, fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use accounts::aggregate::Account;
use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, PutRequest, WriteRequest},
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use fastrand::Rng;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde_json::Value;
use storefront_contracts::{AccountOpened, Currency, DepositMade, Money, WithdrawalMade};
use tidings_aws::event_store::{AsOf, EVERY, EventStore};
use tidings_bus::EmbeddedDynamoDb;
use tidings_core::{
    Actor, Aggregate as _, Envelope, Fact, Version, Versioned,
    catalogue::{EVENTS, SNAPSHOTS, Table},
    causation::{Origin, originate},
};
use uuid::Uuid;

const ID: &str = "acc-1";
/// When the account was opened; an event follows each second.
const OPENED: i64 = 1_768_471_200;

/// Counts calls, and the items that they bring.
#[derive(Clone)]
struct Meter {
    database: SharedHttpConnector,
    calls: Arc<AtomicUsize>,
    items: Arc<AtomicUsize>,
}

impl HttpConnector for Meter {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self {
            database,
            calls,
            items,
        } = self.clone();
        HttpConnectorFuture::new(async move {
            let answer = database.call(request).await?;
            let body: Value = serde_json::from_slice(answer.body().bytes().unwrap()).unwrap();
            let brought = body["Count"]
                .as_u64()
                .unwrap_or_else(|| u64::from(body.get("Item").is_some()));
            calls.fetch_add(1, Ordering::Relaxed);
            items.fetch_add(brought as usize, Ordering::Relaxed);
            Ok(answer)
        })
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meter")
    }
}

impl Meter {
    /// What has been read since the last time.
    fn read(&self) -> (usize, usize) {
        let take = |count: &AtomicUsize| count.swap(0, Ordering::Relaxed);
        (take(&self.calls), take(&self.items))
    }
}

/// Event number `version`: the account is opened, and then money comes and goes.
fn event(version: Version, random: &mut Rng, balance: &mut i64) -> Envelope {
    let euros = |amount| Money {
        amount,
        currency: Currency::EUR,
    };
    let account_id = ID.to_owned();
    let fact: Box<dyn Fact> = if version == 1 {
        Box::new(AccountOpened {
            account_id,
            owner_id: None,
            currency: Currency::EUR,
        })
    } else if random.bool() && *balance > 0 {
        let amount = random.i64(1..=*balance);
        *balance -= amount;
        Box::new(WithdrawalMade {
            account_id,
            amount: euros(amount),
            transfer_id: None,
        })
    } else {
        let amount = random.i64(1..=1_000);
        *balance += amount;
        Box::new(DepositMade {
            account_id,
            amount: euros(amount),
            transfer_id: None,
        })
    };
    let origin = Origin {
        source: "/accounts".into(),
        id: Uuid::from_u128(random.u128(..)),
        time: Timestamp::from_second(OPENED + i64::from(version)).unwrap(),
        correlation_id: None,
        trace: None,
        actor: Actor::default(),
    };
    originate(fact.outgoing(version).unwrap(), origin)
}

/// An event as the store keeps it once it is published.
fn put(event: &Envelope) -> WriteRequest {
    let attributes = [
        ("aggregate_key", format!("{}#{ID}", Account::TYPE)),
        ("position", format!("{:010}", event.aggregateversion.unwrap())),
        ("envelope", event.to_json()),
    ];
    let item = attributes.map(|(name, value)| (name.to_owned(), AttributeValue::S(value)));
    let put = PutRequest::builder().set_item(Some(item.into())).build().unwrap();
    WriteRequest::builder().put_request(put).build()
}

async fn write(dynamodb: &Client, events: &[Envelope]) {
    let batches = stream::iter(events.chunks(25)).map(async |batch| {
        let batch = batch.iter().map(put).collect();
        let write = dynamodb.batch_write_item().request_items(EVENTS.name, batch);
        let answer = write.send().await.unwrap();
        assert!(answer.unprocessed_items.is_none_or(|left| left.is_empty()));
    });
    batches.buffer_unordered(4).collect::<()>().await;
}

#[tokio::test]
async fn a_long_history_is_loaded_in_three_calls_by_its_snapshots() {
    let count: Version = env::var("TIDINGS_EVENTS").map_or(5_000, |count| count.parse().unwrap());
    let seed = env::var("TIDINGS_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("TIDINGS_SEED={seed}");
    let mut random = Rng::with_seed(seed);
    let database = EmbeddedDynamoDb::in_memory().unwrap();
    // Nobody reads its stream or its index here, and to keep them up is most of the time that 100,000 writes take.
    let events = Table {
        stream: false,
        indexes: &[],
        ..EVENTS
    };
    for table in [&events, &SNAPSHOTS] {
        database.create_table(table).await.unwrap();
    }
    let meter = Meter {
        database: database.connector(),
        calls: Arc::default(),
        items: Arc::default(),
    };
    let dynamodb = Client::from_conf(EmbeddedDynamoDb::config(meter.clone()).build());
    let without = EventStore::new(dynamodb.clone(), EVENTS.name);
    let with = without.clone().with_snapshots(SNAPSHOTS.name);

    let begun = Instant::now();
    let mut balance = 0;
    let events: Vec<_> = (1..=count)
        .map(|version| event(version, &mut random, &mut balance))
        .collect();
    write(&dynamodb, &events).await;
    let written = begun.elapsed();
    for version in (EVERY..=count).step_by(EVERY as usize) {
        with.take_snapshot::<Account>(ID, version).await.unwrap();
    }
    println!(
        "{count} events written in {written:.1?}, snapshots taken in {:.1?}",
        begun.elapsed() - written
    );

    // The fold from zero, once: every state is known.
    meter.read();
    let read: Vec<Envelope> = without
        .events::<Account>(ID, 1..=Version::MAX)
        .try_collect()
        .await
        .unwrap();
    let (calls, items) = meter.read();
    println!("without snapshots: {calls} calls, {items} items");
    let mut states = vec![Versioned::<Account>::default()];
    for event in &read {
        states.push(states.last().unwrap().clone().then(event).unwrap());
    }
    assert_eq!(states.len(), count as usize + 1);
    assert_eq!(
        states.last().unwrap().state.opened().unwrap().balance.amount,
        balance
    );

    let second = |version: Version| Timestamp::from_second(OPENED + i64::from(version)).unwrap();
    let anywhere: Vec<Version> = (0..50).map(|_| random.u32(1..=count)).collect();
    let ends = [1, EVERY - 1, EVERY, EVERY + 1, count - 1, count];
    let mut most = (0, 0);
    for version in anywhere.into_iter().chain(ends) {
        for as_of in [AsOf::Version(version), AsOf::Time(second(version))] {
            let loaded: Versioned<Account> = with.load(ID, as_of).await.unwrap();
            assert_eq!(loaded, states[version as usize], "{as_of:?}");
            let (calls, items) = meter.read();
            most = (most.0.max(calls), most.1.max(items));
        }
    }
    println!(
        "as of any version or time: {} calls and {} items at most",
        most.0, most.1
    );
    with.load::<Account>(ID, AsOf::Now).await.unwrap();
    let (calls, items) = meter.read();
    println!("now: {calls} calls, {items} items");
    // A snapshot and a page; and by time, where the snapshot is, it, a page or two that end where the time does.
    assert!(
        calls == 2 && items <= EVERY as usize,
        "{calls} calls, {items} items"
    );
    assert!(most.0 <= 4 && most.1 <= 2 + EVERY as usize, "{most:?}");
}
