//! `quote-shipping`: the command that asks what shipping costs, and its answer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidings_core::Command;

use crate::Money;

/// `quote-shipping`: says what it costs to ship a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuoteShipping {
    /// The quote, named by who asks.
    pub quote_id: String,
    /// Where to: ISO 3166-1 alpha-2.
    pub country: String,
    /// What the parcel weighs, in grams.
    pub weight_grams: u32,
}

impl Command for QuoteShipping {
    const TYPE: &'static str = "quote-shipping";
    const AGGREGATE: &'static str = "shipping-quote";
    const MAY_BE_LARGE: bool = false;
    type Answer = ShippingQuote;

    fn aggregate_id(&self) -> &str {
        &self.quote_id
    }
}

/// What shipping costs, or why there is no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum ShippingQuote {
    /// It costs this much.
    Quoted {
        /// The price.
        price: Money,
    },
    /// It is not shipped.
    Refused {
        /// Why.
        reason: ShippingRefusal,
    },
}

/// Why a parcel is not shipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ShippingRefusal {
    /// The country is none that is shipped to.
    CountryNotServed,
    /// It weighs nothing.
    NoWeight,
    /// It is too heavy.
    TooHeavy,
}
