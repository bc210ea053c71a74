//! The tax that prices include.
//!
//! One rate for everything, from configuration: which rate a country and an article have is a service of its own, and not this one's.

use storefront_contracts::Money;
use thiserror::Error;
use tidings_core::catalogue::Parameter;

/// A rate of tax, in basis points: 2000 is 20 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxRate(u32);

/// What a price that includes tax is made of; both together are the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Included {
    /// Without the tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
}

/// That is no rate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("TAX_RATE is {0:?}; it must be a number of basis points from 0 to 10000, like 2000 for 20 %")]
pub struct NoRate(pub(crate) String);

/// An invoice says a rate that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the invoice's tax rate is {0}; it must be 0 to 10000 basis points")]
pub struct NoSuchRate(u32);

/// Basis points of the whole.
const WHOLE: u32 = 10_000;

impl TaxRate {
    /// 20 %.
    pub const DEFAULT: Self = Self(2_000);

    /// By which it is chosen when the function is deployed.
    pub const PARAMETER: Parameter = Parameter {
        name: "tax-rate",
        default: "2000",
        pattern: "[0-9]{1,4}|10000",
        summary: "The tax that prices include, in basis points: 2000 is 20 %",
    };

    /// The rate that the variable `TAX_RATE` names; [`DEFAULT`](Self::DEFAULT) where it is not set.
    ///
    /// # Errors
    /// When it is set to something else.
    pub fn from_environment() -> Result<Self, NoRate> {
        match std::env::var("TAX_RATE") {
            Ok(text) if !text.is_empty() => Self::parse(&text),
            _ => Ok(Self::DEFAULT),
        }
    }

    /// The rate that an invoice says.
    ///
    /// # Errors
    /// When it is more than the whole.
    pub fn said(basis_points: u32) -> Result<Self, NoSuchRate> {
        let within = basis_points <= WHOLE;
        within
            .then_some(Self(basis_points))
            .ok_or(NoSuchRate(basis_points))
    }

    /// As an invoice says it.
    #[must_use]
    pub fn basis_points(self) -> u32 {
        self.0
    }

    pub(crate) fn parse(text: &str) -> Result<Self, NoRate> {
        let points = text.parse().ok().filter(|points| *points <= WHOLE);
        points.map(Self).ok_or_else(|| NoRate(text.to_owned()))
    }

    /// How much of this price is tax. The net amount is rounded to the minor unit, a half away from zero, and the tax is the rest: so they
    /// add up, whatever the rate.
    #[must_use]
    pub fn included(self, price: Money) -> Included {
        let (whole, amount) = (i128::from(WHOLE), i128::from(price.amount));
        let with_tax = whole + i128::from(self.0);
        let half = with_tax / 2 * amount.signum();
        let net = (amount * whole + half) / with_tax;
        // Between nothing and the price, and so an amount.
        let net = i64::try_from(net).unwrap_or(price.amount);
        let money = |amount| Money { amount, ..price };
        Included {
            net: money(net),
            tax: money(price.amount - net),
        }
    }
}

/// `20 %`, `7.7 %`, `8.25 %`.
impl std::fmt::Display for TaxRate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (percent, rest) = (self.0 / 100, self.0 % 100);
        match rest {
            0 => write!(f, "{percent} %"),
            rest if rest % 10 == 0 => write!(f, "{percent}.{} %", rest / 10),
            rest => write!(f, "{percent}.{rest:02} %"),
        }
    }
}

#[cfg(test)]
mod tests {
    use storefront_contracts::Currency;

    use super::*;

    fn included(points: u32, amount: i64) -> (i64, i64) {
        let price = Money {
            amount,
            currency: Currency::EUR,
        };
        let Included { net, tax } = TaxRate(points).included(price);
        (net.amount, tax.amount)
    }

    #[test]
    fn the_tax_is_what_the_price_has_more_than_the_net_amount() {
        assert_eq!(included(2_000, 12_000), (10_000, 2_000));
        assert_eq!(included(1_900, 11_900), (10_000, 1_900));
        assert_eq!(included(0, 3_098), (3_098, 0));
        assert_eq!(included(10_000, 3), (2, 1), "a half is rounded away from zero");
        assert_eq!(included(10_000, -3), (-2, -1));
        assert_eq!(included(2_000, 3_098), (2_582, 516), "2581.67");
        assert_eq!(included(2_000, 1), (1, 0));
        assert_eq!(included(2_000, 0), (0, 0));
    }

    #[test]
    fn net_and_tax_are_the_price_and_the_net_amount_is_the_nearest_whatever_they_are() {
        let prices = (-2_000..2_000).chain([i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX]);
        for price in prices {
            for points in [0, 1, 550, 700, 825, 1_900, 2_000, 2_700, 9_999, 10_000] {
                let (net, tax) = included(points, price);
                assert_eq!(net + tax, price, "{points} of {price}");
                let with_tax = i128::from(WHOLE + points);
                let off = (i128::from(net) * with_tax - i128::from(price) * i128::from(WHOLE)).abs();
                assert!(
                    off * 2 <= with_tax,
                    "{points} of {price}: {net} is not the nearest"
                );
            }
        }
    }

    #[test]
    fn what_is_deployed_unless_another_is_chosen_is_the_default() {
        assert_eq!(TaxRate::parse(TaxRate::PARAMETER.default), Ok(TaxRate::DEFAULT));
        assert_eq!(TaxRate::PARAMETER.variable(), "TAX_RATE");
    }

    #[test]
    fn what_can_be_chosen_is_what_is_a_rate() {
        let pattern = regex_lite::Regex::new(&format!("^(?:{})$", TaxRate::PARAMETER.pattern)).unwrap();
        assert!(pattern.is_match(TaxRate::PARAMETER.default));
        let rates = (0..=10_001).map(|points: u32| points.to_string());
        let others = ["", "19%", "0.19", "-1", " 2000", "twenty", "99999", "0x10"];
        for text in rates.chain(others.map(ToOwned::to_owned)) {
            let rate = TaxRate::parse(&text);
            assert_eq!(pattern.is_match(&text), rate.is_ok(), "{text:?}: {rate:?}");
        }
    }

    #[test]
    fn a_rate_is_basis_points_and_shown_in_per_cent() {
        for (text, shown) in [
            ("2000", "20 %"),
            ("770", "7.7 %"),
            ("825", "8.25 %"),
            ("5", "0.05 %"),
            ("0", "0 %"),
        ] {
            assert_eq!(TaxRate::parse(text).unwrap().to_string(), shown);
        }
        for wrong in ["20%", "-1", "10001", "0.2", "twenty", " "] {
            assert_eq!(TaxRate::parse(wrong), Err(NoRate(wrong.into())));
        }
        assert_eq!(TaxRate::DEFAULT.to_string(), "20 %");
    }
}
