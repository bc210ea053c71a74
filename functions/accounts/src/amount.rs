//! An amount of money in a request's body: `{"amount": 1500, "currency": "EUR"}`, in minor units.

use serde::Deserialize;
use storefront_contracts::{Currency, Money};
use tidings_aws::http::{FieldError, Problem};

/// A body that is nothing but an amount.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    amount: i64,
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
