//! Values of a shape: plain ones, and ones at the edges. They only have to be likely; the validators decide.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Arena, ArraySet, Child, ObjectSet, Real, Shape, TextSet};
use crate::patterns::{self, Found};

/// How deep values are made.
const DEPTH: u32 = 8;

impl Arena {
    /// A value of what stands here; none where none was found.
    pub(crate) fn sample(&self, child: &Child) -> Option<Value> {
        self.sample_to(child, DEPTH)
    }

    fn sample_to(&self, child: &Child, depth: u32) -> Option<Value> {
        if depth == 0 || !self.step() {
            return None;
        }
        self.shapes(child)?
            .iter()
            .find_map(|shape| self.sample_of_to(shape, depth))
    }

    /// Values of what stands here, of each of its alternatives.
    pub(crate) fn samples(&self, child: &Child) -> Vec<Value> {
        let shapes = self.shapes(child).unwrap_or_default();
        shapes
            .iter()
            .flat_map(|shape| self.samples_of(shape, &[]))
            .collect()
    }

    /// A value of this shape; none where none was found.
    pub(crate) fn sample_of(&self, shape: &Shape) -> Option<Value> {
        self.sample_of_to(shape, DEPTH)
    }

    fn sample_of_to(&self, shape: &Shape, depth: u32) -> Option<Value> {
        match shape {
            Shape::Value(value) => Some(value.0.clone()),
            Shape::Number(number) => number.samples(&[]).into_iter().next(),
            Shape::Text(text) => texts(text, &[]).into_iter().next(),
            Shape::Array(array) => self.array_of(array, array.min, depth),
            Shape::Object(object) => self.object_of(object, &BTreeSet::new(), depth),
        }
    }

    /// Values of this shape: the plainest, those at its own edges, and those at the edges that `around` names.
    pub(crate) fn samples_of(&self, shape: &Shape, around: &[Real]) -> Vec<Value> {
        match shape {
            Shape::Value(value) => vec![value.0.clone()],
            Shape::Number(number) => number.samples(around),
            Shape::Text(text) => texts(text, around),
            Shape::Array(array) => {
                let lengths = [0, 1, 2, 3].into_iter().chain(counts(around)).chain(array.max);
                let lengths: BTreeSet<u64> = lengths
                    .chain([array.min])
                    .filter(|length| *length <= 64)
                    .collect();
                lengths
                    .into_iter()
                    .filter(|length| *length >= array.min && array.max.is_none_or(|max| *length <= max))
                    .filter_map(|length| self.array_of(array, length, DEPTH))
                    .collect()
            }
            Shape::Object(object) => {
                let declared = object.declared(self);
                let mut values: Vec<Value> = self.sample_of(shape).into_iter().collect();
                values.extend(self.object_of(object, &declared, DEPTH));
                values.extend(
                    declared
                        .iter()
                        .filter_map(|name| self.object_of(object, &BTreeSet::from([name.clone()]), DEPTH)),
                );
                values
            }
        }
    }

    /// An array of this length.
    pub(crate) fn array_of(&self, array: &ArraySet, length: u64, depth: u32) -> Option<Value> {
        if length > 64 {
            return None;
        }
        let contained = array.contains(self).into_iter();
        let mut demanded: Vec<Value> = Vec::new();
        for (node, at_least) in contained {
            let both = |item: Child| match item {
                Child::All(mut all) => {
                    all.insert(node);
                    Child::All(all)
                }
                one @ Child::One(_) => one,
            };
            for _ in 0..at_least.min(64) {
                let item = both(array.item(self, array.tail(self).saturating_add(demanded.len())));
                let mut values = self.samples(&item).into_iter();
                demanded.push(values.find(|value| !array.unique || !demanded.contains(value))?);
            }
        }
        let mut values: Vec<Value> = Vec::new();
        let free = (length as usize).max(demanded.len());
        let first = free - demanded.len();
        for index in 0..first.min(free) {
            let item = array.item(self, index);
            let value = match array.unique {
                false => self.sample_to(&item, depth.saturating_sub(1)),
                true => self
                    .samples(&item)
                    .into_iter()
                    .find(|value| !values.contains(value) && !demanded.contains(value)),
            };
            values.push(value?);
        }
        values.extend(demanded);
        Some(Value::Array(values))
    }

    /// An object with what is required, and these besides.
    pub(crate) fn object_of(
        &self,
        object: &ObjectSet,
        besides: &BTreeSet<String>,
        depth: u32,
    ) -> Option<Value> {
        let mut names: BTreeSet<String> = object.required.clone();
        for name in besides {
            names.insert(name.clone());
        }
        // Whoever is there brings along what depends on it.
        let mut waiting: Vec<String> = names.iter().cloned().collect();
        while let Some(name) = waiting.pop() {
            let dependents = object.dependents(self, &name);
            waiting.extend(dependents.into_iter().filter(|name| names.insert(name.clone())));
        }
        let mut map = Map::new();
        for name in names {
            let value = object
                .under(self, &name)
                .and_then(|child| self.sample_to(&child, depth.saturating_sub(1)));
            match value {
                Some(value) => drop(map.insert(name, value)),
                None if object.required.contains(&name) => return None,
                None => {}
            }
        }
        self.fill(object, &mut map, depth)?;
        Some(Value::Object(map))
    }

    /// Adds properties until there are as many as there must be.
    fn fill(&self, object: &ObjectSet, map: &mut Map<String, Value>, depth: u32) -> Option<()> {
        let declared: Vec<String> = object.declared(self).into_iter().collect();
        for name in declared {
            if map.len() as u64 >= object.min {
                return Some(());
            }
            let child = object.under(self, &name).filter(|_| !map.contains_key(&name));
            if let Some(value) = child.and_then(|child| self.sample_to(&child, depth.saturating_sub(1))) {
                map.insert(name, value);
            }
        }
        while (map.len() as u64) < object.min {
            if map.len() > 64 {
                return None;
            }
            let (name, child) = self.another(object, &map.keys().cloned().collect())?;
            map.insert(name, self.sample_to(&child, depth.saturating_sub(1))?);
        }
        Some(())
    }

    /// A name that is free, with what stands under it: one that no pattern describes or, where there are no such, one that does.
    fn another(&self, object: &ObjectSet, taken: &BTreeSet<String>) -> Option<(String, Child)> {
        let patterns = object.patterns(self);
        let described = patterns.iter().map(|pattern| vec![pattern.as_str()]);
        std::iter::once(Vec::new()).chain(described).find_map(|patterns| {
            let name = self.name(object, &patterns, taken)?;
            let child = object.under(self, &name)?;
            Some((name, child))
        })
    }

    /// A name for a property that no schema of the object declares, that matches all of `patterns` and is none of `taken`.
    pub(crate) fn name(
        &self,
        object: &ObjectSet,
        patterns: &[&str],
        taken: &BTreeSet<String>,
    ) -> Option<String> {
        let mut never: BTreeSet<String> = object.declared(self);
        never.extend(taken.iter().cloned());
        let shapes = self.shapes(&Child::All(object.names(self)))?;
        let names = shapes.into_iter().find_map(|shape| match shape {
            Shape::Text(text) => Some(text),
            _ => None,
        })?;
        if let (true, true, true) = (
            patterns.is_empty(),
            object.patterns(self).is_empty(),
            names == TextSet::default(),
        ) {
            let plain = (0..)
                .map(|number| format!("other{number}"))
                .find(|name| !never.contains(name));
            return plain;
        }
        let own: Vec<String> = object
            .patterns(self)
            .into_iter()
            .filter(|own| !patterns.contains(&own.as_str()))
            .collect();
        let each: Vec<&str> = patterns
            .iter()
            .copied()
            .chain(names.patterns.iter().map(String::as_str))
            .collect();
        let avoided: Vec<&str> = own.iter().map(String::as_str).collect();
        match patterns::find(&each, &avoided, &never, (names.min.max(1), names.max)) {
            Found::String(name) => Some(name),
            Found::Nothing | Found::Unknown => None,
        }
    }

    /// A value of this object shape in which `name` is `value`.
    pub(crate) fn with_property(&self, object: &ObjectSet, name: &str, value: Value) -> Option<Value> {
        let mut whole = self.object_of(object, &object.dependents(self, name), DEPTH)?;
        if let Value::Object(map) = &mut whole {
            map.insert(name.to_owned(), value);
            // What was only there to make it large enough makes room.
            let surplus = |map: &Map<String, Value>| object.max.is_some_and(|max| map.len() as u64 > max);
            while surplus(map) {
                let spare = map
                    .keys()
                    .find(|key| *key != name && !object.required.contains(*key))
                    .cloned()?;
                map.remove(&spare);
            }
        }
        Some(whole)
    }

    /// A value of this array shape with `value` at `index`.
    pub(crate) fn with_item(&self, array: &ArraySet, index: usize, value: Value) -> Option<Value> {
        let mut whole = self.array_of(array, array.min.max(index as u64 + 1), DEPTH)?;
        whole[index] = value;
        Some(whole)
    }
}

fn counts(around: &[Real]) -> Vec<u64> {
    let whole = around.iter().filter_map(|real| match real {
        Real::Whole(whole) => u64::try_from(*whole).ok(),
        Real::Float(_) => None,
    });
    whole
        .flat_map(|count| [count.saturating_sub(1), count, count.saturating_add(1)])
        .collect()
}

/// Strings of known formats.
fn of_format(format: &str) -> Vec<&'static str> {
    match format {
        "date-time" => vec!["2026-01-15T10:00:00Z", "2026-01-15T10:00:00.25+01:00"],
        "date" => vec!["2026-01-15"],
        "time" => vec!["10:00:00Z", "10:00:00.25+01:00"],
        "duration" => vec!["PT1S", "P1D", "P1Y2M3DT4H5M6S"],
        "uuid" => vec!["0b6ad0c8-2f5e-4c1b-9a55-3d1f6f0c7a11"],
        "email" | "idn-email" => vec!["a@example.com", "a@b", "ada.lovelace@example.org"],
        "hostname" | "idn-hostname" => vec!["example.com", "a"],
        "ipv4" => vec!["192.0.2.1", "1.1.1.1", "203.0.113.100"],
        "ipv6" => vec!["2001:db8::1", "::"],
        "uri" | "iri" => vec!["https://example.com/a", "urn:a:b", "a:"],
        "uri-reference" | "iri-reference" => vec!["a", "https://example.com/a"],
        "json-pointer" => vec!["/a", ""],
        "relative-json-pointer" => vec!["0", "1/a"],
        "regex" => vec!["a", ""],
        "uri-template" => vec!["a", "https://example.com/{a}"],
        _ => Vec::new(),
    }
}

/// Strings of this shape worth trying.
fn texts(text: &TextSet, around: &[Real]) -> Vec<Value> {
    let lengths = [text.min, text.min + 1, 1, 0, 2]
        .into_iter()
        .chain(text.max)
        .chain(counts(around));
    let fits = |length: u64| length >= text.min && text.max.is_none_or(|max| length <= max);
    let lengths: Vec<u64> = lengths
        .filter(|length| fits(*length) && *length <= 20_000)
        .collect();
    let formed = text.formats.iter().flat_map(|format| of_format(format));
    let mut tried: Vec<String> = formed
        .filter(|formed| {
            let matched = |pattern: &String| patterns::matches(pattern, formed) == Some(true);
            fits(formed.chars().count() as u64) && text.patterns.iter().all(matched)
        })
        .map(ToOwned::to_owned)
        .collect();
    if !tried.is_empty() {
        // Other strings are hardly of the format.
    } else if text.patterns.is_empty() {
        for length in &lengths {
            tried.extend(['a', 'é', '7'].map(|c| run(c, *length)));
        }
    } else {
        let each: Vec<&str> = text.patterns.iter().map(String::as_str).collect();
        for length in lengths.iter().filter(|length| **length <= 512) {
            for bounds in [(*length, text.max), (*length, Some(*length))] {
                if let Found::String(found) = patterns::find(&each, &[], &BTreeSet::new(), bounds) {
                    tried.push(found);
                }
            }
        }
    }
    let mut values = Vec::new();
    for text in tried {
        let value = json!(text);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

fn run(c: char, length: u64) -> String {
    (0..length).map(|_| c).collect()
}
