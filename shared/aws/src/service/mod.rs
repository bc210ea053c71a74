//! What a system consists of, wired once: a function says what it declares and how it is made of its [`Setting`], a [`Service`] lists
//! its functions, and a [`System`] its services. Lambda, the local run, workers and tests all build from that.
//!
//! A `main` names one function, so a binary links what that function needs: clients of AWS that it does not declare ([`adapters`])
//! and the other functions of its service are not in it.

mod adapters;
mod consumer;
mod endpoint;
mod make;
mod parts;
mod projection;
mod scheduled;
mod setting;
mod system;

pub use adapters::{Adapters, ClaimCheckIn, KeyWrapBy};
pub use consumer::{ConsumerEntry, ConsumerFunction};
pub use endpoint::{EndpointFunction, ErasedEndpoint};
pub use parts::{EndpointEntry, Relay, Service, Snapshots};
pub use projection::{ReadModel, Rebuild, Writes};
pub use scheduled::{RunOnce, ScheduledEntry, ScheduledFunction};
pub use setting::Setting;
pub use system::System;

/// Why a function cannot be made: its environment lacks something, or says something that is wrong.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
