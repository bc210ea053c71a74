//! The checkout as it is: it reserves, charges, records and answers; the rest happens after `order.placed`.

use std::time::{Duration, Instant};

use tidings_aws::observe::Verdict;

use super::{operations::reactions, shop::Shop};

/// Some checkouts, one after another, and what came after them.
pub struct Checkouts {
    /// How long each customer has waited.
    pub answered: Vec<Duration>,
    /// From the last answer until everything was done.
    pub done: Duration,
    pub reactions: Reactions,
}

/// What consumers have done.
#[derive(Debug, Clone, Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reactions {
    /// Done, of so many that were to be done.
    pub done: usize,
    pub of: usize,
    /// Tries that failed, and came back.
    pub failed_tries: usize,
    /// Given up, with the cause.
    pub dead_letters: usize,
}

/// Places so many orders.
pub async fn order(shop: &Shop, orders: usize) -> anyhow::Result<Vec<Duration>> {
    let mut answered = Vec::with_capacity(orders);
    for _ in 0..orders {
        let began = Instant::now();
        shop.order().await?;
        answered.push(began.elapsed());
    }
    Ok(answered)
}

/// Places so many orders and waits until everything that follows is done.
pub async fn checkouts(shop: &Shop, orders: usize) -> anyhow::Result<Checkouts> {
    let answered = order(shop, orders).await?;
    let began = Instant::now();
    shop.system.settled().await?;
    Ok(Checkouts {
        answered,
        done: began.elapsed(),
        reactions: so_far(shop, orders),
    })
}

/// What has become of the reactions to so many orders.
pub fn so_far(shop: &Shop, orders: usize) -> Reactions {
    let placed: Vec<_> = shop.system.ledger.published().into_iter().collect();
    let placed: Vec<_> = placed
        .iter()
        .filter(|event| event.event_type == "order.placed")
        .map(tidings_core::Envelope::key)
        .collect();
    let own = |event: &Option<String>| event.as_ref().is_some_and(|event| placed.contains(event));
    let entries = shop.system.ledger.entries();
    let count = |verdict| {
        let ended = entries
            .iter()
            .filter(|entry| entry.verdict == verdict && own(&entry.event));
        ended
            .filter(|entry| reactions().any(|name| name == entry.consumer))
            .count()
    };
    Reactions {
        done: count(Verdict::Done),
        of: orders * reactions().count(),
        failed_tries: count(Verdict::Failed),
        dead_letters: count(Verdict::SetAside),
    }
}
