//! An amount of money in a request's body: `{"amount": 1500, "currency": "EUR"}`, in minor units.

use schemars::JsonSchema;
use serde::Deserialize;
use storefront_contracts::{Currency, Money, currency_in_force, currency_in_force_schema};
use tidings_aws::http::{FieldError, LARGEST_WHOLE, Problem, whole};

/// A body that is nothing but an amount.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// In the currency's minor unit (cents of EUR).
    #[schemars(range(min = 1, max = LARGEST_WHOLE), example = 1500)]
    #[serde(deserialize_with = "whole")]
    amount: i64,
    /// ISO 4217.
    #[schemars(schema_with = "currency_in_force_schema")]
    currency: String,
}

impl Amount {
    /// # Errors
    /// When it is none, or in no currency.
    pub fn money(&self) -> Result<Money, Problem> {
        money(self.amount, &self.currency)
    }
}

/// So much of this currency, to be moved.
///
/// # Errors
/// It is nothing, or more than every reader of JSON reads as it is written; or nobody pays in the currency.
pub fn money(amount: i64, code: &str) -> Result<Money, Problem> {
    if !(1..=LARGEST_WHOLE).contains(&amount) {
        let detail = format!("must be 1 to {LARGEST_WHOLE}, in minor units");
        return Err(Problem::fields(vec![FieldError::new("/amount", detail)]));
    }
    Ok(Money {
        amount,
        currency: currency(code)?,
    })
}

/// The currency of this code.
///
/// # Errors
/// When nobody pays in it ([`currency_in_force`]).
pub fn currency(code: &str) -> Result<Currency, Problem> {
    let wrong = || FieldError::new("/currency", "must be an ISO 4217 code that is in force, like EUR");
    currency_in_force(code).ok_or_else(|| Problem::fields(vec![wrong()]))
}
