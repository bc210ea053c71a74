//! How Stripe counts money. Mostly in the currency's minor unit of ISO 4217, as we do; here is where not (Stripe: currencies, "Minor units in
//! API amounts", "Special cases").

/// A currency that Stripe counts otherwise than ISO 4217.
enum Special {
    /// Has a minor unit no longer, and is still counted in hundredths.
    Hundredths,
    /// Has a minor unit, and is counted in whole ones.
    Whole,
    /// Has thousandths, of which the last digit has to be 0.
    Tens,
}

/// The amount as Stripe takes it.
///
/// # Errors
/// For an amount that Stripe cannot charge, with Stripe's code for that (Stripe: error codes): it would have to be another one, and which is
/// not for us to say.
pub(super) fn for_stripe(amount: i64, currency: &str) -> Result<i64, &'static str> {
    if amount <= 0 {
        return Err("amount_too_small");
    }
    match special(currency) {
        None => Ok(amount),
        Some(Special::Hundredths) => amount.checked_mul(100).ok_or("amount_too_large"),
        Some(Special::Whole) if amount % 100 == 0 => Ok(amount / 100),
        Some(Special::Tens) if amount % 10 == 0 => Ok(amount),
        // Not a whole one; the last of its three decimals is not 0.
        Some(Special::Whole | Special::Tens) => Err("invalid_charge_amount"),
    }
}

fn special(currency: &str) -> Option<Special> {
    match currency.to_ascii_uppercase().as_str() {
        "ISK" | "UGX" => Some(Special::Hundredths),
        "MGA" => Some(Special::Whole),
        "BHD" | "JOD" | "KWD" | "OMR" | "TND" => Some(Special::Tens),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_counted_as_stripe_counts_the_currency() {
        for (amount, currency, taken) in [
            (1000, "EUR", 1000),
            (1000, "usd", 1000),
            (500, "JPY", 500),
            (500, "KRW", 500),
            // Two decimals at Stripe, none in ISO 4217: 5 krónur are 500.
            (5, "ISK", 500),
            (5, "UGX", 500),
            // None at Stripe, two in ISO 4217: 5 ariary.
            (500, "MGA", 5),
            (5120, "KWD", 5120),
        ] {
            assert_eq!(for_stripe(amount, currency), Ok(taken), "{currency}");
        }
    }

    #[test]
    fn an_amount_that_stripe_cannot_charge_is_not_rounded() {
        for (amount, currency, why) in [
            (5124, "KWD", "invalid_charge_amount"),
            (550, "MGA", "invalid_charge_amount"),
            (0, "EUR", "amount_too_small"),
            (-1, "EUR", "amount_too_small"),
            (i64::MAX, "ISK", "amount_too_large"),
        ] {
            assert_eq!(for_stripe(amount, currency), Err(why), "{amount} {currency}");
        }
    }
}
