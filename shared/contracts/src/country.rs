//! Countries.

use schemars::{Schema, SchemaGenerator, json_schema};

/// The codes that ISO 3166-1 (alpha-2) assigns to countries, as of 2024.
const ASSIGNED: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR \
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT \
    JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY \
    MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM \
    PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ \
    TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Whether this is the code of a country: two capital letters that ISO 3166-1 assigns.
#[must_use]
pub fn is_country(code: &str) -> bool {
    ASSIGNED.split(' ').any(|assigned| assigned == code)
}

/// The schema of the code of a country.
pub fn country_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": ASSIGNED.split(' ').collect::<Vec<_>>(), "examples": ["DE"] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_one_of_249_codes_of_two_capital_letters() {
        let codes: Vec<_> = ASSIGNED.split(' ').collect();
        assert_eq!(codes.len(), 249);
        assert!(codes.is_sorted_by(|one, next| one < next), "each once");
        assert!(codes.iter().all(|code| is_country(code)));
        for none in ["", "de", "DEU", "XX", "UK", "D", "AD AE", " "] {
            assert!(!is_country(none), "{none}");
        }
    }
}
