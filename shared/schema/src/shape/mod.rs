//! What a schema admits, as a union of shapes of one type each. It is how the *writer's* schema is read: the union may be a little
//! wider than the schema (`not`, `if`, an overlap of `oneOf`), never narrower, so "the reader takes all of it" proves that it takes
//! all that is written. What it takes too little of is shown by a witness, which both real validators see.

mod expand;
mod node;
mod number;
mod object;
mod sample;

use std::{collections::BTreeSet, rc::Rc};

use serde_json::Value;

pub(crate) use node::{Arena, NodeId, Side};
pub(crate) use number::{Bound, NumberSet, Real};
pub(crate) use object::{Allowed, Key, ObjectSet};

/// Subschemas that all hold of one value. None of them: any value.
pub(crate) type Conjunction = BTreeSet<NodeId>;

/// What stands inside a value: what all of these admit, or one shape that was picked of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Child {
    /// What all of these schemas admit.
    All(Conjunction),
    /// One shape of it.
    One(Rc<Shape>),
}

/// Values of one type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    /// One value: null, a boolean, a member of an `enum`.
    Value(Literal),
    Number(NumberSet),
    Text(TextSet),
    Array(ArraySet),
    Object(ObjectSet),
}

/// A value, ordered by its text so that shapes can be keys.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Literal(pub(crate) Value);

impl Literal {
    /// A whole number is the same value however it is written (JSON Schema core, 4.2.2).
    pub(crate) fn of(value: &Value) -> Self {
        Self(match value {
            Value::Number(number) => Real::of(number).json().unwrap_or_else(|| value.clone()),
            Value::Array(values) => values.iter().map(|value| Self::of(value).0).collect(),
            Value::Object(map) => map
                .iter()
                .map(|(name, value)| (name.clone(), Self::of(value).0))
                .collect(),
            other => other.clone(),
        })
    }
}

impl Eq for Literal {}

impl PartialOrd for Literal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Literal {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.to_string().cmp(&other.0.to_string())
    }
}

/// Formats that the validator knows, with the fewest and most characters of each.
pub(crate) const FORMATS: [(&str, u64, Option<u64>); 19] = [
    ("date-time", 20, None),
    ("date", 10, Some(10)),
    ("time", 9, None),
    ("duration", 2, None),
    ("uuid", 36, Some(36)),
    ("email", 3, None),
    ("idn-email", 3, None),
    ("hostname", 1, Some(255)),
    ("idn-hostname", 1, None),
    ("ipv4", 7, Some(15)),
    ("ipv6", 2, Some(45)),
    ("uri", 2, None),
    ("iri", 2, None),
    ("uri-reference", 0, None),
    ("iri-reference", 0, None),
    ("uri-template", 0, None),
    ("json-pointer", 0, None),
    ("relative-json-pointer", 1, None),
    ("regex", 0, None),
];

/// Strings.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TextSet {
    /// Fewest characters.
    pub(crate) min: u64,
    /// Most characters.
    pub(crate) max: Option<u64>,
    pub(crate) patterns: BTreeSet<String>,
    pub(crate) formats: BTreeSet<String>,
    /// `contentEncoding` and `contentMediaType`, as `keyword=value`.
    pub(crate) contents: BTreeSet<String>,
}

/// Arrays.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ArraySet {
    pub(crate) min: u64,
    pub(crate) max: Option<u64>,
    pub(crate) unique: bool,
    /// The schemas whose `prefixItems`, `items` and `contains` hold of it.
    pub(crate) groups: Conjunction,
}

impl Shape {
    /// The JSON type, where integers are numbers.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Value(value) => match value.0 {
                Value::Null => "null",
                Value::Bool(_) => "boolean",
                Value::Number(_) => "number",
                Value::String(_) => "string",
                Value::Array(_) => "array",
                Value::Object(_) => "object",
            },
            Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }
}

impl TextSet {
    /// No string of it is shorter.
    pub(crate) fn shortest(&self) -> u64 {
        let formats = FORMATS.iter().filter(|format| self.formats.contains(format.0));
        formats.map(|format| format.1).max().unwrap_or(0).max(self.min)
    }

    pub(crate) fn meet(&self, other: &Self) -> Self {
        Self {
            min: self.min.max(other.min),
            max: lower(self.max, other.max),
            patterns: self.patterns.union(&other.patterns).cloned().collect(),
            formats: self.formats.union(&other.formats).cloned().collect(),
            contents: self.contents.union(&other.contents).cloned().collect(),
        }
    }
}

impl ArraySet {
    pub(crate) fn meet(&self, other: &Self) -> Self {
        Self {
            min: self.min.max(other.min),
            max: lower(self.max, other.max),
            unique: self.unique || other.unique,
            groups: self.groups.union(&other.groups).copied().collect(),
        }
    }

    /// What stands at this place.
    pub(crate) fn item(&self, arena: &Arena, index: usize) -> Child {
        let mut all = Conjunction::new();
        for group in &self.groups {
            let prefix = arena.array(*group, "prefixItems").len();
            let at = match index < prefix {
                true => arena.child(*group, &["prefixItems", &index.to_string()]),
                false => arena.child(*group, &["items"]),
            };
            all.extend(at);
        }
        Child::All(all)
    }

    /// From this place on, all are described alike.
    pub(crate) fn tail(&self, arena: &Arena) -> usize {
        let lengths = self
            .groups
            .iter()
            .map(|group| arena.array(*group, "prefixItems").len());
        lengths.max().unwrap_or(0)
    }

    /// The `contains` that hold of it: of which items, and how many at least.
    pub(crate) fn contains(&self, arena: &Arena) -> Vec<(NodeId, u64)> {
        let contains = |group: &NodeId| {
            let node = arena.child(*group, &["contains"])?;
            Some((node, arena.count(*group, "minContains").unwrap_or(1)))
        };
        self.groups.iter().filter_map(contains).collect()
    }
}

/// The lower of two upper bounds, of which none is no bound.
pub(crate) fn lower(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
