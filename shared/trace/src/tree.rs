//! The tree: events, what consumers did with them, and the events that came of it.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tidings_catalogue::document::Guarantee;

use crate::ended::{Ended, Publication};

/// What became of what was asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    /// What was asked for, as it was given.
    pub of: String,
    /// When it was looked at.
    pub at: Timestamp,
    /// The heads of the chains, oldest first: events that nothing has caused, or whose cause is not
    /// kept.
    pub events: Vec<Event>,
    /// What else is to be known: what was not looked at, and why.
    pub remarks: Vec<String>,
}

/// An event, and what was done with it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Its key: `source#id`.
    pub key: String,
    /// Its type. None of what is known by its records alone: a command, or an event that no store
    /// holds.
    pub r#type: Option<String>,
    /// What it is about.
    pub subject: Option<String>,
    /// Its chain.
    pub correlation: Option<String>,
    /// The id of the event that caused it.
    pub cause: Option<String>,
    /// When it was stated.
    pub stated: Option<Timestamp>,
    /// Whether it has gone out.
    pub publication: Publication,
    /// What each consumer did with it, in the order in which they began; those without a record
    /// behind the others, in the catalogue's order.
    pub consumers: Vec<Delivery>,
    /// Events that it has caused, of which no consumer's is known to have stated them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub caused: Vec<Event>,
}

/// What a consumer did with an event.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// The consumer.
    pub consumer: String,
    /// What it promises.
    pub guarantee: Guarantee,
    /// How it stands.
    #[serde(flatten)]
    pub ended: Ended,
    /// How often it was tried, as its record counts; 0 where there is none.
    pub attempts: u32,
    /// When its message was sent to the queue.
    pub sent: Option<Timestamp>,
    /// When its first try began.
    pub begun: Option<Timestamp>,
    /// From the sending to the first try, in milliseconds.
    #[serde(rename = "waitedMs", serialize_with = "millis")]
    pub waited: Option<Duration>,
    /// How long the last try took until it was done, in milliseconds. Known of leased consumers
    /// alone: a transactional one's work is the write that records it.
    #[serde(rename = "tookMs", serialize_with = "millis")]
    pub took: Option<Duration>,
    /// What the first try that failed said.
    pub first_error: Option<String>,
    /// What the latest one said.
    pub last_error: Option<String>,
    /// The events that it has stated because of this one.
    pub caused: Vec<Event>,
}

impl Trace {
    /// Every event, causes before effects.
    #[must_use]
    pub fn all_events(&self) -> Vec<&Event> {
        let mut all = Vec::new();
        self.events.iter().for_each(|event| event.gather(&mut all));
        all
    }

    /// Whether somebody should look at something.
    #[must_use]
    pub fn has_trouble(&self) -> bool {
        self.all_events().iter().any(|event| event.is_trouble())
    }

    /// Whether something is still to come by itself.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let open = |event: &&Event| {
            matches!(event.publication, Publication::Pending { .. })
                || event.consumers.iter().any(|delivery| delivery.ended.is_open())
        };
        self.all_events().iter().any(open)
    }
}

impl Event {
    /// Whether somebody should look at it, or at what a consumer did with it.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        let troubled = |delivery: &Delivery| delivery.ended.is_trouble();
        self.publication.is_trouble() || self.consumers.iter().any(troubled)
    }

    /// The events that it has caused, by whichever consumer.
    pub fn effects(&self) -> impl Iterator<Item = &Event> {
        let by_consumers = self.consumers.iter().flat_map(|delivery| &delivery.caused);
        by_consumers.chain(&self.caused)
    }

    fn gather<'e>(&'e self, all: &mut Vec<&'e Event>) {
        all.push(self);
        self.effects().for_each(|event| event.gather(all));
    }
}

impl Delivery {
    /// When it was done, or last seen to be at work: the end of its bar in a waterfall.
    #[must_use]
    pub fn done(&self) -> Option<Timestamp> {
        match self.ended {
            Ended::Done { at } => at,
            _ => None,
        }
    }
}

#[allow(clippy::ref_option, reason = "serde hands the field so")]
fn millis<S: serde::Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
        None => serializer.serialize_none(),
    }
}
