//! A transport, as the cases see it.

use async_trait::async_trait;
use tidings_core::Envelope;

use super::Shown;
use crate::{dead_letters::Letter, tables::Tables};

/// How consumers are ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strike {
    /// They are told to stop.
    Stop,
    /// They are gone at once, with what they had in hand.
    Kill,
}

/// Carries events to the consumers of `order.placed`.
#[async_trait(?Send)]
pub trait Transport {
    /// What it is called.
    fn name(&self) -> &str;

    /// The tables behind its consumers.
    fn tables(&self) -> &Tables;

    /// Whether it is there for this test alone, which may break things.
    fn own(&self) -> bool;

    /// Publishes events, as publishers do.
    async fn publish(&self, events: &[Envelope]) -> anyhow::Result<()>;

    /// Puts a text into a consumer's queue, past the topic. A redrive does so as well: it is a new message.
    async fn send(&self, consumer: &str, body: &str) -> anyhow::Result<()>;

    /// Waits for a message with this body in a consumer's dead-letter queue.
    async fn dead_letter(&self, consumer: &str, body: &str) -> anyhow::Result<Letter>;

    /// How many messages there are in a consumer's dead-letter queue.
    async fn dead_letters(&self, consumer: &str) -> anyhow::Result<usize>;

    /// Waits until every delivery is dealt with.
    async fn settled(&self) -> anyhow::Result<()>;

    /// All that was published so far, each event once.
    async fn heard(&self) -> anyhow::Result<Vec<Envelope>>;

    /// How many mails of this subject were sent; none where that cannot be seen.
    async fn mails(&self, subject: &str) -> anyhow::Result<Option<usize>>;

    /// Ends whoever consumes.
    async fn strike(&self, strike: Strike) -> anyhow::Result<Shown>;

    /// Lets consumers begin anew after a strike.
    async fn begin(&self) -> anyhow::Result<()>;
}
