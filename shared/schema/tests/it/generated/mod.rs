//! Pairs of types that evolve by each kind of change, over all that schemars writes: the verdict equals brute force over values.
//!
//! "Compatible" holds when none of the values that brute force makes is written and not read; "incompatible" when one is, or when the
//! gate's own witness is. What is written and what is read is said by schemas that this test makes of the types by itself.

mod edges;
mod evolve;
mod schema;
mod schemars_writes;
mod strategy;
mod types;
mod values;

use std::{cell::RefCell, collections::BTreeMap};

use jsonschema::Validator;
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner},
};
use serde_json::Value;
use tidings_schema::{ContentModel, Direction, Finding, Verdict, dialect::modern, reads};

use crate::confirm::confirm;
use evolve::{CHANGES, Change, evolved};
use schema::Form;
use strategy::any_type;
use types::Type;
use values::Values;

/// Pairs a quarter; both directions and both content models of each are asked. More of them: `TIDINGS_PAIRS=100000`.
const PAIRS: u64 = 250;

/// What was compared.
#[derive(Default)]
struct Counts {
    compatible: u64,
    incompatible: u64,
    /// Incompatible ones that brute force shows without the gate's witness.
    shown: u64,
    kinds: BTreeMap<String, (u64, u64)>,
}

/// A validator as of the gate, but not by it: numbers' formats as bounds, formats of strings asserted.
fn validator(schema: &Value) -> Validator {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&modern(schema))
        .unwrap()
}

/// One direction of a pair, by one content model.
struct Asked<'a> {
    kind: Change,
    old: &'a Type,
    new: &'a Type,
    direction: Direction,
    content: ContentModel,
}

impl Asked<'_> {
    fn hold(&self, counts: &RefCell<Counts>) -> Result<(), TestCaseError> {
        let (reader, writer) = match self.direction {
            Direction::Backward => (self.new, self.old),
            Direction::Forward => (self.old, self.new),
        };
        let [old, new] = [self.old, self.new].map(|kind| kind.schema(Form::Given));
        let given = match self.direction {
            Direction::Backward => (&new, &old),
            Direction::Forward => (&old, &new),
        };
        let findings = reads(given.0, given.1, self.direction, self.content);
        confirm(&old, &new, &findings);
        let (written, read) = match self.content {
            ContentModel::Strict => (Form::Given, Form::Given),
            ContentModel::Lenient => (Form::Written, Form::Read),
        };
        let (writes, takes) = (
            validator(&writer.schema(written)),
            validator(&reader.schema(read)),
        );
        let breaks = |value: &Value| writes.is_valid(value) && !takes.is_valid(value);
        let values = Values::new(writer, reader, written, read).of(writer);
        let shown = values.into_iter().find(|value| breaks(value));
        let witnessed = findings
            .iter()
            .filter_map(|finding| finding.witness.as_ref())
            .any(breaks);
        let expected = match shown.is_some() || witnessed {
            true => Verdict::Incompatible,
            false => Verdict::Compatible,
        };
        let told = findings
            .iter()
            .map(Finding::verdict)
            .max()
            .unwrap_or(Verdict::Compatible);
        prop_assert_eq!(
            told,
            expected,
            "{:?} {} {}\nold {}\nnew {}\nbrute force {:?}\nfindings {:#?}",
            self.kind,
            self.direction,
            self.content,
            old,
            new,
            shown,
            findings
        );
        let mut counts = counts.borrow_mut();
        counts.shown += u64::from(shown.is_some());
        let kind = counts.kinds.entry(format!("{:?}", self.kind)).or_default();
        match expected {
            Verdict::Compatible => kind.0 += 1,
            _ => kind.1 += 1,
        }
        match expected {
            Verdict::Compatible => counts.compatible += 1,
            _ => counts.incompatible += 1,
        }
        Ok(())
    }
}

/// The pair of a seed; a failing one is made smaller, and the error says how to run it again.
fn pair(seed: u64, counts: &RefCell<Counts>) {
    let config = Config {
        cases: 1,
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let evolving = (any_type(), 0..CHANGES.len(), any::<prop::sample::Index>());
    let ran = runner.run(&evolving, |(old, kind, place)| {
        // The next kind that the type has a place for; there is always one.
        let kinds = CHANGES.iter().cycle().skip(kind).take(CHANGES.len());
        let evolved = |kind: &Change| Some((*kind, evolved(&old, *kind, place)?));
        let (kind, new) = kinds.filter_map(evolved).next().unwrap();
        for direction in [Direction::Backward, Direction::Forward] {
            for content in [ContentModel::Strict, ContentModel::Lenient] {
                let (old, new) = (&old, &new);
                Asked {
                    kind,
                    old,
                    new,
                    direction,
                    content,
                }
                .hold(counts)?;
            }
        }
        Ok(())
    });
    if let Err(error) = ran {
        panic!("{error}\nagain: TIDINGS_PAIR={seed} cargo test -p tidings-schema --test it generated::again");
    }
}

/// A quarter of the pairs, so that the quarters run beside each other.
fn quarter(quarter: u64) {
    let pairs = std::env::var("TIDINGS_PAIRS").map_or(PAIRS, |pairs| pairs.parse().unwrap());
    let counts = RefCell::default();
    (0..pairs).for_each(|index| pair(index * 4 + quarter, &counts));
    let counts = counts.into_inner();
    println!(
        "quarter {quarter}: {} verdicts compared and decided: {} compatible, {} incompatible, of which brute force alone shows {}; \
         by kind of change (compatible, incompatible): {:?}",
        counts.compatible + counts.incompatible,
        counts.compatible,
        counts.incompatible,
        counts.shown,
        counts.kinds
    );
    assert!(
        pairs < PAIRS || counts.kinds.len() * 10 >= CHANGES.len() * 9,
        "only {} kinds of {} were met",
        counts.kinds.len(),
        CHANGES.len()
    );
    // A brute force that finds little would call everything compatible.
    assert!(
        counts.shown * 100 >= counts.incompatible * 95,
        "brute force shows too few"
    );
}

#[test]
fn the_verdict_equals_brute_force_in_the_first_quarter() {
    quarter(0);
}

#[test]
fn the_verdict_equals_brute_force_in_the_second_quarter() {
    quarter(1);
}

#[test]
fn the_verdict_equals_brute_force_in_the_third_quarter() {
    quarter(2);
}

#[test]
fn the_verdict_equals_brute_force_in_the_fourth_quarter() {
    quarter(3);
}

/// One pair again, by its seed: `TIDINGS_PAIR`. Without one, the first.
#[test]
fn again() {
    let seed = std::env::var("TIDINGS_PAIR").map_or(0, |seed| seed.parse().unwrap());
    pair(seed, &RefCell::default());
}
