//! A process that dies at any await point of a checkout, of the relay or of the sweeper: state and event are never apart, and what is
//! committed is published, each aggregate's in order. Every point is tried, one after the other; nothing is left to chance. [`simulated`]
//! leaves everything to it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod checkout;
mod mortal;
mod publishing;
mod simulated;
mod world;
