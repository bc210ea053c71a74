//! What is asked for.

use std::time::Duration;

/// How long a consumer takes to record an event at most, where all is well: two minutes, from which
/// on the alarm of its queue's age counts (`infra/README.md`, alarms, `-lags`).
pub const USUAL_LAG: Duration = Duration::from_secs(2 * 60);

/// Chains of a thing that are looked at, unless said otherwise.
const CHAINS: usize = 20;

/// What is asked for, and how to judge what is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// A correlation id, an event's id or key (`source#id`), or the id of what events are about.
    pub of: String,
    /// After so long without a record, a consumer's is absent; and an event that is to be published
    /// is late.
    pub lag: Duration,
    /// Of a thing with more chains of events, the newest so many.
    pub chains: usize,
}

impl Query {
    /// What is called so.
    #[must_use]
    pub fn of(of: impl Into<String>) -> Self {
        Self {
            of: of.into(),
            lag: USUAL_LAG,
            chains: CHAINS,
        }
    }
}
