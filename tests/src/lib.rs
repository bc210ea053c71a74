//! What the tests share.
//!
//! - [`checkout`] is this checkout: its folders, and commands run in it.
//! - [`contracts`] lists the storefront's event types.
//! - [`stack`] is the deployed system: at `AWS_ENDPOINT_URL`, or on an [`emulator`] that the test starts for
//!   itself and that [`at_end`] ends, whatever ends the test.
//! - [`orders`] places orders and publishes events; [`tap`] sees all that is published.
//! - [`records`], [`effects`] and [`dead_letters`] are what can be seen afterwards; [`once`] is what must be.
//! - [`processes`] freezes and kills function processes, and [`kills`] kills them in the middle of their batches.
//! - [`faults`] are the calls of functions that the emulator let fail.
//! - [`watch`] is `cargo lambda watch` at work.
//! - [`python`] runs the official CloudEvents SDK.
//! - [`readme`] reads the README's recipe for a consumer.
//! - [`eventually`] waits.

pub mod at_end;
pub mod checkout;
pub mod contracts;
pub mod dead_letters;
pub mod effects;
pub mod emulator;
pub mod eventually;
pub mod faults;
pub mod kills;
pub mod once;
pub mod orders;
pub mod processes;
pub mod python;
pub mod readme;
pub mod records;
pub mod stack;
pub mod tap;
pub mod watch;

pub use eventually::eventually;
pub use stack::Stack;
