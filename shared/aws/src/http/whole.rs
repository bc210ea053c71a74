//! Whole numbers of callers.

use std::fmt;

use serde::{
    Deserializer,
    de::{Error, Unexpected, Visitor},
};

/// The largest whole number that every reader of JSON reads as it is written, 2^53 - 1 (RFC 7493, section 2.2).
pub const LARGEST_WHOLE: i64 = (1 << 53) - 1;

/// Reads a whole number. `2.0` is one, too, as it is for JSON Schema (validation, section 6.1.1: `integer` is any number without a fraction).
///
/// # Errors
/// It has a fraction, or is more than the type holds.
pub fn whole<'de, D: Deserializer<'de>>(number: D) -> Result<i64, D::Error> {
    number.deserialize_any(Whole)
}

struct Whole;

impl Visitor<'_> for Whole {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<i64, E> {
        Ok(number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<i64, E> {
        i64::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<i64, E> {
        // Beyond this, a fraction may have been lost.
        let exact = number.fract() == 0.0 && number.abs() <= LARGEST_WHOLE as f64;
        exact
            .then_some(number as i64)
            .ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Pieces(#[serde(deserialize_with = "whole")] i64);

    #[test]
    fn a_number_without_a_fraction_is_whole_however_it_is_written() {
        let read = |text: &str| {
            serde_json::from_str::<Pieces>(text)
                .map(|Pieces(pieces)| pieces)
                .ok()
        };
        for (text, number) in [
            ("2", Some(2)),
            ("-2", Some(-2)),
            ("2.0", Some(2)),
            ("2e3", Some(2000)),
            ("9007199254740991.0", Some(LARGEST_WHOLE)),
            ("9223372036854775807", Some(i64::MAX)),
            ("2.5", None),
            ("1e300", None),
            ("18446744073709551615", None),
            ("\"2\"", None),
            ("null", None),
            ("true", None),
        ] {
            assert_eq!(read(text), number, "{text}");
        }
    }
}
