//! An amount of money in a request's body: `{"amount": 1500, "currency": "EUR"}`, in minor units.

use schemars::JsonSchema;
use serde::Deserialize;
use storefront_contracts::{Currency, Money, currency_schema};
use tidings_aws::http::{FieldError, Problem};

/// A body that is nothing but an amount.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// In the currency's minor unit (cents of EUR).
    #[schemars(range(min = 1))]
    amount: i64,
    /// ISO 4217.
    #[schemars(schema_with = "currency_schema")]
    currency: String,
}

impl Amount {
    /// # Errors
    /// When it is in no currency. Whether it is an amount to move, the account decides.
    pub fn money(&self) -> Result<Money, Problem> {
        Ok(Money {
            amount: self.amount,
            currency: currency(&self.currency)?,
        })
    }
}

/// The currency of this code.
///
/// # Errors
/// When there is none: XXX is "no currency", and precious metals have no minor unit.
pub fn currency(code: &str) -> Result<Currency, Problem> {
    let currency = Currency::from_code(code).filter(|currency| currency.exponent().is_some());
    let wrong = || FieldError::new("/currency", "must be an ISO 4217 code, like EUR");
    currency.ok_or_else(|| Problem::fields(vec![wrong()]))
}
