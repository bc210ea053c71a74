//! Money: integer minor units and a currency, never a float.

pub use iso_currency::Currency;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Money {
    /// In the currency's minor unit (cents of EUR; JPY has none, so yen).
    pub amount: i64,
    /// ISO 4217.
    #[schemars(schema_with = "currency_schema")]
    pub currency: Currency,
}

/// The schema of the code of a [`Currency`]: each that is or was in ISO 4217, and nothing else is read.
pub fn currency_schema(_: &mut SchemaGenerator) -> Schema {
    let known: Vec<_> = codes(Currency::from_code).collect();
    json_schema!({ "type": "string", "enum": known, "examples": ["EUR"] })
}

/// The currency of this code, if it is one that is paid in: ISO 4217 has it in force, and it has a minor unit and is neither a fund's nor a unit of
/// account (`BOV`, `XDR`). What has happened in a currency that is no more stays readable: this is asked of what is new.
#[must_use]
pub fn currency_in_force(code: &str) -> Option<Currency> {
    let currency = Currency::from_code(code)?;
    let paid_in = !currency.is_fund() && !currency.is_special() && currency.exponent().is_some();
    // The table takes VES for superseded by VED; ISO 4217 (amendment 170) has both.
    let withdrawn = currency.is_superseded().is_some() && currency != Currency::VES;
    (paid_in && !withdrawn).then_some(currency)
}

/// The codes of the currencies that `find` knows, in the order of the alphabet.
fn codes(find: fn(&str) -> Option<Currency>) -> impl Iterator<Item = &'static str> {
    let letters = || b'A'..=b'Z';
    let codes = letters().flat_map(move |a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])));
    codes.filter_map(move |code| Some(find(std::str::from_utf8(&code).ok()?)?.code()))
}

/// The schema of the code of a currency that is in force.
pub fn currency_in_force_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": codes(currency_in_force).collect::<Vec<_>>(), "examples": ["EUR"] })
}

/// The sum or product is more than an amount can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the amount is too large")]
pub struct Overflow;

impl Money {
    /// So many times this amount.
    ///
    /// # Errors
    /// [`Overflow`].
    pub fn times(self, count: u32) -> Result<Self, Overflow> {
        let amount = self.amount.checked_mul(count.into()).ok_or(Overflow)?;
        Ok(Self { amount, ..self })
    }

    /// The sum of amounts in `currency`.
    ///
    /// # Errors
    /// [`Overflow`].
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = i64>) -> Result<Self, Overflow> {
        let amount = amounts
            .into_iter()
            .try_fold(0_i64, i64::checked_add)
            .ok_or(Overflow)?;
        Ok(Self { amount, currency })
    }
}

/// In major units, with as many decimals as the currency has: `45.98 EUR`, `500 JPY`.
impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = u32::from(self.currency.exponent().unwrap_or(0));
        let unit = 10_u64.pow(digits);
        let (sign, amount) = (if self.amount < 0 { "-" } else { "" }, self.amount.unsigned_abs());
        write!(f, "{sign}{}", amount / unit)?;
        if digits > 0 {
            write!(f, ".{:0width$}", amount % unit, width = digits as usize)?;
        }
        write!(f, " {}", self.currency.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(amount: i64, currency: Currency) -> Money {
        Money { amount, currency }
    }

    #[test]
    fn an_amount_is_shown_with_the_decimals_of_its_currency() {
        assert_eq!(money(4598, Currency::EUR).to_string(), "45.98 EUR");
        assert_eq!(money(5, Currency::EUR).to_string(), "0.05 EUR");
        assert_eq!(money(-1205, Currency::USD).to_string(), "-12.05 USD");
        assert_eq!(money(500, Currency::JPY).to_string(), "500 JPY");
        assert_eq!(money(1234, Currency::KWD).to_string(), "1.234 KWD");
        assert_eq!(
            money(i64::MIN, Currency::JPY).to_string(),
            "-9223372036854775808 JPY"
        );
    }

    #[test]
    fn what_does_not_fit_is_an_error_and_not_a_wrong_amount() {
        assert_eq!(money(i64::MAX, Currency::EUR).times(2), Err(Overflow));
        assert_eq!(Money::sum(Currency::EUR, [i64::MAX, 1]), Err(Overflow));
        assert_eq!(Money::sum(Currency::EUR, [1, 2]), Ok(money(3, Currency::EUR)));
    }

    #[test]
    fn a_currency_that_is_paid_in_is_one_that_iso_4217_has_in_force() {
        for code in [
            "EUR", "USD", "JPY", "KWD", "XCG", "SLE", "ZWG", "VED", "VES", "XOF", "CHF",
        ] {
            assert_eq!(
                currency_in_force(code).map(|currency| currency.code()),
                Some(code)
            );
        }
        // Replaced: Croatia 2023, Bulgaria 2026, Sierra Leone and Zimbabwe 2024, Cuba 2021, Curaçao 2025. Then funds, units, metals and no code.
        for code in [
            "HRK", "BGN", "SLL", "ZWL", "CUC", "ANG", "CHE", "BOV", "USN", "XDR", "XAU", "XAD", "XXX", "XTS",
            "eur", "EURO", "",
        ] {
            assert_eq!(currency_in_force(code), None, "{code}");
        }
        let codes: Vec<_> = codes(currency_in_force).collect();
        assert!(
            codes.is_sorted() && (140..=160).contains(&codes.len()),
            "{}",
            codes.len()
        );
        assert_eq!(
            serde_json::from_str::<Currency>(r#""HRK""#).unwrap(),
            Currency::HRK,
            "what was paid in kuna stays readable"
        );
    }

    #[test]
    fn an_unknown_currency_is_refused() {
        assert!(serde_json::from_str::<Money>(r#"{"amount":1,"currency":"EURO"}"#).is_err());
    }
}
