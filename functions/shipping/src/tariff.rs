//! The tariff: what a parcel costs, by where it goes and what it weighs.

use schemars::{Schema, SchemaGenerator, json_schema};
use storefront_contracts::{Currency, Money, ShippingRefusal};

/// A step of the tariff: up to so many grams, for so many cents in each zone.
struct Step {
    grams: u32,
    cents: [i64; 3],
}

/// Where parcels go.
#[derive(Clone, Copy)]
enum Zone {
    Home,
    Union,
    World,
}

const STEPS: [Step; 4] = [
    Step {
        grams: 2_000,
        cents: [549, 1_449, 2_049],
    },
    Step {
        grams: 5_000,
        cents: [699, 1_649, 3_799],
    },
    Step {
        grams: 10_000,
        cents: [1_049, 2_149, 5_599],
    },
    Step {
        grams: 31_500,
        cents: [1_999, 3_299, 8_999],
    },
];

/// The member states of the European Union besides the home country, as ISO 3166-1 alpha-2 names them.
const UNION: [&str; 26] = [
    "AT", "BE", "BG", "CY", "CZ", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
    "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];
const WORLD: [&str; 8] = ["AU", "CA", "CH", "GB", "JP", "NO", "NZ", "US"];

/// The heaviest parcel that is shipped, in grams.
pub const HEAVIEST: u32 = STEPS[STEPS.len() - 1].grams;

/// The schema of the code of a country that is shipped to.
pub fn served_schema(_: &mut SchemaGenerator) -> Schema {
    let served: Vec<_> = ["DE"].into_iter().chain(UNION).chain(WORLD).collect();
    json_schema!({ "type": "string", "enum": served, "examples": ["FR"] })
}

/// What a parcel costs.
///
/// # Errors
/// Why it is not shipped.
pub fn price(country: &str, grams: u32) -> Result<Money, ShippingRefusal> {
    let zone = zone(country).ok_or(ShippingRefusal::CountryNotServed)?;
    if grams == 0 {
        return Err(ShippingRefusal::NoWeight);
    }
    let step = STEPS.iter().find(|step| grams <= step.grams);
    let step = step.ok_or(ShippingRefusal::TooHeavy)?;
    Ok(Money {
        amount: step.cents[zone as usize],
        currency: Currency::EUR,
    })
}

fn zone(country: &str) -> Option<Zone> {
    match country {
        "DE" => Some(Zone::Home),
        union if UNION.contains(&union) => Some(Zone::Union),
        world if WORLD.contains(&world) => Some(Zone::World),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(country: &str, grams: u32) -> Result<i64, ShippingRefusal> {
        price(country, grams).map(|price| price.amount)
    }

    #[test]
    fn a_parcel_costs_what_its_zone_and_its_step_say_up_to_the_last_gram() {
        assert_eq!(cents("DE", 1), Ok(549));
        assert_eq!(cents("DE", 2_000), Ok(549));
        assert_eq!(cents("DE", 2_001), Ok(699));
        assert_eq!(cents("FR", 10_000), Ok(2_149));
        assert_eq!(cents("US", 31_500), Ok(8_999));
    }

    #[test]
    fn a_heavier_parcel_and_a_farther_country_never_cost_less() {
        for steps in STEPS.windows(2) {
            assert!(steps[0].grams < steps[1].grams);
            assert!(
                steps[0]
                    .cents
                    .iter()
                    .zip(steps[1].cents)
                    .all(|(light, heavy)| *light < heavy)
            );
        }
        assert!(STEPS.iter().all(|step| step.cents.is_sorted()));
    }

    #[test]
    fn what_is_not_shipped_is_told_by_its_reason() {
        assert_eq!(cents("DE", 0), Err(ShippingRefusal::NoWeight));
        assert_eq!(cents("DE", 31_501), Err(ShippingRefusal::TooHeavy));
        for nowhere in ["XX", "de", "", "Germany"] {
            assert_eq!(cents(nowhere, 500), Err(ShippingRefusal::CountryNotServed));
        }
    }
}
