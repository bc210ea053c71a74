//! An effect's own condition: that it fails is an outcome that the consumer names, never a stuck message.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tidings_aws::Run;
use tidings_core::{
    Consumer, Context, Effects, Event, EventType, Failure, Leased, Repeat, Transactional,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
    effects::{Condition, Otherwise},
    protocol::Status,
};
use tidings_testkit::{Bench, Ended, Given, given};

/// A bear has moved, for the so-manieth time.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Moved {
    bear: String,
    to: String,
    exclusively: bool,
}

impl Event for Moved {
    const TYPE: &'static str = "bear.moved";
    const AGGREGATE: &'static str = "bear";

    fn aggregate_id(&self) -> &str {
        &self.bear
    }
}

/// Where each bear is: a projection.
const DENS: Table = Table::new("dens", "zoo", "bear");

fn moved(to: &str, version: u32) -> Given {
    told(to, version, false)
}

fn told(to: &str, version: u32, exclusively: bool) -> Given {
    let event = Moved {
        bear: "bruno".to_owned(),
        to: to.to_owned(),
        exclusively,
    };
    given(&event)
        .id(format!("{to}-{version}"))
        .with(move |attributes| attributes.aggregateversion = Some(version))
}

/// Where the bear is now, unless something newer is known; or only if nothing is.
fn place(moved: &Moved, context: &Context) -> Result<Effects, Failure> {
    let version = context.envelope.aggregateversion.unwrap_or(1);
    let item = json!({ "bear": moved.bear, "den": moved.to, "version": version });
    let (condition, otherwise) = match moved.exclusively {
        false => (
            Condition::Newer {
                attribute: "version",
                than: version.into(),
            },
            Otherwise::Superseded,
        ),
        true => (
            Condition::Absent("bear"),
            Otherwise::Fail(Failure::permanent("the bear has a den").of_class("Occupied")),
        ),
    };
    Ok(Effects::none()
        .put_if(&DENS, &item, condition, otherwise)?
        .emit(moved, version)?)
}

struct FollowBear;

impl Consumer for FollowBear {
    const NAME: &'static str = "follow-bear";
    const SERVICE: &'static str = "zoo";
    const USES: &'static [Resource] = &[Resource::Table(&DENS, Access::Write)];
    const PUBLISHES: &'static [EventType] = &[Moved::EVENT_TYPE];
    type Event = Moved;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for FollowBear {
    fn decide(&self, moved: Moved, context: &Context) -> Result<Effects, Failure> {
        place(&moved, context)
    }
}

struct PhotographBear;

impl Consumer for PhotographBear {
    const NAME: &'static str = "photograph-bear";
    const SERVICE: &'static str = "zoo";
    const USES: &'static [Resource] = &[Resource::Table(&DENS, Access::Write)];
    const PUBLISHES: &'static [EventType] = &[Moved::EVENT_TYPE];
    type Event = Moved;
    type Guarantee = guarantee::Leased;
}

impl Leased for PhotographBear {
    const REPEAT: Repeat = Repeat::MayRepeat;

    async fn perform(&self, moved: Moved, context: &Context) -> Result<Effects, Failure> {
        place(&moved, context)
    }
}

/// Wants the den; where somebody has one already, a den beside it, which is refused as well.
struct InsistBear;

impl Consumer for InsistBear {
    const NAME: &'static str = "insist-bear";
    const SERVICE: &'static str = "zoo";
    const USES: &'static [Resource] = &[Resource::Table(&DENS, Access::Write)];
    const PUBLISHES: &'static [EventType] = &[Moved::EVENT_TYPE];
    type Event = Moved;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for InsistBear {
    fn decide(&self, moved: Moved, context: &Context) -> Result<Effects, Failure> {
        let instead = place(
            &Moved {
                exclusively: true,
                ..moved.clone()
            },
            context,
        )?;
        let den = json!({ "bear": moved.bear, "den": moved.to, "version": 1 });
        let otherwise = Otherwise::Instead(Box::new(instead));
        Ok(Effects::none().put_if(&DENS, &den, Condition::Absent("bear"), otherwise)?)
    }
}

async fn dens(bench: &Bench) -> Vec<serde_json::Value> {
    bench.rows(&DENS).await
}

fn den(name: &str, version: u32) -> serde_json::Value {
    json!({ "bear": "bruno", "den": name, "version": version })
}

async fn what_is_superseded_is_done<C: Consumer>(consumer: C)
where
    C::Guarantee: Run<C>,
{
    let bench = Bench::open().await;
    let worker = bench.worker(consumer).await;
    for event in [moved("north", 2), moved("south", 1), moved("again", 2)] {
        assert_eq!(worker.deliver([event]).await, [Ended::Done]);
    }
    assert_eq!(
        dens(&bench).await,
        [den("north", 2)],
        "what is not newer changes nothing"
    );
    assert_eq!(bench.outbox().await.len(), 1, "and tells nobody");
    for overtaken in [moved("south", 1), moved("again", 2)] {
        let record = worker.record(&overtaken.envelope()).await.unwrap();
        assert_eq!((record.status, record.attempts), (Status::Completed, 1));
        assert_eq!(worker.deliver([overtaken]).await, [Ended::Duplicate]);
    }
    assert_eq!(worker.deliver([moved("west", 3)]).await, [Ended::Done]);
    assert_eq!(dens(&bench).await, [den("west", 3)]);
}

async fn what_is_refused_is_set_aside<C: Consumer>(consumer: C)
where
    C::Guarantee: Run<C>,
{
    let bench = Bench::open().await;
    let worker = bench.worker(consumer).await;
    assert_eq!(worker.deliver([told("north", 1, true)]).await, [Ended::Done]);
    let second = told("south", 2, true);
    assert_eq!(
        worker.deliver([&second]).await,
        [Ended::set_aside("the bear has a den")]
    );
    assert_eq!(dens(&bench).await, [den("north", 1)], "all or nothing");
    assert_eq!(bench.outbox().await.len(), 1);
    let record = worker.record(&second.envelope()).await.unwrap();
    assert_eq!(record.status, Status::Failed);
    assert_eq!(record.last_error.as_deref(), Some("the bear has a den"));
}

#[tokio::test]
async fn an_effect_that_is_superseded_completes_its_event() {
    what_is_superseded_is_done(FollowBear).await;
    what_is_superseded_is_done(PhotographBear).await;
}

#[tokio::test]
async fn an_effect_whose_condition_is_a_failure_fails_its_event() {
    what_is_refused_is_set_aside(FollowBear).await;
    what_is_refused_is_set_aside(PhotographBear).await;
}

/// What is wanted instead is a transaction of its own, and its failure is recorded as any other.
#[tokio::test]
async fn an_alternative_that_is_refused_as_well_fails_its_event_and_its_record_says_so() {
    let bench = Bench::open().await;
    let worker = bench.worker(InsistBear).await;
    assert_eq!(worker.deliver([moved("north", 1)]).await, [Ended::Done]);
    let second = moved("south", 2);
    assert_eq!(
        worker.deliver([&second]).await,
        [Ended::set_aside("the bear has a den")]
    );
    assert_eq!(dens(&bench).await, [den("north", 1)]);
    let record = worker.record(&second.envelope()).await.unwrap();
    assert_eq!(record.status, Status::Failed);
    assert_eq!(record.last_error.as_deref(), Some("the bear has a den"));
}

#[tokio::test]
async fn moves_in_any_order_end_where_the_newest_one_leads() {
    let newest = den("den-5", 5);
    for order in [[1, 2, 3, 4, 5], [5, 4, 3, 2, 1], [3, 5, 1, 4, 2]] {
        let bench = Bench::open().await;
        let worker = bench.worker(FollowBear).await;
        for version in order {
            let event = moved(&format!("den-{version}"), version);
            assert_eq!(worker.deliver([event]).await, [Ended::Done]);
        }
        assert_eq!(dens(&bench).await, std::slice::from_ref(&newest), "{order:?}");
    }
    let bench = Bench::open().await;
    let worker = bench.worker(FollowBear).await;
    let batch = [4, 2, 5, 1, 3].map(|version| moved(&format!("den-{version}"), version));
    for ended in worker.deliver(batch).await {
        assert_eq!(ended, Ended::Done, "transactions that meet are tried again");
    }
    assert_eq!(dens(&bench).await, [newest]);
}
