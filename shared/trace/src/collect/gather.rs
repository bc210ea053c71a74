//! What belongs to the chains, and what is known of it.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt as _, TryStreamExt as _, future::try_join_all, stream};
use tidings_aws::outbox::Standing;
use tidings_core::protocol::Status;

use super::{TraceError, chains::chain_of};
use crate::{Query, Read, Sources, found::Found};

/// Reads that are under way at once.
const AT_ONCE: usize = 16;

/// A search under way.
pub(super) struct Gathering<'s> {
    pub(super) sources: &'s Sources,
    pub(super) query: &'s Query,
    /// The chains that are meant.
    pub(super) chains: BTreeSet<String>,
    pub(super) found: Found,
    /// What is not published yet, of whichever chain.
    pub(super) unpublished: Vec<Standing>,
    /// The events whose records were read.
    pub(super) recorded: BTreeSet<String>,
    logged: BTreeSet<String>,
    /// The aggregates whose events were read, and from which version on.
    read: BTreeMap<(String, String), u32>,
}

impl<'s> Gathering<'s> {
    pub(super) fn new(sources: &'s Sources, query: &'s Query) -> Self {
        Self {
            sources,
            query,
            chains: BTreeSet::new(),
            found: Found::default(),
            unpublished: Vec::new(),
            recorded: BTreeSet::new(),
            logged: BTreeSet::new(),
            read: BTreeMap::new(),
        }
    }

    /// The events of the chains: of the log, and then of each aggregate that one of them is about.
    pub(super) async fn events(&mut self) -> Result<(), TraceError> {
        self.logged_events().await?;
        let (unpublished, chains) = (std::mem::take(&mut self.unpublished), &self.chains);
        let meant = unpublished
            .into_iter()
            .filter(|standing| chains.contains(standing.event.correlation_id()));
        meant.for_each(|standing| self.found.stands(standing));
        loop {
            let aggregates = self.aggregates();
            if aggregates.is_empty() {
                return Ok(());
            }
            let reads = aggregates.iter().flat_map(|((aggregate, id), version)| {
                let stores = self.sources.stores.iter();
                stores.map(move |store| store.standing(aggregate, id, *version))
            });
            let read: Vec<_> = stream::iter(reads.collect::<Vec<_>>())
                .buffered(AT_ONCE)
                .try_collect()
                .await
                .map_err(TraceError::of("the event store"))?;
            let (chains, found) = (&self.chains, &mut self.found);
            let meant = |standing: &Standing| chains.contains(standing.event.correlation_id());
            let meant = read.into_iter().flatten().filter(meant);
            meant.for_each(|standing| found.stands(standing));
            self.read.extend(aggregates);
        }
    }

    async fn logged_events(&mut self) -> Result<(), TraceError> {
        let Some(log) = &self.sources.audit else {
            return Ok(());
        };
        let failed = TraceError::of("the audit log");
        let chains: Vec<_> = self.chains.difference(&self.logged).cloned().collect();
        let listed = try_join_all(chains.iter().map(|chain| log.of_chain(chain)));
        let listed = listed.await.map_err(&failed)?;
        let keys: BTreeSet<_> = listed.into_iter().flatten().map(|listed| listed.key).collect();
        let keys: Vec<_> = keys.into_iter().collect();
        for event in log.events(&keys).await.map_err(failed)? {
            self.found.holds(event).logged = true;
        }
        self.logged.extend(chains);
        Ok(())
    }

    /// The aggregates that events are about and that were not read yet, each with the first version
    /// that is known of it.
    fn aggregates(&self) -> BTreeMap<(String, String), u32> {
        let mut aggregates = BTreeMap::new();
        for envelope in self
            .found
            .events
            .values()
            .filter_map(|event| event.envelope.as_ref())
        {
            let (Some(aggregate), Some(subject)) = (&envelope.aggregatetype, &envelope.subject) else {
                continue;
            };
            let (key, version) = (
                (aggregate.clone(), subject.clone()),
                envelope.aggregateversion.unwrap_or(0),
            );
            if self.read.get(&key).is_none_or(|read| version < *read) {
                let first = aggregates.entry(key).or_insert(version);
                *first = version.min(*first);
            }
        }
        aggregates
    }

    /// What consumers' records say of the events.
    pub(super) async fn records(&mut self) -> Result<(), TraceError> {
        let keys = self.found.events.keys();
        let keys: Vec<_> = keys
            .filter(|key| !self.recorded.contains(*key))
            .cloned()
            .collect();
        let records = &self.sources.records;
        // Made before they are driven: a closure in the stream would have to be one of any lifetime.
        let reads: Vec<_> = keys.iter().map(|key| records.trails(key)).collect();
        let trails: Vec<_> = stream::iter(reads)
            .buffered(AT_ONCE)
            .try_collect()
            .await
            .map_err(TraceError::of("the idempotency records"))?;
        for (key, trails) in keys.into_iter().zip(trails) {
            self.found.event(&key).trails = trails;
            self.recorded.insert(key);
        }
        Ok(())
    }

    /// Causes that nobody keeps are known by their records: commands are, which no topic has seen.
    pub(super) async fn causes(&mut self) -> Result<(), TraceError> {
        let envelopes = || {
            self.found
                .events
                .values()
                .filter_map(|event| event.envelope.as_ref())
        };
        let known: BTreeSet<_> = envelopes().map(|envelope| envelope.id.as_str()).collect();
        let missing: BTreeSet<_> = envelopes()
            .filter_map(|envelope| envelope.causationid.as_deref())
            .filter(|cause| !known.contains(cause))
            .collect();
        let keys: Vec<_> = missing.iter().flat_map(|cause| self.keys_of(cause)).collect();
        self.probe(&keys).await
    }

    /// The letters of those who have not done an event, or leave no record of it; answers whether
    /// one of them holds an event that was not known before.
    pub(super) async fn letters(&mut self) -> bool {
        let consumers = self.undone();
        let Read { letters, unread } = self.sources.letters.letters(&consumers).await;
        let unread = unread
            .into_iter()
            .map(|why| format!("dead letters were not looked at: {why}"));
        self.found.remarks.extend(unread);
        let mut more = false;
        for letter in letters {
            let chain = letter.envelope.as_ref().map(chain_of);
            let known = |key: &String| self.found.events.contains_key(key);
            let (Some(key), Some(new)) = (letter.event.clone(), letter.event.as_ref().map(|key| !known(key)))
            else {
                continue;
            };
            let meant = chain.is_some_and(|chain| self.chains.contains(&chain)) || key == self.query.of;
            if new && !meant {
                continue;
            }
            more |= new;
            let event = self.found.event(key);
            if event.envelope.is_none() {
                event.envelope.clone_from(&letter.envelope);
            }
            event.letters.push(letter);
        }
        more
    }

    fn undone(&self) -> BTreeSet<String> {
        let mut undone = BTreeSet::new();
        let nothing = self.found.events.is_empty();
        for consumer in &self.sources.document.consumers {
            let takes = |event: &crate::FoundEvent| match &event.envelope {
                Some(envelope) => {
                    let name = envelope.event_type.as_str();
                    consumer.takes.event(name) || consumer.takes.command() == Some(name)
                }
                None => event.trails.iter().any(|trail| trail.consumer == consumer.name),
            };
            let done = |event: &crate::FoundEvent| {
                let own = event.trails.iter().find(|trail| trail.consumer == consumer.name);
                own.is_some_and(|trail| trail.status == Status::Completed)
            };
            let events = self.found.events.values();
            if nothing || events.into_iter().any(|event| takes(event) && !done(event)) {
                undone.insert(consumer.name.clone());
            }
        }
        undone
    }
}
