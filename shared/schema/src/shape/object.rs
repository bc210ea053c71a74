//! Objects: which names can occur, and what stands under each.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use super::{Arena, Child, Conjunction, NodeId, Shape, lower};
use crate::patterns;

/// Objects.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ObjectSet {
    pub(crate) required: BTreeSet<String>,
    pub(crate) min: u64,
    pub(crate) max: Option<u64>,
    /// The schemas whose `properties`, `patternProperties`, `additionalProperties`, `propertyNames` and dependencies hold of it.
    pub(crate) groups: Conjunction,
    /// Names outside of this cannot occur (`unevaluatedProperties: false`).
    pub(crate) allowed: Option<Allowed>,
    /// One shape of what stands under a name, where the union was split into its cases.
    pub(crate) picked: BTreeMap<String, Rc<Shape>>,
    /// Names that do not occur in this case.
    pub(crate) absent: BTreeSet<String>,
}

/// Names, and patterns of names.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Allowed {
    pub(crate) names: BTreeSet<String>,
    pub(crate) patterns: BTreeSet<String>,
}

impl Allowed {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
            || self
                .patterns
                .iter()
                .any(|pattern| patterns::matches(pattern, name) != Some(false))
    }
}

/// A name that can occur, standing for all that are described alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    /// Declared in `properties`.
    Declared(String),
    /// One that matches this of `patternProperties`.
    Matching(String),
    /// Any other.
    Other,
}

impl ObjectSet {
    pub(crate) fn meet(&self, other: &Self) -> Self {
        let allowed = match (&self.allowed, &other.allowed) {
            (Some(one), Some(other)) => Some(Allowed {
                names: one
                    .names
                    .union(&other.names)
                    .filter(|name| one.has(name) && other.has(name))
                    .cloned()
                    .collect(),
                patterns: one.patterns.union(&other.patterns).cloned().collect(),
            }),
            (one, other) => one.as_ref().or(other.as_ref()).cloned(),
        };
        let mut picked = self.picked.clone();
        picked.extend(other.picked.clone());
        Self {
            required: self.required.union(&other.required).cloned().collect(),
            min: self.min.max(other.min),
            max: lower(self.max, other.max),
            groups: self.groups.union(&other.groups).copied().collect(),
            allowed,
            picked,
            absent: self.absent.union(&other.absent).cloned().collect(),
        }
    }

    /// The names in `properties` of any of its schemas, and the required ones.
    pub(crate) fn declared(&self, arena: &Arena) -> BTreeSet<String> {
        let groups = self
            .groups
            .iter()
            .flat_map(|group| arena.names(*group, "properties"));
        groups.chain(self.required.iter().cloned()).collect()
    }

    /// The patterns in `patternProperties` of any of its schemas.
    pub(crate) fn patterns(&self, arena: &Arena) -> BTreeSet<String> {
        self.groups
            .iter()
            .flat_map(|group| arena.names(*group, "patternProperties"))
            .collect()
    }

    /// Whether the required properties are all that there can be.
    fn is_full(&self) -> bool {
        self.max.is_some_and(|max| max <= self.required.len() as u64)
    }

    /// What stands under `name`; none where it cannot occur.
    pub(crate) fn under(&self, arena: &Arena, name: &str) -> Option<Child> {
        if self.absent.contains(name) || self.allowed.as_ref().is_some_and(|allowed| !allowed.has(name)) {
            return None;
        }
        if self.is_full() && !self.required.contains(name) {
            return None;
        }
        if let Some(shape) = self.picked.get(name) {
            return Some(Child::One(Rc::clone(shape)));
        }
        let mut all = Conjunction::new();
        for group in &self.groups {
            let mut described = false;
            if let Some(node) = arena.child(*group, &["properties", name]) {
                described = true;
                all.insert(node);
            }
            for pattern in arena.names(*group, "patternProperties") {
                match patterns::matches(&pattern, name) {
                    Some(true) => {
                        described = true;
                        all.extend(arena.child(*group, &["patternProperties", &pattern]));
                    }
                    Some(false) => {}
                    // Nobody can say whether it does: then nothing is sure to hold.
                    None => described = true,
                }
            }
            if !described {
                all.extend(arena.child(*group, &["additionalProperties"]));
            }
        }
        possible(arena, all)
    }

    /// What stands under names of this kind; none where there are no such names.
    pub(crate) fn under_any(&self, arena: &Arena, key: &Key) -> Option<Child> {
        match key {
            Key::Declared(name) => self.under(arena, name),
            // A required name is a declared one.
            Key::Matching(_) | Key::Other if self.is_full() => None,
            Key::Matching(pattern) => {
                if self
                    .allowed
                    .as_ref()
                    .is_some_and(|allowed| !allowed.patterns.contains(pattern))
                {
                    return None;
                }
                // A group that has other patterns may describe the name by one of those: then nothing of it is sure to hold.
                let described = self.groups.iter().filter_map(|group| {
                    match arena.names(*group, "patternProperties").is_empty() {
                        true => arena.child(*group, &["additionalProperties"]),
                        false => arena.child(*group, &["patternProperties", pattern]),
                    }
                });
                possible(arena, described.collect())
            }
            Key::Other if self.allowed.is_some() => None,
            Key::Other => {
                let others = self
                    .groups
                    .iter()
                    .filter_map(|group| arena.child(*group, &["additionalProperties"]));
                possible(arena, others.collect())
            }
        }
    }

    /// All kinds of names that can occur.
    pub(crate) fn keys(&self, arena: &Arena) -> Vec<Key> {
        let declared = self.declared(arena).into_iter().map(Key::Declared);
        let patterns = self.patterns(arena).into_iter().map(Key::Matching);
        declared.chain(patterns).chain([Key::Other]).collect()
    }

    /// What holds of every name (`propertyNames`).
    pub(crate) fn names(&self, arena: &Arena) -> Conjunction {
        self.groups
            .iter()
            .filter_map(|group| arena.child(*group, &["propertyNames"]))
            .collect()
    }

    /// The properties that must be there where `name` is (`dependentRequired`).
    pub(crate) fn dependents(&self, arena: &Arena, name: &str) -> BTreeSet<String> {
        let of = |group: &NodeId| {
            let node = arena.node(*group);
            let names = node
                .schema
                .get("dependentRequired")?
                .get(name)?
                .as_array()?
                .clone();
            Some(
                names
                    .into_iter()
                    .filter_map(|name| name.as_str().map(ToOwned::to_owned)),
            )
        };
        self.groups.iter().filter_map(of).flatten().collect()
    }
}

fn possible(arena: &Arena, all: Conjunction) -> Option<Child> {
    let never = all
        .iter()
        .any(|node| arena.node(*node).schema == serde_json::Value::Bool(false));
    (!never).then_some(Child::All(all))
}
