//! Snapshots: what the events had made of an aggregate at some versions, kept so that what follows is all that is read.
//!
//! An item a snapshot: partition key the aggregate, sort key `schema#v#version`. A snapshot may be missing, of another schema or unreadable;
//! then the events are folded from further back, and the state is the same.
//!
//! For the state as of a time there is a second item, `schema#t#latest#version`, which says where the snapshot is. `latest` is the latest time of
//! all events up to the version, so a snapshot with `latest` up to some time holds no event that happened after it, however
//! the writers' clocks differ; and as it never falls from version to version, the last of these items up to the time is the best snapshot.

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use tidings_core::{Aggregate, Failure, Version, Versioned, aggregate::Snapshot};
use uuid::Uuid;

use super::{AsOf, EventStore, history::Folded, key_of, position};
use crate::transaction::{self, Ended, Item};

/// Bytes of a state's JSON, at most: an item has 400 KB, with its keys (AWS: DynamoDB, quotas).
const MOST_BYTES: usize = 390_000;

const STATE: &str = "state";
const VERSION: &str = "version";
const LATEST: &str = "latest";

/// What became of a snapshot that was to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is kept.
    Kept,
    /// It was there.
    There,
    /// The state has so many bytes, which is more than an item holds: nothing is kept.
    TooLarge(usize),
    /// The aggregate keeps none ([`Aggregate::SNAPSHOT`]), or the store has no table for them.
    Never,
}

impl EventStore {
    /// Keeps a snapshot of an aggregate as of a version that it has reached.
    ///
    /// # Errors
    /// As for [`load`](Self::load), and when it cannot be written.
    pub async fn take_snapshot<A: Aggregate>(&self, id: &str, version: Version) -> Result<Taken, Failure> {
        let (Some(kind), Some(table)) = (A::SNAPSHOT, &self.snapshots) else {
            return Ok(Taken::Never);
        };
        // Personal values stay sealed: who deletes a person's key need not look for snapshots.
        let sealed = self.clone().with_keyring(None);
        let known = sealed.snapshot::<A>(id, AsOf::Version(version)).await;
        if known.aggregate.version == version {
            return Ok(Taken::There);
        }
        let folded = sealed.fold(id, known, AsOf::Version(version)).await?;
        if folded.aggregate.version != version {
            return Err(Failure::transient(format!("{id} has no version {version} yet")));
        }
        let state = kind.write(&folded.aggregate.state)?;
        if state.len() > MOST_BYTES {
            return Ok(Taken::TooLarge(state.len()));
        }
        let actions = items::<A>(id, &kind, &folded, state).map(|item| put(table, item));
        let actions: Vec<_> = actions.collect();
        let token = Uuid::from_u128(self.entropy.bits()).to_string();
        match transaction::commit(&self.dynamodb, &token, &actions, self.entropy.as_ref()).await? {
            Ended::Committed => Ok(Taken::Kept),
            Ended::Refused { .. } => Ok(Taken::There),
        }
    }

    /// The best snapshot from which to read on. That there is none, and that none can be read now, comes to the same.
    pub(super) async fn snapshot<A: Aggregate>(&self, id: &str, as_of: AsOf) -> Folded<A> {
        let (Some(kind), Some(table)) = (A::SNAPSHOT, &self.snapshots) else {
            return Folded::default();
        };
        let read = async {
            let Some(item) = self.find::<A>(table, id, &kind, as_of).await? else {
                return Ok(Folded::default());
            };
            folded(&kind, &self.opened(item).await?)
        };
        read.await.unwrap_or_else(|failure: Failure| {
            let (aggregate, reason) = (key_of::<A>(id), failure.reason());
            tracing::warn!(
                aggregate,
                reason,
                "no snapshot can be read; the history is, from its beginning"
            );
            Folded::default()
        })
    }

    /// The snapshot with its personal values opened, where the store has the keys.
    async fn opened(&self, mut item: Item) -> Result<Item, Failure> {
        let (Some(keyring), Some(AttributeValue::S(state))) = (&self.keyring, item.get_mut(STATE)) else {
            return Ok(item);
        };
        let mut json = serde_json::from_str(state)?;
        keyring.open_json(&mut json).await?;
        *state = json.to_string();
        Ok(item)
    }

    async fn find<A: Aggregate>(
        &self,
        table: &str,
        id: &str,
        kind: &Snapshot<A>,
        as_of: AsOf,
    ) -> Result<Option<Item>, Failure> {
        let schema = kind.schema;
        let last = match as_of {
            AsOf::Now => by_version(schema, Version::MAX),
            AsOf::Version(version) => by_version(schema, version),
            // `~` sorts behind everything that follows the time.
            AsOf::Time(time) => format!("{schema:05}#t#{time:.9}~"),
        };
        let first = &last[..FAMILY];
        let query = self
            .dynamodb
            .query()
            .table_name(table)
            .scan_index_forward(false)
            .limit(1)
            .key_condition_expression("aggregate_key = :aggregate AND #position BETWEEN :first AND :last")
            .expression_attribute_names("#position", "position")
            .expression_attribute_values(":aggregate", AttributeValue::S(key_of::<A>(id)))
            .expression_attribute_values(":first", AttributeValue::S(first.to_owned()))
            .expression_attribute_values(":last", AttributeValue::S(last.clone()));
        let found = query.send().await?.items.unwrap_or_default().pop();
        let (Some(item), AsOf::Time(_)) = (&found, as_of) else {
            return Ok(found);
        };
        let version = number(item, VERSION).ok_or_else(unreadable)?;
        let get = self
            .dynamodb
            .get_item()
            .table_name(table)
            .key("aggregate_key", AttributeValue::S(key_of::<A>(id)))
            .key("position", AttributeValue::S(by_version(schema, version)));
        Ok(get.send().await?.item)
    }
}

/// Characters of what all snapshots of a schema begin with, `00001#v#`.
const FAMILY: usize = 8;

fn by_version(schema: u16, version: Version) -> String {
    format!("{schema:05}#v#{}", position(version))
}

/// The items of a snapshot: itself, and where to find it by its time.
fn items<A: Aggregate>(
    id: &str,
    kind: &Snapshot<A>,
    folded: &Folded<A>,
    state: String,
) -> impl Iterator<Item = Item> {
    let version = folded.aggregate.version;
    let common = |place: String| {
        Item::from([
            ("aggregate_key".to_owned(), AttributeValue::S(key_of::<A>(id))),
            ("position".to_owned(), AttributeValue::S(place)),
            (VERSION.to_owned(), AttributeValue::N(version.to_string())),
        ])
    };
    let mut snapshot = common(by_version(kind.schema, version));
    snapshot.insert(STATE.to_owned(), AttributeValue::S(state));
    let by_time = folded.latest.map(|latest| {
        snapshot.insert(LATEST.to_owned(), AttributeValue::S(latest.to_string()));
        common(format!("{:05}#t#{latest:.9}#{}", kind.schema, position(version)))
    });
    [snapshot].into_iter().chain(by_time)
}

/// What is there was made of the same events.
fn put(table: &str, item: Item) -> TransactWriteItem {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(aggregate_key)");
    TransactWriteItem::builder()
        .put(put.build().expect("table and item are set"))
        .build()
}

fn folded<A: Aggregate>(kind: &Snapshot<A>, item: &Item) -> Result<Folded<A>, Failure> {
    let text = |name: &str| item.get(name)?.as_s().ok();
    let latest = text(LATEST).map(|latest| latest.parse());
    Ok(Folded {
        aggregate: Versioned {
            state: kind.read(text(STATE).ok_or_else(unreadable)?)?,
            version: number(item, VERSION).ok_or_else(unreadable)?,
        },
        latest: latest.transpose()?,
    })
}

fn number(item: &Item, name: &str) -> Option<Version> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

fn unreadable() -> Failure {
    Failure::permanent("an item of the snapshots is none")
}
