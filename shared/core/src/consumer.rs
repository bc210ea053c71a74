//! Consumers: one imperative name, one Rust type for what they take, and one of three honest guarantees.

use std::future::Future;

use crate::{
    Context, Effects, EventType, Failure, Incoming,
    catalogue::{Resource, Settings},
};

/// What every consumer says of itself; the catalogue and the infrastructure are made from it.
pub trait Consumer: Send + Sync + 'static {
    /// The consumer's name, imperative, the same word everywhere: file, binary, function, queue.
    const NAME: &'static str;
    /// The service that owns it: the name of its crate.
    const SERVICE: &'static str;
    /// Time-out, batch size and the like.
    const SETTINGS: Settings = Settings::DEFAULT;
    /// What the function may touch besides its own queue and the idempotency table.
    const USES: &'static [Resource] = &[];
    /// The events that the handler takes.
    type Event: Incoming;
    /// Which guarantee it gives: a type of [`guarantee`], and the trait of the same name.
    type Guarantee: guarantee::Guarantee;

    /// The events that it emits.
    fn publishes() -> Vec<EventType> {
        Vec::new()
    }
}

/// **The effect happens once.** Effects, emitted events and the idempotency record commit in one
/// `TransactWriteItems`. The handler is a pure decision; it gets no I/O. One DynamoDB call a new event.
pub trait Transactional: Consumer<Guarantee = guarantee::Transactional> {
    /// Decides what is to be written and published because of this event.
    ///
    /// # Errors
    /// A [`Failure`] that says whether to try again.
    fn decide(&self, event: Self::Event, context: &Context) -> Result<Effects, Failure>;
}

/// **An effect outside, under a lease.** The runtime claims the event for this worker until a little after
/// its deadline, runs the handler and completes the record, together with the returned effects. A worker
/// that dies in between leaves the effect to be begun again: see [`Repeat`]. Two DynamoDB calls a new event.
pub trait Leased: Consumer<Guarantee = guarantee::Leased> {
    /// Why a second beginning of the effect is safe, or that it is not.
    const REPEAT: Repeat;

    /// Brings about the effect.
    ///
    /// # Errors
    /// A [`Failure`] that says whether to try again.
    fn perform(
        &self,
        event: Self::Event,
        context: &Context,
    ) -> impl Future<Output = Result<Effects, Failure>> + Send;
}

/// **Idempotent by nature**: handling an event twice leaves what handling it once leaves. No record is
/// kept of successes; failures are recorded all the same, for the triage of dead letters.
pub trait Natural: Consumer<Guarantee = guarantee::Natural> {
    /// Handles the event.
    ///
    /// # Errors
    /// A [`Failure`] that says whether to try again.
    fn perform(
        &self,
        event: Self::Event,
        context: &Context,
    ) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// What a leased consumer must state: what a second beginning of its effect does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// The provider deduplicates by a key that the handler passes on
    /// ([`Context::idempotency_key`]).
    ProviderKey,
    /// The effect can happen twice after a crash, and the owner of the consumer accepts it.
    MayRepeat,
    /// There is no effect outside: the handler only reads, and what it wants written commits with its record, which happens once. For a
    /// decision that takes what no event carries, as the present version of an aggregate.
    OnlyReads,
}

/// The three guarantees as types.
pub mod guarantee {
    mod sealed {
        pub trait Sealed {}
    }

    /// One of the three.
    pub trait Guarantee: sealed::Sealed + 'static {
        /// How the catalogue calls it.
        const NAME: &'static str;
        /// Whether its handlers reach outside, to a provider that can be down.
        const OUTSIDE: bool;
    }

    macro_rules! guarantees {
        ($($(#[$doc:meta])* $name:ident = $text:literal, $outside:literal);+) => {$(
            $(#[$doc])*
            #[derive(Debug)]
            pub enum $name {}
            impl sealed::Sealed for $name {}
            impl Guarantee for $name {
                const NAME: &'static str = $text;
                const OUTSIDE: bool = $outside;
            }
        )+};
    }

    guarantees! {
        /// See the trait [`Transactional`](super::Transactional).
        Transactional = "transactional", false;
        /// See the trait [`Leased`](super::Leased).
        Leased = "leased", true;
        /// See the trait [`Natural`](super::Natural).
        Natural = "natural", true
    }
}
