//! The event store, on the embedded DynamoDB.

use std::{sync::Arc, time::Duration};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use futures::{StreamExt as _, TryStreamExt as _, future::join_all};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidings_aws::{
    TableNames,
    effects::to_effect,
    event_store::{AsOf, Author, EventStore, WorkError},
    relay::{GRACE, Relay, TIMEOUT},
    transaction::Item,
};
use tidings_core::{
    Aggregate, Clock as _, Condition, Effects, Envelope, Event, Failure, Versioned,
    catalogue::{EVENTS, Table},
    clock::SystemEntropy,
    effects::Otherwise,
    events,
};
use tidings_testkit::{Bench, CapturingTopic, time::MOMENT};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct HoneyAdded {
    pot: String,
    spoons: u32,
    note: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct HoneyEaten {
    pot: String,
    spoons: u32,
}

impl Event for HoneyAdded {
    const TYPE: &'static str = "honey.added";
    const AGGREGATE: &'static str = "pot";

    fn aggregate_id(&self) -> &str {
        &self.pot
    }
}

impl Event for HoneyEaten {
    const TYPE: &'static str = "honey.eaten";
    const AGGREGATE: &'static str = "pot";

    fn aggregate_id(&self) -> &str {
        &self.pot
    }
}

events! {
    /// What happens to a pot.
    enum PotEvent { HoneyAdded, HoneyEaten }
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Pot {
    spoons: u32,
}

enum Ask {
    Add(&'static str, u32),
    Eat(&'static str, u32),
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("there are only {left} spoons of honey")]
struct TooLittle {
    left: u32,
}

impl Aggregate for Pot {
    const TYPE: &'static str = "pot";
    type Event = PotEvent;
    type Command = Ask;
    type Refusal = TooLittle;

    fn decide(&self, ask: &Ask) -> Result<Vec<PotEvent>, TooLittle> {
        let (pot, spoons) = match ask {
            Ask::Add(pot, spoons) => {
                let (pot, spoons, note) = ((*pot).to_owned(), *spoons, String::new());
                return Ok(vec![HoneyAdded { pot, spoons, note }.into()]);
            }
            Ask::Eat(pot, spoons) => ((*pot).to_owned(), *spoons),
        };
        match spoons <= self.spoons {
            true => Ok(vec![HoneyEaten { pot, spoons }.into()]),
            false => Err(TooLittle { left: self.spoons }),
        }
    }

    fn evolve(self, event: PotEvent) -> Self {
        let spoons = match event {
            PotEvent::HoneyAdded(added) => self.spoons + added.spoons,
            PotEvent::HoneyEaten(eaten) => self.spoons - eaten.spoons,
        };
        Self { spoons }
    }
}

struct Larder {
    bench: Bench,
    store: EventStore,
    author: Author,
}

impl Larder {
    async fn open() -> Self {
        let bench = Bench::open().await;
        bench.table(&EVENTS).await;
        let store = EventStore::new(bench.dynamodb(), EVENTS.name);
        Self {
            store: store.with(bench.clock(), Arc::new(SystemEntropy)),
            author: Author::service("woods"),
            bench,
        }
    }

    async fn ask(&self, ask: Ask) -> Result<Vec<Envelope>, WorkError<TooLittle>> {
        let (Ask::Add(id, _) | Ask::Eat(id, _)) = ask;
        let ask = &ask;
        let done = self.store.work(&self.author, |mut work| async move {
            let pot = work.load::<Pot>(id).await?;
            let pot = work.decide(pot, ask)?;
            Ok(work.answer(pot))
        });
        Ok(done.await?.events)
    }

    async fn pour(
        &self,
        from: &'static str,
        to: &'static str,
        spoons: u32,
    ) -> Result<(), WorkError<TooLittle>> {
        let poured = self.store.work(&self.author, |mut work| async move {
            let (one, other) = (work.load::<Pot>(from).await?, work.load::<Pot>(to).await?);
            work.decide(one, &Ask::Eat(from, spoons))?;
            work.decide(other, &Ask::Add(to, spoons))?;
            Ok(work.answer(()))
        });
        poured.await.map(drop)
    }

    async fn pot(&self, id: &str, as_of: AsOf) -> Versioned<Pot> {
        self.store.load(id, as_of).await.unwrap()
    }

    /// Takes an event out of the table, as a reader meets it in whom its transaction is not visible yet.
    async fn hide(&self, pot: &str, position: &str) -> Option<Item> {
        let key = [
            ("aggregate_key", format!("pot#{pot}")),
            ("position", position.to_owned()),
        ];
        let key = key.map(|(name, value)| (name.to_owned(), AttributeValue::S(value)));
        let delete = self.bench.dynamodb().delete_item().table_name(EVENTS.name);
        let delete = delete
            .set_key(Some(key.into()))
            .return_values(ReturnValue::AllOld);
        delete.send().await.unwrap().attributes
    }

    async fn show(&self, item: Option<Item>) {
        let put = self.bench.dynamodb().put_item().table_name(EVENTS.name);
        put.set_item(item).send().await.unwrap();
    }

    /// How many events there are; fails where a history has a gap.
    async fn events(&self, id: &str) -> u32 {
        let events: Vec<Envelope> = self
            .store
            .events::<Pot>(id, 1..=u32::MAX)
            .try_collect()
            .await
            .unwrap();
        for (event, version) in events.iter().zip(1..) {
            assert_eq!(event.aggregateversion, Some(version));
        }
        events.len() as u32
    }
}

#[tokio::test]
async fn of_twenty_who_race_for_ten_spoons_ten_eat_and_ten_are_refused() {
    let larder = Larder::open().await;
    larder.ask(Ask::Add("a", 10)).await.unwrap();
    let mut hungry: Vec<usize> = (0..20).collect();
    let (mut eaten, mut refused) = (0, 0);
    // Whoever met too many others may ask again.
    while !hungry.is_empty() {
        let race = join_all(hungry.iter().map(|_| larder.ask(Ask::Eat("a", 1)))).await;
        hungry.clear();
        for (number, ended) in race.into_iter().enumerate() {
            match ended {
                Ok(events) => {
                    assert_eq!(events.len(), 1);
                    eaten += 1;
                }
                Err(WorkError::Refused(TooLittle { left: 0 })) => refused += 1,
                Err(WorkError::Conflict(_)) => hungry.push(number),
                Err(other) => panic!("{other}"),
            }
        }
    }
    assert_eq!((eaten, refused), (10, 10));
    assert_eq!(larder.events("a").await, 11);
    assert_eq!(larder.pot("a", AsOf::Now).await.state.spoons, 0);
}

#[tokio::test]
async fn what_is_poured_from_pot_to_pot_is_in_one_of_them_however_many_pour() {
    let larder = Larder::open().await;
    for pot in ["a", "b", "c"] {
        larder.ask(Ask::Add(pot, 20)).await.unwrap();
    }
    let ways = [("a", "b"), ("b", "c"), ("c", "a"), ("b", "a")];
    let pours = (0..40).map(|number| {
        let (from, to) = ways[number % ways.len()];
        larder.pour(from, to, 1 + number as u32 % 5)
    });
    for ended in join_all(pours).await {
        assert!(!matches!(ended, Err(WorkError::Failed(_))), "{ended:?}");
    }
    let (mut spoons, mut events) = (0, 0);
    for pot in ["a", "b", "c"] {
        let there = larder.pot(pot, AsOf::Now).await;
        assert_eq!(there.version, larder.events(pot).await, "no gap");
        spoons += there.state.spoons;
        events += there.version;
    }
    assert_eq!(spoons, 60);
    assert_eq!(events % 2, 1, "three first events, and two for each pour");
}

#[tokio::test]
async fn a_refusal_writes_nothing_and_neither_does_a_condition_that_does_not_hold() {
    let larder = Larder::open().await;
    let spoon = Table::new("spoons", "woods", "id");
    larder.bench.table(&spoon).await;
    let refused = larder.ask(Ask::Eat("a", 1)).await.unwrap_err();
    assert!(matches!(refused, WorkError::Refused(TooLittle { left: 0 })));

    let with_a_spoon = || async {
        let take = Effects::none().put_if(
            &spoon,
            &json!({ "id": "the spoon" }),
            Condition::Absent("id"),
            Otherwise::Fail(Failure::permanent("the spoon is taken")),
        );
        let take = take.unwrap().writes.remove(0);
        let tables = TableNames::new([(spoon.name, spoon.name.to_owned())]);
        let take = to_effect(take, &tables).unwrap();
        larder
            .store
            .work::<TooLittle, _, _>(&larder.author, |mut work| {
                let take = take.clone();
                async move {
                    let pot = work.load::<Pot>("a").await?;
                    work.write(take);
                    let pot = work.decide(pot, &Ask::Add("a", 1))?;
                    Ok(work.answer(pot))
                }
            })
            .await
    };
    assert_eq!(with_a_spoon().await.unwrap().answer.version, 1);
    let taken = with_a_spoon().await.unwrap_err();
    assert_eq!(taken.to_string(), "the spoon is taken");
    assert_eq!(larder.events("a").await, 1);
}

#[tokio::test]
async fn the_state_as_of_a_version_or_a_time_is_what_the_events_up_to_there_make() {
    let larder = Larder::open().await;
    let mut known = vec![Versioned::<Pot>::default()];
    for spoons in 1..=30 {
        larder.bench.pass(Duration::from_secs(60));
        larder.ask(Ask::Add("a", spoons)).await.unwrap();
        known.push(larder.pot("a", AsOf::Now).await);
    }
    for (version, state) in (0..).zip(&known) {
        assert_eq!(larder.pot("a", AsOf::Version(version)).await, *state);
        let then = MOMENT + Duration::from_secs(60) * version;
        for late in [Duration::ZERO, Duration::from_secs(59)] {
            assert_eq!(larder.pot("a", AsOf::Time(then + late)).await, *state);
        }
        let rest = larder.store.load_after("a", *state, AsOf::Now).await.unwrap();
        assert_eq!(rest, known[30]);
    }
    assert_eq!(larder.bench.clock().now(), MOMENT + Duration::from_secs(1800));
    assert_eq!(larder.pot("a", AsOf::Version(99)).await, known[30]);
    assert_eq!(larder.pot("nobody", AsOf::Now).await, Versioned::default());
}

#[tokio::test]
async fn a_history_longer_than_a_page_is_read_to_its_end() {
    let larder = Larder::open().await;
    // DynamoDB reads 1 MB a page: this is over three of them.
    for _ in 0..17 {
        let added = larder
            .store
            .work::<TooLittle, _, _>(&larder.author, |mut work| async move {
                let pot = work.load::<Pot>("a").await?;
                let (pot_id, note) = ("a".to_owned(), "x".repeat(200_000));
                let added = HoneyAdded {
                    pot: pot_id,
                    spoons: 1,
                    note,
                };
                let pot = work.append(pot, vec![added.into()])?;
                Ok(work.answer(pot))
            });
        added.await.unwrap();
    }
    assert_eq!(
        larder.pot("a", AsOf::Now).await,
        Versioned {
            state: Pot { spoons: 17 },
            version: 17
        }
    );
    let some: Vec<_> = larder.store.events::<Pot>("a", 15..=16).collect().await;
    assert_eq!(some.len(), 2);
}

#[tokio::test]
async fn the_events_of_one_decision_share_a_correlation_and_have_ids_of_their_own() {
    let larder = Larder::open().await;
    larder.ask(Ask::Add("a", 5)).await.unwrap();
    let poured = larder
        .store
        .work::<TooLittle, _, _>(&larder.author, |mut work| async move {
            let (one, other) = (work.load::<Pot>("a").await?, work.load::<Pot>("b").await?);
            work.decide(one, &Ask::Eat("a", 2))?;
            let other = work.decide(other, &Ask::Add("b", 2))?;
            Ok(work.answer(other))
        });
    let poured = poured.await.unwrap();
    let [eaten, added] = poured.events.try_into().expect("two events");
    assert_eq!(eaten.correlation_id(), eaten.id);
    assert_eq!(added.correlation_id(), eaten.id);
    assert_ne!(added.id, eaten.id);
    assert_eq!((poured.answer.version, poured.answer.state.spoons), (1, 2));
}

#[tokio::test]
async fn a_history_with_a_gap_is_never_folded_and_read_again_because_a_transaction_may_be_half_visible() {
    let larder = Larder::open().await;
    for _ in 0..3 {
        larder.ask(Ask::Add("a", 1)).await.unwrap();
    }
    for hidden in ["0000000001", "0000000002"] {
        let item = larder.hide("a", hidden).await;
        let failure = larder.store.load::<Pot>("a", AsOf::Now).await.unwrap_err();
        assert!(matches!(failure, Failure::Transient { .. }), "{failure:?}");
        let refused = larder.ask(Ask::Eat("a", 1)).await.unwrap_err();
        assert!(matches!(
            refused,
            WorkError::Failed(Failure::Transient { class: "Gap", .. })
        ));
        larder.show(item).await;
        assert_eq!(larder.pot("a", AsOf::Now).await.state.spoons, 3);
    }
    larder.hide("a", "0000000002").await;
    let failure = larder.store.load::<Pot>("a", AsOf::Now).await.unwrap_err();
    assert_eq!(
        failure.reason(),
        "the history of a has event 3 where event 2 belongs"
    );
}

#[tokio::test]
async fn an_event_is_not_published_before_one_of_its_transaction_that_is_not_visible_yet() {
    let larder = Larder::open().await;
    larder.ask(Ask::Add("a", 1)).await.unwrap();
    larder.ask(Ask::Add("a", 2)).await.unwrap();
    larder.bench.pass(GRACE * 2);
    let topic = Arc::new(CapturingTopic::default());
    let relay = Relay::new(larder.store.outbox(), topic.clone(), larder.bench.clock());
    let sweep = async || {
        let deadline = larder.bench.clock().now() + TIMEOUT;
        relay.sweep(GRACE, deadline).await.unwrap()
    };
    let first = larder.hide("a", "0000000001").await;
    let swept = sweep().await;
    assert_eq!((swept.published, swept.stuck.len()), (0, 1), "{swept:?}");
    larder.show(first).await;
    let swept = sweep().await;
    assert_eq!((swept.published, swept.stuck.len()), (2, 0), "{swept:?}");
    let versions: Vec<_> = topic
        .published()
        .iter()
        .map(|event| event.aggregateversion)
        .collect();
    assert_eq!(versions, [Some(1), Some(2)]);
}
