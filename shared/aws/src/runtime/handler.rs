//! The door at which a consumer's type ends: in front of it a [`Consumer`], behind it data and a boxed call.
//!
//! Only what is here is generic over a consumer, so everything behind it is compiled once, in this crate.

use futures::future::BoxFuture;
use tidings_core::{
    Consumer, Context, Effects, Failure, Incoming as _, Leased, Natural, Transactional,
    consumer::{
        Declared, Repeat,
        guarantee::{self, Guarantee},
    },
};

/// A consumer without its type: what it declares, and how to call it.
pub struct Handler {
    pub(super) declared: Declared,
    pub(super) call: Call,
}

/// How a handler is called, by its guarantee.
pub struct Call(pub(super) ByGuarantee);

pub(super) enum ByGuarantee {
    Transactional(Box<dyn Decide>),
    Leased(Box<dyn Perform<Effects>>),
    Natural(Box<dyn Perform<()>>),
}

/// Reads the event and decides.
pub(super) trait Decide: Send + Sync {
    fn decide(&self, context: &Context) -> Result<Effects, Failure>;
}

/// Reads the event, and answers what will perform its effect; nothing has begun until that is polled.
pub(super) trait Perform<T>: Send + Sync {
    fn begin<'a>(&'a self, context: &'a Context) -> Result<Performance<'a, T>, Failure>;
}

pub(super) type Performance<'a, T> = BoxFuture<'a, Result<T, Failure>>;

/// A guarantee that can run consumers of type `C`: those that implement its trait. A consumer that claims a guarantee
/// whose trait it does not implement does not compile.
pub trait Run<C: Consumer>: Guarantee {
    /// What a second beginning of the effect does, where the guarantee asks.
    const REPEAT: Option<Repeat> = None;

    /// How the runtime calls it.
    fn call(consumer: C) -> Call;
}

impl Handler {
    /// This consumer.
    #[must_use]
    pub fn of<C: Consumer>(consumer: C) -> Self
    where
        C::Guarantee: Run<C>,
    {
        Self {
            declared: Declared::by::<C>().with_repeat(<C::Guarantee as Run<C>>::REPEAT),
            call: <C::Guarantee as Run<C>>::call(consumer),
        }
    }

    /// What the consumer declares.
    #[must_use]
    pub fn declared(&self) -> &Declared {
        &self.declared
    }
}

impl<C: Consumer> From<C> for Handler
where
    C::Guarantee: Run<C>,
{
    fn from(consumer: C) -> Self {
        Self::of(consumer)
    }
}

struct Decides<C>(C);

impl<C: Transactional> Run<C> for guarantee::Transactional {
    fn call(consumer: C) -> Call {
        Call(ByGuarantee::Transactional(Box::new(Decides(consumer))))
    }
}

impl<C: Transactional> Decide for Decides<C> {
    fn decide(&self, context: &Context) -> Result<Effects, Failure> {
        self.0.decide(read::<C>(context)?, context)
    }
}

struct Performs<C>(C);

impl<C: Leased> Run<C> for guarantee::Leased {
    const REPEAT: Option<Repeat> = Some(C::REPEAT);

    fn call(consumer: C) -> Call {
        Call(ByGuarantee::Leased(Box::new(Performs(consumer))))
    }
}

impl<C: Leased> Perform<Effects> for Performs<C> {
    fn begin<'a>(&'a self, context: &'a Context) -> Result<Performance<'a, Effects>, Failure> {
        let event = read::<C>(context)?;
        Ok(Box::pin(
            async move { Leased::perform(&self.0, event, context).await },
        ))
    }
}

impl<C: Natural> Run<C> for guarantee::Natural {
    fn call(consumer: C) -> Call {
        Call(ByGuarantee::Natural(Box::new(Performs(consumer))))
    }
}

impl<C: Natural> Perform<()> for Performs<C> {
    fn begin<'a>(&'a self, context: &'a Context) -> Result<Performance<'a, ()>, Failure> {
        let event = read::<C>(context)?;
        Ok(Box::pin(async move {
            Natural::perform(&self.0, event, context).await
        }))
    }
}

fn read<C: Consumer>(context: &Context) -> Result<C::Event, Failure> {
    C::Event::decode(&context.envelope)
        .map_err(|error| Failure::permanent(error.to_string()).of_class("DecodeError"))
}
