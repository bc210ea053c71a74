//! The deployed templates and the real binaries, from the request to the last effect.
//!
//! Each test starts an emulator for itself, unless `AWS_ENDPOINT_URL` names an endpoint where the system is deployed
//! (LocalStack, an emulator that runs already). What such an endpoint does not show is skipped, and said.

mod accounts;
mod commands;
mod drift;
mod exactly_once;
mod faults;
mod killed;
mod orders;
mod poison;
mod poisons;
mod storefront;
mod too_large;
