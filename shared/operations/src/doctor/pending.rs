//! Events that are committed and not published: how far relays are behind, and aggregates that do not go on.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use tidings_aws::{left_over::LeftOvers, outbox::Place};

use super::{Examined, Finding, Relayed, Site, Urgency};
use crate::Desk;

pub(super) const RELAY: &str = "relay-lag";
pub(super) const STUCK: &str = "stuck-aggregates";

/// A relay publishes within seconds, and the sweeper looks after a minute.
const LATE: SignedDuration = SignedDuration::from_mins(2);
/// The sweeper has tried several times then.
const LONG: SignedDuration = SignedDuration::from_mins(10);
/// Events of a table that are counted, at most.
const MOST_EVENTS: usize = 1000;
/// Aggregates of a table that are named, at most.
const MOST_NAMED: usize = 10;

/// What is pending in a table for too long.
pub(super) struct LeftOver {
    of: Relayed,
    read: Result<Vec<(Place, Timestamp)>, String>,
}

/// Reads the tables, the oldest events first.
pub(super) async fn read(desk: &Desk, relayed: &[Relayed]) -> Vec<LeftOver> {
    let mut all = Vec::new();
    for of in relayed {
        all.push(LeftOver {
            of: of.clone(),
            read: table(desk, &of.table).await,
        });
    }
    all
}

async fn table(desk: &Desk, table: &str) -> Result<Vec<(Place, Timestamp)>, String> {
    let before = desk.now().saturating_sub(LATE).unwrap_or(Timestamp::MIN);
    let mut left_over = LeftOvers::of(desk.events.dynamodb.clone(), table, before);
    let mut found = Vec::new();
    while found.len() < MOST_EVENTS {
        let next = left_over.next().await;
        let Some(next) = next.map_err(|failure| format!("{table}: {}", failure.reason()))? else {
            break;
        };
        // An entry whose keys or time cannot be read has no place in any history.
        if let (Some(place), Ok(since)) = (Place::of(&next.item), next.since.parse()) {
            found.push((place, since));
        }
    }
    Ok(found)
}

/// One finding a table that is behind.
pub(super) fn relays(desk: &Desk, site: &Site, all: &[LeftOver]) -> Examined {
    examined(all, |of, events| {
        let [(_, oldest), ..] = events else {
            return Vec::new();
        };
        let long = desk.now().duration_since(*oldest) > LONG;
        let more = if events.len() == MOST_EVENTS {
            " or more"
        } else {
            ""
        };
        let what = format!(
            "{}{more} events in {} have not been published for over {} minutes: {} is behind, or does not run",
            events.len(),
            of.table,
            LATE.as_mins(),
            of.relay
        );
        vec![Finding {
            check: RELAY,
            urgency: if long { Urgency::Stopped } else { Urgency::Late },
            subject: of.table.clone(),
            what,
            since: Some(*oldest),
            run: site.log(&of.relay),
        }]
    })
}

/// One finding an aggregate that does not go on, the oldest of each table.
pub(super) fn stuck(desk: &Desk, site: &Site, all: &[LeftOver]) -> Examined {
    examined(all, |of, events| {
        let mut aggregates: BTreeMap<&str, (Timestamp, usize)> = BTreeMap::new();
        for (place, since) in events {
            let known = aggregates.entry(&place.aggregate).or_insert((*since, 0));
            *known = (known.0.min(*since), known.1 + 1);
        }
        aggregates.retain(|_, (since, _)| desk.now().duration_since(*since) > LONG);
        let mut aggregates: Vec<_> = aggregates.into_iter().collect();
        aggregates.sort_by_key(|(_, (since, _))| *since);
        let named = aggregates.into_iter().take(MOST_NAMED);
        named
            .map(|(aggregate, (since, events))| Finding {
                check: STUCK,
                urgency: Urgency::Stopped,
                subject: aggregate.to_owned(),
                what: format!(
                    "{events} events wait in {}: the first is not published, and the others wait for it",
                    of.table
                ),
                since: Some(since),
                run: site.log(&of.relay),
            })
            .collect()
    })
}

fn examined(all: &[LeftOver], told: impl Fn(&Relayed, &[(Place, Timestamp)]) -> Vec<Finding>) -> Examined {
    let mut examined = Examined::default();
    for LeftOver { of, read } in all {
        match read {
            Ok(events) => examined.findings.extend(told(of, events)),
            Err(why) => examined.failed.push(why.clone()),
        }
    }
    examined
}
