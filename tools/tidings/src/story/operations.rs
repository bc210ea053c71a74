//! The fourteen operations of a checkout, and how long each takes.

use std::time::Duration;

use crate::local::outside::{Mishaps, Slow};

/// One thing that a checkout brings about.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// What is done, in words.
    pub what: &'static str,
    /// The consumer that does it after `order.placed`; none, where the checkout itself does.
    pub consumer: Option<&'static str>,
    /// Who takes the time: a provider, a consumer, or a table.
    slow: &'static str,
    millis: u64,
}

impl Operation {
    const fn new(
        what: &'static str,
        consumer: Option<&'static str>,
        slow: &'static str,
        millis: u64,
    ) -> Self {
        Self {
            what,
            consumer,
            slow,
            millis,
        }
    }

    pub fn takes(&self) -> Duration {
        Duration::from_millis(self.millis)
    }
}

/// The provider that is down for a while.
pub const DOWN: &str = "crm";
/// The provider that sometimes does not answer, and how often.
pub const UNSTEADY: (&str, f64) = ("slack", 0.3);

/// In the order in which the old checkout did them. The first two are still done before the answer.
pub const OPERATIONS: [Operation; 14] = [
    Operation::new("reserve the stock", None, "stock", 200),
    Operation::new("charge the card", None, "stripe", 500),
    after("create the invoice", "create-invoice", "create-invoice", 500),
    after("mail a confirmation", "send-order-confirmation", "mail", 1000),
    after("have it packed", "create-shipment", "warehouse", 1000),
    after("count it", "track-analytics", "track-analytics", 300),
    after("tell the CRM", "sync-crm", "crm", 1500),
    after(
        "award points",
        "award-loyalty-points",
        "award-loyalty-points",
        600,
    ),
    after(
        "update recommendations",
        "update-recommendations",
        "update-recommendations",
        500,
    ),
    after("tell affiliates", "notify-affiliates", "affiliates", 500),
    after(
        "keep it for the audit",
        "record-audit-log",
        "record-audit-log",
        300,
    ),
    after(
        "refresh the dashboard",
        "refresh-dashboard",
        "refresh-dashboard",
        400,
    ),
    after("tell sales", "notify-sales", "slack", 500),
    after(
        "plan what follows",
        "start-post-purchase-flow",
        "start-post-purchase-flow",
        400,
    ),
];

const fn after(what: &'static str, consumer: &'static str, slow: &'static str, millis: u64) -> Operation {
    Operation::new(what, Some(consumer), slow, millis)
}

/// Makes everybody take as long as the story says.
pub fn take_their_time() -> Mishaps {
    let mishaps = Mishaps::default();
    for operation in OPERATIONS {
        mishaps.slow(Slow {
            name: operation.slow.to_owned(),
            by: operation.takes(),
        });
    }
    mishaps
}

/// What is done after the answer.
pub fn reactions() -> impl Iterator<Item = &'static str> {
    OPERATIONS.iter().filter_map(|operation| operation.consumer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_them_one_after_another_take_as_long_as_in_the_story() {
        let all: Duration = OPERATIONS.iter().map(Operation::takes).sum();
        assert_eq!(all, Duration::from_millis(8200));
        let before_the_answer: Duration = OPERATIONS
            .iter()
            .filter(|operation| operation.consumer.is_none())
            .map(Operation::takes)
            .sum();
        assert_eq!(before_the_answer, Duration::from_millis(700));
    }

    #[test]
    fn every_reaction_takes_orders_and_there_is_none_more() {
        let storefront = crate::system::storefront();
        let takers = storefront
            .consumers()
            .iter()
            .map(tidings_aws::ConsumerEntry::declared)
            .filter(|consumer| consumer.takes.matches("order.placed"));
        let mut takers: Vec<_> = takers.map(|consumer| consumer.name).collect();
        // The read model is no operation of the story: it is how the shop shows orders.
        takers.retain(|name| *name != "project-orders");
        takers.sort_unstable();
        let mut told: Vec<_> = reactions().collect();
        told.sort_unstable();
        assert_eq!(takers, told);
    }
}
