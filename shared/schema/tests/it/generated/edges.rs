//! What is interesting about a pair of types: the edges of its numbers and lengths, its names, strings that a part may take or refuse.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::types::{Field, Type};

/// Arrays and objects are made up to this length.
const LONGEST: u64 = 7;

/// A string for each pattern and format, and one that nearly is.
const STRINGS: [&str; 22] = [
    "a",
    "",
    "ab",
    "abc",
    "AB",
    "ord-",
    "ord-12",
    "ord-12ab",
    "new",
    "é",
    "7",
    "?",
    "red",
    "a@b",
    "2026-01-15T10:00:00Z",
    "2026-01-15",
    "0b6ad0c8-2f5e-4c1b-9a55-3d1f6f0c7a11",
    "a@example.com",
    "192.0.2.1",
    "https://example.com/",
    "a:",
    "1.1.1.1",
];

pub struct Edges {
    numbers: BTreeSet<i128>,
    lengths: BTreeSet<u64>,
    strings: BTreeSet<String>,
    names: BTreeSet<String>,
}

impl Edges {
    pub fn of(types: [&Type; 2]) -> Self {
        let mut edges = Self {
            numbers: BTreeSet::from([0, 1, -1, 7]),
            lengths: BTreeSet::from([0, 1, 2, 3]),
            strings: STRINGS.map(ToOwned::to_owned).into(),
            names: BTreeSet::new(),
        };
        types
            .iter()
            .for_each(|kind| kind.each(&mut |part| edges.gather(part)));
        edges
    }

    pub fn names(&self) -> impl Iterator<Item = String> {
        self.names.iter().cloned()
    }

    pub fn lengths(&self) -> impl Iterator<Item = u64> {
        self.lengths.iter().copied().filter(|length| *length <= LONGEST)
    }

    pub fn integers(&self) -> impl Iterator<Item = Value> {
        self.numbers
            .iter()
            .filter_map(|number| match i64::try_from(*number) {
                Ok(number) => Some(json!(number)),
                Err(_) => u64::try_from(*number).ok().map(|number| json!(number)),
            })
    }

    pub fn fractions(&self) -> impl Iterator<Item = Value> {
        let each = self.numbers.iter().map(|number| *number as f64);
        each.flat_map(|number| [json!(number + 0.5), json!(number - 0.01), json!(number)])
    }

    pub fn strings(&self) -> impl Iterator<Item = Value> {
        let runs = self
            .lengths
            .iter()
            .map(|length| json!("x".repeat(*length as usize)));
        self.strings.iter().map(|text| json!(text)).chain(runs)
    }

    fn gather(&mut self, part: &Type) {
        let mut named = |fields: &[Field]| self.names.extend(fields.iter().map(|field| field.name.clone()));
        match part {
            Type::Integer(format, min, max) => {
                let range = range(format);
                let own = [min, max].into_iter().flatten().map(|edge| i128::from(*edge));
                let all = own.chain([range.0, range.1]);
                self.numbers
                    .extend(all.flat_map(|edge| [edge - 1, edge, edge + 1]));
            }
            Type::Float(min, max) => {
                let own = [min, max].into_iter().flatten().map(|edge| i128::from(*edge));
                self.numbers
                    .extend(own.flat_map(|edge| [edge - 1, edge, edge + 1]));
            }
            Type::Text(min, max) | Type::Array(_, min, max, _) => {
                let max = max.unwrap_or(0);
                self.lengths.extend([*min, min + 1, max, max + 1]);
            }
            Type::Refined(_, most) => self.lengths.extend([*most, most + 1, most + 2]),
            Type::UnitVariants(names, _) => self.strings.extend(names.clone()),
            Type::External(names, variants) => {
                self.strings.extend(names.clone());
                self.names
                    .extend(variants.iter().map(|variant| variant.0.clone()));
            }
            Type::Const(value) => drop(self.strings.insert(value.clone())),
            Type::Struct { fields, .. } | Type::Recursive(fields) | Type::Rest(fields, _) => named(fields),
            Type::Internal(variants) => variants.iter().for_each(|variant| named(&variant.1)),
            Type::Flattened(fields, variants) => {
                named(fields);
                variants.iter().for_each(|variant| named(&variant.1));
            }
            Type::Adjacent(_) => self.names.extend(["t".to_owned(), "c".to_owned()]),
            Type::Any | Type::Unit | Type::Bool | Type::NonZero | Type::Pattern(_) | Type::Format(_) => {}
            Type::Option(_) | Type::Tuple(_) | Type::Map(_) | Type::Numbered(_) | Type::Untagged(_) => {}
        }
    }
}

fn range(format: &str) -> (i128, i128) {
    match format {
        "uint8" => (0, u8::MAX.into()),
        "uint32" => (0, u32::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" => (i64::MIN.into(), i64::MAX.into()),
        _ => (0, u64::MAX.into()),
    }
}

/// A value of each type, some of them with something inside.
pub fn anything() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(0.5),
        json!("?"),
        json!([]),
        json!({}),
        json!([0, 0]),
        json!(["a"]),
        json!({ "a": 0 }),
        json!({ "a": null, "b": true, "c": "", "kind": "red" }),
    ]
}
