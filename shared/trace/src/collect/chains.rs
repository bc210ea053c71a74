//! Which chains are meant: what was given may name a chain, an event or a thing.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use tidings_core::Envelope;

use super::{TraceError, gather::Gathering};
use crate::audit::Listed;

impl Gathering<'_> {
    /// Finds the chains that are meant, and the events that are found on the way.
    pub(super) async fn chains(&mut self) -> Result<(), TraceError> {
        let of = self.query.of.clone();
        self.logged_chains(&of).await?;
        self.unpublished().await?;
        if !of.contains('#') {
            self.stored_things(&of).await?;
        }
        let keys = self.keys_of(&of);
        self.probe(&keys).await
    }

    /// The keys that an event of this id can have: sources are services.
    pub(super) fn keys_of(&self, id: &str) -> Vec<String> {
        if id.contains('#') {
            return vec![id.to_owned()];
        }
        let functions = self.sources.document.functions();
        let services: BTreeSet<_> = functions.map(|(_, function)| function.service()).collect();
        services
            .into_iter()
            .map(|service| format!("/{service}#{id}"))
            .collect()
    }

    async fn logged_chains(&mut self, of: &str) -> Result<(), TraceError> {
        let Some(log) = &self.sources.audit else {
            let none = "the system keeps no audit log: events are looked for in the outbox, the event store and dead letters";
            self.found.remarks.push(none.to_owned());
            return Ok(());
        };
        let failed = TraceError::of("the audit log");
        if of.contains('#') {
            let events = log.events(&[of.to_owned()]).await.map_err(failed)?;
            self.chains.extend(events.iter().map(chain_of));
            return Ok(());
        }
        let keys = self.keys_of(of);
        let (chain, about, events) =
            futures::try_join!(log.of_chain(of), log.about(of, MOST_ABOUT), log.events(&keys))
                .map_err(failed)?;
        if !chain.is_empty() {
            self.chains.insert(of.to_owned());
        }
        self.chains.extend(events.iter().map(chain_of));
        self.newest(about);
        Ok(())
    }

    /// Of a thing that much was said about, the newest chains.
    fn newest(&mut self, about: Vec<Listed>) {
        let more = about.len() >= MOST_ABOUT;
        let mut left = about.into_iter().filter_map(|listed| listed.correlation);
        for chain in left.by_ref() {
            self.chains.insert(chain);
            if self.chains.len() >= self.query.chains {
                break;
            }
        }
        let skipped: BTreeSet<_> = left.filter(|chain| !self.chains.contains(chain)).collect();
        if more || !skipped.is_empty() {
            let (shown, of) = (self.chains.len(), &self.query.of);
            let told = format!("{of} has more chains of events: these are the newest {shown}");
            self.found.remarks.push(told);
        }
    }

    /// What is not published yet is in no log.
    async fn unpublished(&mut self) -> Result<(), TraceError> {
        for store in &self.sources.stores {
            let unpublished = store
                .unpublished()
                .await
                .map_err(TraceError::of("what is not published"))?;
            if unpublished.more {
                let told = "so much is not published yet that only a part of it was looked at";
                self.found.remarks.push(told.to_owned());
            }
            self.unpublished.extend(unpublished.events);
        }
        let of = &self.query.of;
        let meant = |event: &Envelope| {
            event.id == *of
                || event.key() == *of
                || event.subject.as_ref() == Some(of)
                || chain_of(event) == *of
        };
        let meant = self.unpublished.iter().filter(|standing| meant(&standing.event));
        self.chains
            .extend(meant.map(|standing| chain_of(&standing.event)));
        Ok(())
    }

    /// The things of this id, in the outbox and in the event store, by whichever type of aggregate
    /// the contracts name.
    async fn stored_things(&mut self, id: &str) -> Result<(), TraceError> {
        let contracts = self.sources.document.contracts.iter();
        let types: BTreeSet<_> = contracts
            .filter_map(|contract| contract.aggregate.as_deref())
            .collect();
        let reads = types.iter().flat_map(|aggregate| {
            let stores = self.sources.stores.iter();
            stores.map(move |store| store.standing(aggregate, id, 0))
        });
        let read = try_join_all(reads)
            .await
            .map_err(TraceError::of("the event store"))?;
        let events = read.into_iter().flatten().map(|standing| standing.event);
        let listed = events.map(|event| Listed {
            correlation: Some(chain_of(&event)),
            key: event.key(),
        });
        let newest_first: Vec<_> = listed.collect::<Vec<_>>().into_iter().rev().collect();
        self.newest(newest_first);
        Ok(())
    }

    /// An event that has records is known, whether or not anybody keeps it.
    pub(super) async fn probe(&mut self, keys: &[String]) -> Result<(), TraceError> {
        let records = &self.sources.records;
        let reads = keys.iter().map(|key| records.trails(key));
        let trails = try_join_all(reads)
            .await
            .map_err(TraceError::of("the idempotency records"))?;
        for (key, trails) in keys.iter().zip(trails) {
            if !trails.is_empty() {
                self.found.event(key).trails = trails;
                self.recorded.insert(key.clone());
            }
        }
        Ok(())
    }
}

/// Events of a thing that are looked through for its chains.
const MOST_ABOUT: usize = 500;

pub(super) fn chain_of(event: &Envelope) -> String {
    event.correlation_id().to_owned()
}
