//! Tidings on AWS: the runtime of consumers, publishers and the relay.
//!
//! The way of one SQS batch through this crate:
//!
//! 1. `tidings_lambda::consumer` is a consumer's whole `main`: clients are made once, then batches come in.
//! 2. [`runtime`] takes every record by itself on its way: received, admitted, run as the consumer's guarantee says, replied to, settled.
//! 3. [`idempotency`] claims, completes and releases records in DynamoDB, every write under a condition;
//!    the rules are `tidings_core::protocol`.
//! 4. [`effects`] and [`outbox`] turn what the handler wants into writes of the same transaction.
//! 5. [`claim_check`] keeps the data of events that are too large for the topic, and collects it again.
//! 6. [`personal`] seals what events hold of a person, and opens it.
//! 7. [`queue`] postpones what failed and sets aside what cannot be helped.
//! 8. [`relay`] publishes what is in the outbox, through [`topic`]; what was missed is a [`left_over`].
//!
//! Commands are sent by [`commands`], and [`request`] asks: it sends a command and waits for its answer.
//!
//! State that is made of events is kept by the [`event_store`], and [`projection`] keeps what queries read.
//! [`backfill`] gives a consumer the history that it has not seen.
//!
//! Outside Lambda a [`worker`] polls the queue and hands the same batches to the same runtime.
//!
//! A [`service`] says what it consists of; Lambda, the local run, workers and tests build from that.
//!
//! Publishers come in through `tidings_lambda::endpoint` and [`http`], and what runs by a [`schedule`] through `tidings_lambda::scheduled`. What happens is told to [`observe::Observe`], behind
//! which are [`log`] and [`metrics`].

// `cargo lambda build` sets it in every profile that does not say otherwise.
#[cfg(panic = "abort")]
compile_error!("a panic fails one record, and not its batch: set `panic = \"unwind\"` in the profile");

pub mod backfill;
pub mod claim_check;
pub mod clients;
pub mod commands;
pub mod effects;
pub mod environment;
pub mod event_store;
pub mod http;
pub mod idempotency;
pub mod lambda;
pub mod left_over;
pub mod log;
pub mod message;
pub mod metrics;
pub mod observe;
pub mod outbox;
pub mod personal;
pub mod projection;
pub mod queue;
pub mod relay;
pub mod request;
pub mod runtime;
pub mod schedule;
pub mod service;
pub mod transaction;
pub mod worker;

pub use environment::{ConfigError, TableNames};
pub use observe::{Handled, Observe};
pub use runtime::{HandleBatch, Handler, Run, Runtime};
pub use service::{
    ConsumerEntry, ConsumerFunction, EndpointFunction, ScheduledFunction, Service, Setting, System,
};
