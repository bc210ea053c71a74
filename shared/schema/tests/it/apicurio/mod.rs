//! The 145 cases of Apicurio Registry, both directions.

use serde_json::Value;
use tidings_schema::{ContentModel, Direction, Verdict};

use crate::confirm::verdict;

/// Cases in which Apicurio's verdict is another one, and why.
const DISPUTED: &[(&str, &[Direction], &str)] = &[
    ("String: pattern 1", &[Direction::Forward], UNANCHORED),
    ("String: pattern 2", BOTH, UNANCHORED),
    ("Conditional: if", BOTH, UNANCHORED),
    ("Conditional: then", &[Direction::Forward], UNANCHORED),
    ("Conditional: else", &[Direction::Forward], UNANCHORED),
    (
        "Const",
        BOTH,
        "a constant that is no string, of type string: neither schema takes anything, so nothing is written that is not read",
    ),
    (
        "Complex: anyOf 1",
        &[Direction::Forward],
        "maxLength says nothing of what is no string (JSON Schema validation, 6.3.1): both take everything",
    ),
    (
        "Complex: oneOf 1",
        BOTH,
        "oneOf wants exactly one: a string of seven is taken by both new alternatives, so by neither; what is new, the old one took",
    ),
    (
        "Complex: oneOf 3",
        &[Direction::Backward],
        "oneOf wants exactly one: a short string is taken by the new alternative as well, so by neither",
    ),
];

const BOTH: &[Direction] = &[Direction::Backward, Direction::Forward];
const UNANCHORED: &str = "`[a-z]*` and `[A-Z]*` are not anchored and match the empty string (JSON Schema validation, 6.3.3), so each matches every string";

#[test]
fn published_verdicts_are_met_or_disputed_with_an_argument() {
    let cases: Value = serde_json::from_str(include_str!("compatibility-cases.json")).unwrap();
    let cases = cases["tests"].as_array().unwrap();
    let (mut agree, mut undecided, mut differ) = (0, Vec::new(), Vec::new());
    for case in cases {
        for direction in [Direction::Backward, Direction::Forward] {
            let published = match (case["compatibility"].as_str().unwrap(), direction) {
                ("both", _) | ("backward", Direction::Backward) => Verdict::Compatible,
                _ => Verdict::Incompatible,
            };
            let told = verdict(
                &case["original"],
                &case["updated"],
                direction,
                ContentModel::Strict,
            );
            let id = case["id"].as_str().unwrap();
            match told {
                told if told == published => agree += 1,
                Verdict::Unknown => undecided.push((id, direction)),
                _ => differ.push((id, direction)),
            }
        }
    }
    let verdicts = 2 * cases.len();
    println!(
        "{verdicts} verdicts: {agree} agree, {} undecided, {} disputed",
        undecided.len(),
        differ.len()
    );
    assert_eq!(cases.len(), 145);
    assert!(
        undecided.len() * 100 <= verdicts * 2,
        "98 % are decided: {undecided:?}"
    );
    let disputed: Vec<(&str, Direction)> = DISPUTED
        .iter()
        .flat_map(|(id, directions, _)| directions.iter().map(|direction| (*id, *direction)))
        .collect();
    let (mut differ, mut argued) = (differ, disputed);
    differ.sort_unstable();
    argued.sort_unstable();
    assert_eq!(
        differ, argued,
        "every other verdict than the published one has its argument, and no argument is left over"
    );
}
