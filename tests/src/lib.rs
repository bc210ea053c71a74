//! What the tests share.
//!
//! - [`checkout`] is this checkout: its folders, and commands run in it.
//! - [`stack`] is the deployed system: at `AWS_ENDPOINT_URL`, or on an [`emulator`] that the test starts for
//!   itself and that [`at_end`] ends, whatever ends the test.
//! - [`orders`] places orders and publishes events; [`tap`] sees all that is published.
//! - [`quiet`] lets only some consumers listen.
//! - [`tables`] are the system's tables; [`records`], [`effects`] and [`dead_letters`] are what can be seen afterwards; [`once`] is
//!   what must be.
//! - [`conformance`] is what every transport must do, once, and the transports that must do it; [`localstack`] is the endpoint
//!   of one of them, on which [`provision`] makes what the catalogue says, and [`worker`] is `tidings worker` as a process.
//! - [`processes`] freezes and kills function processes, and [`kills`] kills them in the middle of their batches.
//! - [`faults`] are the calls of functions that the emulator let fail.
//! - [`watch`] is `cargo lambda watch` at work.
//! - [`python`] runs the official CloudEvents SDK.
//! - [`readme`] reads the README's recipe for a consumer.
//! - [`eventually`] waits.

pub mod ask;
pub mod at_end;
pub mod checkout;
pub mod conformance;
pub mod dead_letters;
pub mod effects;
pub mod emulator;
pub mod eventually;
pub mod faults;
pub mod kills;
pub mod localstack;
pub mod once;
pub mod orders;
pub mod processes;
pub mod provision;
pub mod python;
pub mod quiet;
pub mod readme;
pub mod records;
pub mod stack;
pub mod tables;
pub mod tap;
pub mod watch;
pub mod worker;

pub use eventually::eventually;
pub use stack::Stack;
