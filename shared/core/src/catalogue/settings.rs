//! How a function runs, and how its queues keep messages.

use std::time::Duration;

use crate::{backoff::Backoff, breaker::BreakerSettings};

/// How a function runs.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The function's time-out. A record that is not done by then comes back.
    pub timeout: Duration,
    /// The function's memory, in MB.
    pub memory_mb: u32,
    /// Records a batch, at most (SQS gives a standard queue up to 10 without a batching window).
    pub batch_size: u32,
    /// Records of a batch that are worked on at once.
    pub concurrency: usize,
    /// Invocations at once, at most (2 to 1,000; event source mapping `MaximumConcurrency`).
    pub maximum_concurrency: u32,
    /// How long a provider may be down before messages reach the dead-letter queue; says through the backoff how often a message
    /// is tried.
    pub outage_budget: Duration,
    /// When a failed message comes back.
    pub backoff: Backoff,
    /// When a consumer whose handler reaches outside (leased, natural) pauses because its provider is down; none never
    /// pauses. A transactional one has no provider.
    pub breaker: Option<BreakerSettings>,
}

impl Settings {
    /// What suits most consumers.
    pub const DEFAULT: Self = Self {
        timeout: Duration::from_secs(10),
        memory_mb: 256,
        batch_size: 10,
        concurrency: 10,
        maximum_concurrency: 10,
        outage_budget: Duration::from_secs(15 * 60),
        backoff: Backoff::DEFAULT,
        breaker: Some(BreakerSettings::DEFAULT),
    };

    /// How long the queue hides a message that was received (AWS: Lambda with SQS, configuring a queue).
    #[must_use]
    pub const fn visibility_timeout(&self) -> Duration {
        self.timeout.saturating_mul(VISIBILITY_FACTOR)
    }

    /// How often a message is tried before it is given up.
    #[must_use]
    pub fn tries(&self) -> u32 {
        self.backoff.receives_for(self.outage_budget)
    }
}

/// How long a standard queue keeps a message.
pub const RETENTION: Duration = Duration::from_secs(4 * DAY);
/// How long a FIFO queue keeps one, the most that SQS does (AWS: SQS, message quotas): it may wait behind a dead letter of its group.
pub const FIFO_RETENTION: Duration = Duration::from_secs(14 * DAY);
/// How long a dead-letter queue keeps one; longer than a standard queue, because there a dead letter keeps its first enqueue
/// time, which in a FIFO queue begins anew (AWS: setting up a dead-letter queue, retention).
pub const DEAD_LETTER_RETENTION: Duration = Duration::from_secs(14 * DAY);
/// How often a queue hands out a message, the most that SQS takes for `maxReceiveCount`. A receive counts for all messages that it brings,
/// also for one that is not begun: its consumer pauses, or another of its group stands before it. So the redrive policy would move what nobody has
/// tried, and the runtime gives up itself, after [`Settings::tries`].
pub const RECEIVES: u32 = 1000;
/// The queue's visibility time-out in function time-outs (AWS: Lambda with SQS, configuring a queue).
const VISIBILITY_FACTOR: u32 = 6;
const DAY: u64 = 24 * 60 * 60;
