//! `tidings catalog cost`: what a million of something costs, with everything that it sets off.
//!
//! Calls and units follow from `docs/guarantees.md`; [`units`] has them, each with the sentence that it
//! comes from. [`walk`] adds them up along the events, and [`prices`] makes money of them.

mod prices;
mod text;
mod units;
mod walk;

use std::collections::BTreeMap;

use serde::Serialize;

pub use prices::{Prices, UnreadablePrices};
pub use units::Units;

/// What is not known from the catalogue, and is assumed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Assumptions {
    /// The size of an event, a command and an item, in KB of 1,024 bytes.
    pub payload_kb: f64,
    /// How long a call of a function takes, in milliseconds.
    pub ms: f64,
    /// Messages that a consumer gets a call, on average. 1 is the dearest.
    pub batch: f64,
    /// Entries that a relay gets a call, on average.
    pub relay_batch: f64,
    /// How often an event is stated where a function can state it, from 0 to 1; 1 where it is not named.
    pub share: BTreeMap<String, f64>,
}

impl Default for Assumptions {
    /// Each function is called for one message and takes 50 ms, and each event that can be stated is.
    fn default() -> Self {
        Self {
            payload_kb: 1.0,
            ms: 50.0,
            batch: 1.0,
            relay_batch: 1.0,
            share: BTreeMap::new(),
        }
    }
}

/// What it costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// Of what.
    pub of: String,
    /// For how many of it: everything is for so many.
    pub count: f64,
    /// What it sets off, in the order of causes.
    pub steps: Vec<Step>,
    /// All of them together.
    pub total: Priced,
    /// What was assumed.
    pub assumptions: Assumptions,
    /// The currency, and the region whose prices they are.
    pub currency: String,
    /// The region.
    pub region: String,
    /// What was left out, because it causes itself or nothing is known of it.
    pub cut: Vec<String>,
}

/// A part of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// How many causes lie before it.
    pub depth: usize,
    /// What it is: `event order.placed`, `create-invoice (transactional)`.
    pub name: String,
    /// What it takes.
    #[serde(flatten)]
    pub priced: Priced,
}

/// Units and money.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Priced {
    /// Calls and units.
    #[serde(flatten)]
    pub units: Units,
    /// What they cost.
    pub price: f64,
}

/// The count that a cost is for.
const MILLION: f64 = 1_000_000.0;

#[cfg(test)]
mod tests;
