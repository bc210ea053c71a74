//! Types, listed values, numbers and strings.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Obstacle, Obstacles, Question, obstacle};
use crate::{
    kind::{Kind, Limit},
    patterns::{self, Found},
    shape::{FORMATS, NodeId, NumberSet, Real, Shape, TextSet},
};

/// What every string of a format matches.
const IMPLIED: [(&str, &str); 3] = [
    ("date", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    (
        "uuid",
        "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
    ),
    ("ipv4", "^[0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}$"),
];

impl Question<'_> {
    /// `type`.
    pub(super) fn typed(&self, shape: &Shape, reader: NodeId, keywords: &Map<String, Value>) -> Obstacles {
        let taken: Vec<&str> = match keywords.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
            _ => return Obstacles::new(),
        };
        let whole = match shape {
            Shape::Number(number) => number.integer || is_whole_by_divisor(number),
            _ => false,
        };
        if taken.contains(&shape.kind()) || (whole && taken.contains(&"integer")) {
            return Obstacles::new();
        }
        let mut found = obstacle(
            Kind::Type,
            reader,
            self.arena.samples_of(shape, &[Real::Float(0.5)]),
        );
        if let Shape::Number(_) = shape {
            // A number that is no integer shows it, if one is.
            found
                .candidates
                .sort_by_key(|value| value.is_i64() || value.is_u64());
        }
        vec![found]
    }

    /// Why a value of the writer is not taken.
    pub(super) fn refused(&self, value: &Value, reader: NodeId) -> Obstacle {
        let mut parts = vec![reader];
        let (mut listed, mut typed, mut seen) = (false, true, BTreeSet::new());
        while let Some(part) = parts.pop() {
            if !seen.insert(part) {
                continue;
            }
            let node = self.arena.node(part);
            listed |= node.schema.get("enum").is_some() || node.schema.get("const").is_some();
            typed &= node.schema.get("type").is_none_or(|types| has_type(types, value));
            parts.extend(self.arena.reference(part));
            for applicator in ["allOf", "anyOf", "oneOf"] {
                parts.extend(self.arena.array(part, applicator));
            }
        }
        let kind = match (listed, typed) {
            (true, _) if !value.is_null() => Kind::Value,
            (_, false) => Kind::Type,
            _ => Kind::Value,
        };
        obstacle(kind, reader, vec![value.clone()])
    }

    /// `enum` and `const`, where the writer's values are not listed.
    pub(super) fn listed(&self, shape: &Shape, reader: NodeId, keywords: &Map<String, Value>) -> Obstacles {
        let listed: Vec<Value> = match (keywords.get("const"), keywords.get("enum")) {
            (Some(value), _) => vec![value.clone()],
            (None, Some(Value::Array(values))) => values.clone(),
            _ => return Obstacles::new(),
        };
        if self.all_are(shape, &listed) {
            return Obstacles::new();
        }
        let numbers = listed.iter().filter_map(Value::as_number).map(Real::of);
        let mut candidates = self.arena.samples_of(shape, &numbers.collect::<Vec<_>>());
        candidates.retain(|value| !listed.contains(value));
        if let Shape::Text(text) = shape {
            let names: BTreeSet<String> = listed
                .iter()
                .filter_map(Value::as_str)
                .map(ToOwned::to_owned)
                .collect();
            let each: Vec<&str> = text.patterns.iter().map(String::as_str).collect();
            if let Found::String(other) = patterns::find(&each, &[], &names, (text.min, text.max)) {
                candidates.push(other.into());
            }
        }
        vec![obstacle(Kind::Listed, reader, candidates)]
    }

    /// Whether the shape has these values and no others.
    fn all_are(&self, shape: &Shape, listed: &[Value]) -> bool {
        match shape {
            Shape::Number(number) => {
                let (Some(min), Some(max)) = (number.min, number.max) else {
                    return false;
                };
                let (Real::Whole(min), Real::Whole(max), true) = (min.limit, max.limit, number.integer)
                else {
                    return !number.integer
                        && min.limit == max.limit
                        && listed.contains(&min.limit.json().unwrap_or_default());
                };
                let is_listed = |whole: i128| {
                    !number.contains(Real::Whole(whole))
                        || listed
                            .iter()
                            .filter_map(Value::as_number)
                            .any(|one| Real::of(one) == Real::Whole(whole))
                };
                max - min <= 256 && (min..=max).all(is_listed)
            }
            Shape::Text(text) => {
                let names: BTreeSet<String> = listed
                    .iter()
                    .filter_map(Value::as_str)
                    .map(ToOwned::to_owned)
                    .collect();
                let each: Vec<&str> = text.patterns.iter().map(String::as_str).collect();
                (text.max == Some(0) || !each.is_empty())
                    && patterns::find(&each, &[], &names, (text.min, text.max)) == Found::Nothing
            }
            _ => false,
        }
    }

    pub(super) fn number(
        &self,
        number: &NumberSet,
        reader: NodeId,
        keywords: &Map<String, Value>,
    ) -> Obstacles {
        let taken = NumberSet::of(&Value::Object(keywords.clone()), number.integer);
        let mut found = Obstacles::new();
        let mut around: Vec<Real> = [taken.min, taken.max]
            .into_iter()
            .flatten()
            .map(|bound| bound.limit)
            .collect();
        around.extend(taken.multiples.iter().copied());
        let candidates = |out: &dyn Fn(Real) -> bool| {
            let mut samples = self.arena.samples_of(&Shape::Number(number.clone()), &around);
            samples.retain(|value| value.as_number().is_none_or(|value| out(Real::of(value))));
            samples
        };
        if let Some(min) = taken.min {
            let below = NumberSet {
                min: Some(min),
                integer: number.integer,
                ..NumberSet::default()
            };
            let holds = number.min.is_some_and(|own| {
                own.limit > min.limit || (own.limit == min.limit && (own.exclusive || !min.exclusive))
            });
            if !holds {
                found.push(obstacle(
                    Kind::Lower(Limit::Value),
                    reader,
                    candidates(&|value| !below.contains(value)),
                ));
            }
        }
        if let Some(max) = taken.max {
            let above = NumberSet {
                max: Some(max),
                integer: number.integer,
                ..NumberSet::default()
            };
            let holds = number.max.is_some_and(|own| {
                own.limit < max.limit || (own.limit == max.limit && (own.exclusive || !max.exclusive))
            });
            if !holds {
                found.push(obstacle(
                    Kind::Upper(Limit::Value),
                    reader,
                    candidates(&|value| !above.contains(value)),
                ));
            }
        }
        for divisor in &taken.multiples {
            let divides = |own: &Real| own.is_multiple_of(*divisor) == Some(true);
            let all_whole = number.integer && Real::Whole(1).is_multiple_of(*divisor) == Some(true);
            if !all_whole && !number.multiples.iter().any(divides) {
                let out = |value: Real| value.is_multiple_of(*divisor) == Some(false);
                found.push(obstacle(Kind::MultipleOf, reader, candidates(&out)));
            }
        }
        found
    }

    pub(super) fn text(&self, text: &TextSet, reader: NodeId, keywords: &Map<String, Value>) -> Obstacles {
        let mut found = Obstacles::new();
        let known = text
            .formats
            .iter()
            .filter_map(|own| FORMATS.iter().find(|format| format.0 == own));
        let shortest = text.shortest();
        let longest = known.filter_map(|format| format.2).chain(text.max).min();
        let samples = |around: &[u64]| {
            let around: Vec<Real> = around.iter().map(|count| Real::Whole((*count).into())).collect();
            self.arena.samples_of(&Shape::Text(text.clone()), &around)
        };
        if let Some(min) = self
            .arena
            .count(reader, "minLength")
            .filter(|min| shortest < *min)
        {
            found.extend(self.length(text, reader, Kind::Lower(Limit::Length), (0, Some(min - 1))));
        }
        if let Some(max) = self
            .arena
            .count(reader, "maxLength")
            .filter(|max| longest.is_none_or(|own| own > *max))
        {
            found.extend(self.length(text, reader, Kind::Upper(Limit::Length), (max + 1, None)));
        }
        if let Some(Value::String(pattern)) = keywords.get("pattern") {
            found.extend(self.pattern(text, reader, pattern));
        }
        if let Some(Value::String(format)) = keywords.get("format")
            && !text.formats.contains(format)
        {
            // A format that the validator does not know is held by its name: nobody can say which strings it leaves out.
            let kind = match FORMATS.iter().any(|known| known.0 == format) {
                true => Kind::Format,
                false => Kind::UnknownFormat,
            };
            found.push(obstacle(kind, reader, samples(&[])));
        }
        for keyword in ["contentEncoding", "contentMediaType"] {
            if let Some(Value::String(named)) = keywords.get(keyword)
                && !text.contents.contains(&format!("{keyword}={named}"))
            {
                found.push(obstacle(Kind::Content, reader, Vec::new()));
            }
        }
        found
    }

    /// A string of a length that is not taken, unless the writer's patterns have none.
    fn length(
        &self,
        text: &TextSet,
        reader: NodeId,
        kind: Kind,
        out: (u64, Option<u64>),
    ) -> Option<Obstacle> {
        let out = (out.0.max(text.min), crate::shape::lower(out.1, text.max));
        let each: Vec<&str> = text.patterns.iter().map(String::as_str).collect();
        if each.is_empty() {
            let edges = [out.0, out.1.unwrap_or(out.0)].map(|edge| Real::Whole(edge.into()));
            let mut candidates = self.arena.samples_of(&Shape::Text(text.clone()), &edges);
            let is_out = |length: u64| length >= out.0 && out.1.is_none_or(|max| length <= max);
            candidates.retain(|value| {
                value
                    .as_str()
                    .is_some_and(|text| is_out(text.chars().count() as u64))
            });
            return Some(obstacle(kind, reader, candidates));
        }
        match patterns::find(&each, &[], &BTreeSet::new(), out) {
            Found::Nothing => None,
            Found::String(string) => Some(obstacle(kind, reader, vec![string.into()])),
            Found::Unknown => Some(obstacle(kind, reader, Vec::new())),
        }
    }

    fn pattern(&self, text: &TextSet, reader: NodeId, pattern: &str) -> Option<Obstacle> {
        if text.patterns.contains(pattern) {
            return None;
        }
        let implied = IMPLIED
            .iter()
            .filter(|(format, _)| text.formats.contains(*format))
            .map(|(_, pattern)| *pattern);
        let each: Vec<&str> = text.patterns.iter().map(String::as_str).chain(implied).collect();
        let mut candidates = self.arena.samples_of(&Shape::Text(text.clone()), &[]);
        match patterns::find(&each, &[pattern], &BTreeSet::new(), (text.min, text.max)) {
            Found::Nothing => return None,
            Found::String(string) => candidates.insert(0, string.into()),
            Found::Unknown => {}
        }
        Some(obstacle(Kind::Pattern, reader, candidates))
    }
}

/// All multiples of an integer are integers.
fn is_whole_by_divisor(number: &NumberSet) -> bool {
    number
        .multiples
        .iter()
        .any(|divisor| matches!(divisor, Real::Whole(_)))
}

fn has_type(types: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|float| float.fract() == 0.0)
        }
        "string" => value.is_string(),
        "array" => value.is_array(),
        _ => value.is_object(),
    };
    match types {
        Value::String(one) => is(one),
        Value::Array(types) => types.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}
