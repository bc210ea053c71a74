//! Consumers: one imperative name, one Rust type for what they take, and one of three honest guarantees.

use std::future::Future;

use crate::{
    Context, Effects, EventType, Failure, Incoming, Takes,
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
    /// The events that it emits.
    const PUBLISHES: &'static [EventType] = &[];
    /// The events that the handler takes.
    type Event: Incoming;
    /// Which guarantee it gives: a type of [`guarantee`], and the trait of the same name.
    type Guarantee: guarantee::Guarantee;
}

/// What a consumer declares, as data: all that is known of it behind the door at which its type ends.
#[derive(Debug, Clone)]
pub struct Declared {
    /// [`Consumer::NAME`].
    pub name: &'static str,
    /// [`Consumer::SERVICE`].
    pub service: &'static str,
    /// Which guarantee it gives.
    pub guarantee: guarantee::Kind,
    /// Of a leased one, what a second beginning of its effect does; where that is known ([`Declared::with_repeat`]).
    pub repeat: Option<Repeat>,
    /// [`Consumer::SETTINGS`].
    pub settings: Settings,
    /// [`Consumer::USES`].
    pub uses: &'static [Resource],
    /// What the subscription lets through.
    pub takes: Takes,
    /// The contracts that the handler reads.
    pub reads: Vec<EventType>,
    /// Whether it reads the events' data ([`Incoming::READS_DATA`]).
    pub reads_data: bool,
    /// [`Consumer::PUBLISHES`].
    pub publishes: &'static [EventType],
    /// Whether what it takes or emits can be too large for the topic.
    pub claim_check: bool,
}

impl Declared {
    /// What this consumer declares.
    #[must_use]
    pub fn by<C: Consumer>() -> Self {
        Self {
            name: C::NAME,
            service: C::SERVICE,
            guarantee: <C::Guarantee as guarantee::Guarantee>::KIND,
            repeat: None,
            settings: C::SETTINGS,
            uses: C::USES,
            takes: C::Event::takes(),
            reads: C::Event::event_types(),
            reads_data: C::Event::READS_DATA,
            publishes: C::PUBLISHES,
            claim_check: needs_claim_check::<C>(),
        }
    }

    /// The same, of a leased consumer that says so of its effect ([`Leased::REPEAT`]).
    #[must_use]
    pub fn with_repeat(self, repeat: Option<Repeat>) -> Self {
        Self { repeat, ..self }
    }

    /// The command that it handles, if it handles one.
    #[must_use]
    pub fn command(&self) -> Option<&'static str> {
        self.takes.command()
    }
}

/// Whether a consumer has to do with events that can be too large for the topic: known when it is compiled, so that what keeps their data
/// is linked only where it is needed.
#[must_use]
pub const fn needs_claim_check<C: Consumer>() -> bool {
    if C::Event::MAY_BE_LARGE {
        return true;
    }
    let mut index = 0;
    while index < C::PUBLISHES.len() {
        if C::PUBLISHES[index].may_be_large {
            return true;
        }
        index += 1;
    }
    false
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

    /// Brings about the effect. A success that has asked no provider says so ([`Effects::unasked`]), or it would end a pause.
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
    /// Handles the event. Its success counts as an answer of its provider: one that may do without asking is [`Leased`].
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

impl Repeat {
    /// How the catalogue calls it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProviderKey => "providerKey",
            Self::MayRepeat => "mayRepeat",
            Self::OnlyReads => "onlyReads",
        }
    }
}

/// The three guarantees as types.
pub mod guarantee {
    mod sealed {
        pub trait Sealed {}
    }

    /// One of the three.
    pub trait Guarantee: sealed::Sealed + 'static {
        /// Which.
        const KIND: Kind;
    }

    /// The three guarantees as data.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Kind {
        /// See the trait [`Transactional`](super::Transactional).
        Transactional,
        /// See the trait [`Leased`](super::Leased).
        Leased,
        /// See the trait [`Natural`](super::Natural).
        Natural,
    }

    impl Kind {
        /// How the catalogue calls it.
        #[must_use]
        pub const fn as_str(self) -> &'static str {
            match self {
                Self::Transactional => "transactional",
                Self::Leased => "leased",
                Self::Natural => "natural",
            }
        }

        /// Whether its handlers reach outside, to a provider that can be down.
        #[must_use]
        pub const fn reaches_outside(self) -> bool {
            !matches!(self, Self::Transactional)
        }
    }

    macro_rules! guarantees {
        ($($(#[$doc:meta])* $name:ident);+) => {$(
            $(#[$doc])*
            #[derive(Debug)]
            pub enum $name {}
            impl sealed::Sealed for $name {}
            impl Guarantee for $name {
                const KIND: Kind = Kind::$name;
            }
        )+};
    }

    guarantees! {
        /// See the trait [`Transactional`](super::Transactional).
        Transactional;
        /// See the trait [`Leased`](super::Leased).
        Leased;
        /// See the trait [`Natural`](super::Natural).
        Natural
    }
}
