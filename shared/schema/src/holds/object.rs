//! Objects.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Obstacle, Obstacles, Question, Step, obstacle};
use crate::{
    kind::{Kind, Limit},
    patterns::{self, Found},
    shape::{Child, Key, NodeId, ObjectSet, Shape, TextSet},
};

impl Question<'_> {
    pub(super) fn object(
        &self,
        object: &ObjectSet,
        reader: NodeId,
        keywords: &Map<String, Value>,
    ) -> Obstacles {
        let mut found = self.required(object, reader, keywords);
        found.extend(self.properties(object, reader));
        found.extend(self.matching(object, reader));
        found.extend(self.additional(object, reader));
        found.extend(self.named(object, reader));
        found.extend(self.sized(object, reader));
        found.extend(self.dependent(object, reader, keywords));
        if keywords
            .get("unevaluatedProperties")
            .is_some_and(|rest| *rest != Value::Bool(true))
        {
            found.extend(self.unevaluated(object, reader));
        }
        found
    }

    fn required(&self, object: &ObjectSet, reader: NodeId, keywords: &Map<String, Value>) -> Obstacles {
        let required = keywords
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let missing = required
            .filter_map(Value::as_str)
            .filter(|name| !object.required.contains(*name));
        let declared = object.declared(self.arena);
        missing
            .map(|name| {
                let kind = match declared.contains(name) && object.under(self.arena, name).is_some() {
                    true => Kind::RequiredOptional,
                    false => Kind::RequiredAbsent,
                };
                let mut others = declared.clone();
                others.remove(name);
                let values = [BTreeSet::new(), others];
                let mut candidates: Vec<Value> = values
                    .iter()
                    .filter_map(|besides| self.arena.object_of(object, besides, 8))
                    .collect();
                for candidate in &mut candidates {
                    if let Value::Object(map) = candidate {
                        map.remove(name);
                    }
                }
                let mut one = obstacle(kind, reader, candidates);
                one.at.push(Step::Property(name.to_owned()));
                one
            })
            .collect()
    }

    /// `properties`.
    fn properties(&self, object: &ObjectSet, reader: NodeId) -> Obstacles {
        let declared = object.declared(self.arena);
        let mut found = Obstacles::new();
        for name in self.arena.names(reader, "properties") {
            let (Some(child), Some(taken)) = (
                object.under(self.arena, &name),
                self.arena.child(reader, &["properties", &name]),
            ) else {
                continue;
            };
            for one in self.child(&child, taken) {
                let mut one = self.under(object, &name, one);
                if !declared.contains(&name) {
                    one.kind = Kind::Undeclared;
                } else if one.kind == Kind::Nothing && one.at.len() == 1 {
                    one.kind = Kind::Forbidden;
                }
                super::merge(&mut found, one);
            }
        }
        found
    }

    fn under(&self, object: &ObjectSet, name: &str, one: Obstacle) -> Obstacle {
        one.inside(Step::Property(name.to_owned()), |value| {
            self.arena.with_property(object, name, value)
        })
    }

    /// `patternProperties`.
    fn matching(&self, object: &ObjectSet, reader: NodeId) -> Obstacles {
        let mut found = Obstacles::new();
        for pattern in self.arena.names(reader, "patternProperties") {
            let Some(taken) = self.arena.child(reader, &["patternProperties", &pattern]) else {
                continue;
            };
            found.extend(self.keyed(object, taken, &[&pattern], &[], &BTreeSet::new()));
        }
        found
    }

    /// `additionalProperties`.
    fn additional(&self, object: &ObjectSet, reader: NodeId) -> Obstacles {
        let Some(taken) = self.arena.child(reader, &["additionalProperties"]) else {
            return Obstacles::new();
        };
        let described: BTreeSet<String> = self.arena.names(reader, "properties").into_iter().collect();
        let patterns = self.arena.names(reader, "patternProperties");
        let never: Vec<&str> = patterns.iter().map(String::as_str).collect();
        self.keyed(object, taken, &[], &never, &described)
    }

    /// Whether all that can stand under names that match `each`, match none of `never` and are none of `names`, is taken.
    fn keyed(
        &self,
        object: &ObjectSet,
        taken: NodeId,
        each: &[&str],
        never: &[&str],
        names: &BTreeSet<String>,
    ) -> Obstacles {
        let mut found = Obstacles::new();
        let own: Vec<String> = object.patterns(self.arena).into_iter().collect();
        let declared = object.declared(self.arena);
        for key in object.keys(self.arena) {
            let Some(child) = object.under_any(self.arena, &key) else {
                continue;
            };
            let name = match &key {
                Key::Declared(name) => {
                    let matched = |pattern: &&str| patterns::matches(pattern, name) != Some(false);
                    let out = |pattern: &&str| patterns::matches(pattern, name) == Some(true);
                    if names.contains(name) || !each.iter().all(matched) || never.iter().any(out) {
                        continue;
                    }
                    Some(name.clone())
                }
                Key::Matching(_) | Key::Other => {
                    let mut wanted = each.to_vec();
                    let mut unwanted = never.to_vec();
                    match &key {
                        Key::Matching(pattern) => wanted.push(pattern),
                        _ => unwanted.extend(own.iter().map(String::as_str)),
                    }
                    let taken: BTreeSet<String> = names.union(&declared).cloned().collect();
                    match self.key(object, &wanted, &unwanted, &taken) {
                        Found::Nothing => continue,
                        Found::String(name) => Some(name),
                        Found::Unknown => None,
                    }
                }
            };
            for mut one in self.child(&child, taken) {
                let nothing = one.kind == Kind::Nothing && one.at.is_empty();
                one = match &name {
                    Some(name) => self.under(object, name, one),
                    None => one.inside(Step::Property("*".to_owned()), |_| None),
                };
                one.kind = match (&key, nothing) {
                    (Key::Declared(_), true) => Kind::Forbidden,
                    (Key::Declared(_), false) => one.kind,
                    _ => Kind::Additional,
                };
                super::merge(&mut found, one);
            }
        }
        found
    }

    /// A name that can occur and fits. A plain one, where any will do.
    fn key(&self, object: &ObjectSet, each: &[&str], never: &[&str], names: &BTreeSet<String>) -> Found {
        if each.is_empty() && never.is_empty() {
            return match self.arena.name(object, &[], names) {
                Some(name) => Found::String(name),
                None => Found::Unknown,
            };
        }
        let shapes = self
            .arena
            .shapes(&Child::All(object.names(self.arena)))
            .unwrap_or_default();
        let text = shapes.into_iter().find_map(|shape| match shape {
            Shape::Text(text) => Some(text),
            _ => None,
        });
        let Some(text) = text else { return Found::Nothing };
        let each: Vec<&str> = each
            .iter()
            .copied()
            .chain(text.patterns.iter().map(String::as_str))
            .collect();
        patterns::find(&each, never, names, (text.min, text.max))
    }

    /// `propertyNames`.
    fn named(&self, object: &ObjectSet, reader: NodeId) -> Obstacles {
        let Some(taken) = self.arena.child(reader, &["propertyNames"]) else {
            return Obstacles::new();
        };
        let mut found = Obstacles::new();
        let mut tell = |name: &str, child: &Child| {
            let value = self
                .arena
                .sample(child)
                .and_then(|value| self.arena.with_property(object, name, value));
            let mut one = obstacle(Kind::PropertyNames, taken, value.into_iter().collect());
            one.at.push(Step::Property(name.to_owned()));
            super::merge(&mut found, one);
        };
        for name in object.declared(self.arena) {
            if let Some(child) = object.under(self.arena, &name)
                && self.arena.accepts(taken, &Value::String(name.clone())) != Some(true)
            {
                tell(&name, &child);
            }
        }
        let other = object.under_any(self.arena, &Key::Other);
        if let Some(child) = other {
            let shapes = self
                .arena
                .shapes(&Child::All(object.names(self.arena)))
                .unwrap_or_default();
            let texts = shapes.into_iter().filter(|shape| matches!(shape, Shape::Text(_)));
            for name in texts
                .flat_map(|text| self.shape(&text, taken))
                .collect::<Vec<_>>()
            {
                let names: Vec<_> = name.candidates.iter().filter_map(Value::as_str).collect();
                names.iter().for_each(|name| tell(name, &child));
                if names.is_empty() {
                    tell("*", &child);
                }
            }
        }
        found
    }

    /// `minProperties` and `maxProperties`.
    fn sized(&self, object: &ObjectSet, reader: NodeId) -> Obstacles {
        let mut found = Obstacles::new();
        let least = object.min.max(object.required.len() as u64);
        let shape = Shape::Object(object.clone());
        if let Some(min) = self
            .arena
            .count(reader, "minProperties")
            .filter(|min| least < *min)
        {
            let mut values = self.arena.samples_of(&shape, &[]);
            let largest = ObjectSet {
                min: min - 1,
                ..object.clone()
            };
            values.extend(self.arena.object_of(&largest, &BTreeSet::new(), 8));
            found.push(obstacle(Kind::Lower(Limit::Properties), reader, values));
        }
        let closed = [Key::Other]
            .into_iter()
            .chain(object.patterns(self.arena).into_iter().map(Key::Matching));
        let closed = closed
            .into_iter()
            .all(|key| object.under_any(self.arena, &key).is_none());
        let possible = object
            .declared(self.arena)
            .into_iter()
            .filter(|name| object.under(self.arena, name).is_some())
            .count();
        let most = crate::shape::lower(object.max, closed.then_some(possible as u64));
        if let Some(max) = self
            .arena
            .count(reader, "maxProperties")
            .filter(|max| most.is_none_or(|most| most > *max))
        {
            let larger = ObjectSet {
                min: object.min.max(max + 1),
                ..object.clone()
            };
            let values = self
                .arena
                .object_of(&larger, &BTreeSet::new(), 8)
                .into_iter()
                .collect();
            found.push(obstacle(Kind::Upper(Limit::Properties), reader, values));
        }
        found
    }

    /// `dependentRequired` and `dependentSchemas`.
    fn dependent(&self, object: &ObjectSet, reader: NodeId, keywords: &Map<String, Value>) -> Obstacles {
        let mut found = Obstacles::new();
        let there = |name: &str| {
            let mut there = object.clone();
            there.required.insert(name.to_owned());
            there.required.extend(object.dependents(self.arena, name));
            object.under(self.arena, name).map(|_| there)
        };
        for (name, wanted) in keywords
            .get("dependentRequired")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let Some(there) = there(name) else { continue };
            let missing = wanted.as_array().into_iter().flatten().filter_map(Value::as_str);
            for missing in missing.filter(|missing| !there.required.contains(*missing)) {
                let mut values: Vec<Value> = self
                    .arena
                    .object_of(&there, &BTreeSet::new(), 8)
                    .into_iter()
                    .collect();
                for value in &mut values {
                    if let Value::Object(map) = value {
                        map.remove(missing);
                    }
                }
                let mut one = obstacle(Kind::Dependency, reader, values);
                one.at.push(Step::Property(missing.to_owned()));
                found.push(one);
            }
        }
        for name in self.arena.names(reader, "dependentSchemas") {
            if let (Some(there), Some(taken)) = (
                there(&name),
                self.arena.child(reader, &["dependentSchemas", &name]),
            ) {
                let mut obstacles = self.shape(&Shape::Object(there), taken);
                obstacles.iter_mut().for_each(|one| one.kind = Kind::Dependency);
                found.extend(obstacles);
            }
        }
        found
    }

    /// `unevaluatedProperties`: what no part of the reader's schema describes, by those of its parts that surely hold.
    fn unevaluated(&self, object: &ObjectSet, reader: NodeId) -> Obstacles {
        let mut described = TextSet::default();
        let mut names = BTreeSet::new();
        if self.describes(object, reader, &mut names, &mut described) {
            return Obstacles::new();
        }
        let Some(taken) = self.arena.child(reader, &["unevaluatedProperties"]) else {
            return Obstacles::new();
        };
        let never: Vec<&str> = described.patterns.iter().map(String::as_str).collect();
        self.keyed(object, taken, &[], &never, &names)
    }

    /// Gathers the names that the schema describes; true where it describes all.
    fn describes(
        &self,
        object: &ObjectSet,
        part: NodeId,
        names: &mut BTreeSet<String>,
        patterns: &mut TextSet,
    ) -> bool {
        names.extend(self.arena.names(part, "properties"));
        patterns
            .patterns
            .extend(self.arena.names(part, "patternProperties"));
        let mut parts = self.arena.array(part, "allOf");
        parts.extend(self.arena.reference(part));
        let whole = Shape::Object(object.clone());
        for applicator in ["anyOf", "oneOf"] {
            let alternatives = self.arena.array(part, applicator).into_iter();
            parts.extend(alternatives.filter(|one| self.shape(&whole, *one).is_empty()));
        }
        self.arena.child(part, &["additionalProperties"]).is_some()
            || parts
                .into_iter()
                .any(|part| self.describes(object, part, names, patterns))
    }
}
