//! A function's whole `main`: `fn main() -> Result<(), tidings_lambda::Error> { tidings_lambda::consumer(billing::create_invoice::function()) }`.
//!
//! What is here is compiled in the `main` that names it, and decides what that links ([`adapters`]); everything else is
//! `tidings_aws::lambda`.

pub mod adapters;
mod topic;

use tidings_aws::{
    ConsumerFunction, EndpointFunction, ScheduledFunction, event_store::Kinds, lambda,
    schedule::RunBySchedule,
};
use tidings_core::{
    Consumer,
    catalogue::{Endpoint, Table},
};

pub use tidings_aws::lambda::Error;

use adapters::Declares;

/// Runs a consumer, on the tables that `TABLE_<NAME>` names for each that it uses, unless it names its tables itself.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
#[inline]
pub fn consumer<C: Consumer>(function: ConsumerFunction<C>) -> Result<(), Error> {
    lambda::consumer(function.erased(), Declares::<C>::CONSUMER)
}

/// Runs a publisher or a query.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
#[inline]
pub fn endpoint<E: Endpoint>(function: EndpointFunction<E>) -> Result<(), Error> {
    lambda::endpoint(function.erased(), Declares::<E>::ENDPOINT)
}

/// Runs a function by its schedule; what it is invoked with does not matter. A run that has to leave something behind fails, so that an
/// alarm on the function's errors tells.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
#[inline]
pub fn scheduled<S: RunBySchedule>(function: ScheduledFunction<S>) -> Result<(), Error> {
    lambda::scheduled(function.erased(), Declares::<S>::SCHEDULED)
}

/// Runs the relay on the stream of `table`, which `TABLE_<NAME>` names.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
#[inline]
pub fn relay(table: &'static Table) -> Result<(), Error> {
    lambda::relay(table, topic::open)
}

/// Runs the sweeper of `table`, by a schedule; what it is invoked with does not matter. An invocation that has to leave
/// something behind fails, so that an alarm on the function's errors tells.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
#[inline]
pub fn sweeper(table: &'static Table) -> Result<(), Error> {
    lambda::sweeper(table, topic::open)
}

/// Runs a snapshotter on the stream of the event store.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
#[inline]
pub fn snapshotter(kinds: Kinds) -> Result<(), Error> {
    lambda::snapshotter(kinds)
}

/// Runs the reaper of the queues whose names begin with `REPLY_PREFIX`, by a schedule; what it is invoked with does not matter. An
/// invocation that could not look at a queue, or delete it, fails, so that an alarm on the function's errors tells.
///
/// # Errors
/// When the environment lacks something, or the Lambda runtime API ends.
#[inline]
pub fn reaper() -> Result<(), Error> {
    lambda::reaper()
}
