//! A deterministic simulator: the real consumer runtime and the real AWS SDK on the in-process bus and the embedded DynamoDB,
//! under virtual time, with everything that can go wrong going wrong by a seed.
//!
//! One seed is one [`run`]: events are published, some twice, some large, some of persons of whom one may be erased; queues shuffle and
//! repeat; workers with skewed clocks handle them, and crash at any await point; requests, and answers, to DynamoDB are lost, late (also the
//! last ones of who has died), throttled, or refused because they met a transaction; handlers fail, panic, hang and outlive their deadline, and their
//! provider is down for a while; dead-letter queues, reply queues, the store of large data and the key that wraps others are down; callers move
//! money between event-sourced aggregates, and ask again with the same key until they are answered; a read model follows; others send commands in
//! order, wait for answers, and send again; of these some can never be done, and some not before long, and an operator redrives their letters, mended or
//! in vain, or drops them; the relays of both tables die, and their streams shuffle and miss; dead letters are redriven
//! late. In the end, one event is withheld from a consumer. When nothing is in flight any more, the [`rule`]s must hold. The same seed gives the same run.
//!
//! What is real: `tidings-aws` as it is deployed, its expressions, the protocol. What is simulated: time, the network in front of the
//! database ([`network`]), SQS (the bus), and the lives of workers (`fleet`). Checkouts, which are a shop's own, go through the same network in
//! `tests/tests/it/crashes`.
//!
//! [`mutant`]s prove the proof: each breaks one rule, from outside, by changing what passes between the runtime and its surroundings;
//! the simulator must notice, by that rule.

mod campaign;
pub mod chance;
mod conflict;
pub mod consumers;
mod dispatch;
mod fleet;
mod invariants;
pub mod ledger;
mod line;
pub mod mutant;
pub mod network;
mod operator;
mod payers;
pub mod persons;
pub mod pouring;
pub mod rule;
pub mod shelf;
pub mod till;
pub mod time;
mod tracing;
mod unreliable;
pub mod world;

pub use campaign::{Campaign, Hunted, Until, campaign, hunt};
pub use chance::Odds;
pub use fleet::live;
pub use mutant::Mutant;
pub use rule::{Rule, Violation};
pub use world::{Plan, Report, run};
