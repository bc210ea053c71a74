//! A deterministic simulator: the real consumer runtime and the real AWS SDK on the in-process bus and the embedded DynamoDB,
//! under virtual time, with everything that can go wrong going wrong by a seed.
//!
//! One seed is one [`run`]: events are published, some twice; queues shuffle and repeat; workers with skewed clocks
//! handle them, and crash at any await point; requests, and answers, to DynamoDB are lost or throttled; handlers
//! fail, panic, hang and outlive their deadline, and their provider is down for a while; dead-letter queues are
//! down; callers move money between event-sourced aggregates, and ask again with the same key until they are answered; the
//! relays of both tables die, and their streams shuffle and miss; dead letters are redriven late. When nothing is in flight any more, the `invariants` must hold. The same seed
//! gives the same run.
//!
//! What is real: `tidings-aws` as it is deployed, its expressions, the protocol. What is simulated: time, the network in front of the
//! database ([`network`]), SQS (the bus), and the lives of workers (`fleet`).
//!
//! [`mutant`]s prove the proof: each breaks one rule of the protocol, from outside, by changing what passes between the runtime and
//! its surroundings; the simulator must notice.

mod campaign;
pub mod chance;
pub mod consumers;
mod dispatch;
mod fleet;
mod invariants;
pub mod ledger;
pub mod mutant;
pub mod network;
mod payers;
pub mod till;
pub mod time;
pub mod world;

pub use campaign::{Campaign, Until, campaign};
pub use chance::Odds;
pub use mutant::Mutant;
pub use world::{Plan, Report, run};
