//! Arrays.

use serde_json::{Map, Value, json};

use super::{Obstacles, Question, Step, obstacle};
use crate::{
    kind::{Kind, Limit},
    shape::{ArraySet, Child, NodeId, Real, Shape},
};

/// Places that are looked at singly; beyond, all are described alike.
const PLACES: usize = 256;

impl Question<'_> {
    pub(super) fn array(&self, array: &ArraySet, reader: NodeId, keywords: &Map<String, Value>) -> Obstacles {
        let mut found = Obstacles::new();
        let of_length = |length: u64| self.arena.array_of(array, length, 8).into_iter().collect();
        if let Some(min) = self
            .arena
            .count(reader, "minItems")
            .filter(|min| array.min < *min)
        {
            let mut candidates: Vec<Value> = of_length(array.min);
            candidates.extend(of_length(min - 1));
            found.push(obstacle(Kind::Lower(Limit::Items), reader, candidates));
        }
        if let Some(max) = self.arena.count(reader, "maxItems")
            && self.longest(array).is_none_or(|own| own > max)
        {
            found.push(obstacle(
                Kind::Upper(Limit::Items),
                reader,
                of_length(array.min.max(max + 1)),
            ));
        }
        if keywords.get("uniqueItems") == Some(&Value::Bool(true))
            && !array.unique
            && self.longest(array).is_none_or(|own| own > 1)
        {
            found.push(obstacle(Kind::UniqueItems, reader, self.repeated(array)));
        }
        found.extend(self.items(array, reader));
        found.extend(self.contained(array, reader, keywords));
        if keywords
            .get("unevaluatedItems")
            .is_some_and(|rest| *rest != Value::Bool(true))
        {
            found.push(obstacle(
                Kind::Unevaluated,
                reader,
                self.arena.samples_of(&Shape::Array(array.clone()), &[]),
            ));
        }
        found
    }

    /// How many items there can be: where nothing is admitted at a place, none follow.
    fn longest(&self, array: &ArraySet) -> Option<u64> {
        let ends = (0..=array.tail(self.arena).min(PLACES)).find(|index| {
            self.arena
                .shapes(&array.item(self.arena, *index))
                .is_some_and(|shapes| shapes.is_empty())
        });
        crate::shape::lower(array.max, ends.map(|index| index as u64))
    }

    fn repeated(&self, array: &ArraySet) -> Vec<Value> {
        let tail = array.tail(self.arena);
        let pairs = (0..=tail + 1).filter_map(|index| {
            let one = self
                .arena
                .samples(&array.item(self.arena, index))
                .into_iter()
                .next()?;
            let whole = self.arena.with_item(array, index, one.clone())?;
            self.arena
                .with_item(array, index + 1, one.clone())
                .map(|mut two| {
                    two[index] = one;
                    two
                })
                .or(Some(whole))
        });
        pairs.collect()
    }

    /// `prefixItems` and `items`.
    fn items(&self, array: &ArraySet, reader: NodeId) -> Obstacles {
        let prefix = self.arena.array(reader, "prefixItems");
        let rest = self.arena.child(reader, &["items"]);
        let last = array.tail(self.arena).max(prefix.len());
        let mut found = Obstacles::new();
        if last > PLACES {
            found.push(obstacle(Kind::TooLarge, reader, Vec::new()));
        }
        let last = last.min(PLACES);
        for index in 0..=last {
            let Some(taken) = prefix.get(index).copied().or(rest) else {
                break;
            };
            if self.longest(array).is_some_and(|longest| index as u64 >= longest) {
                break;
            }
            let item = array.item(self.arena, index);
            let obstacles = self.child(&item, taken);
            let told = |one: super::Obstacle| {
                let mut one = one.inside(Step::Item(index), |value| {
                    self.arena.with_item(array, index, value)
                });
                if one.kind == Kind::Nothing {
                    one.kind = Kind::Item;
                }
                one
            };
            found.extend(obstacles.into_iter().map(told));
        }
        found
    }

    /// `contains`, `minContains`, `maxContains`.
    fn contained(&self, array: &ArraySet, reader: NodeId, keywords: &Map<String, Value>) -> Obstacles {
        let Some(wanted) = self.arena.child(reader, &["contains"]) else {
            return Obstacles::new();
        };
        let at_least = self.arena.count(reader, "minContains").unwrap_or(1);
        let mut found = Obstacles::new();
        let own = array.contains(self.arena);
        let is_one = |node: NodeId| self.child(&Child::All([node].into()), wanted).is_empty();
        let have = own
            .iter()
            .any(|(node, own_least)| *own_least >= at_least && is_one(*node));
        let tail = array.tail(self.arena);
        let all = || (0..=tail).all(|index| self.child(&array.item(self.arena, index), wanted).is_empty());
        if at_least > 0 && !have && !(array.min >= at_least && all()) {
            let mut candidates = self
                .arena
                .samples_of(&Shape::Array(array.clone()), &self.edges(wanted));
            for (node, _) in own {
                let values = self.arena.samples(&Child::All([node].into()));
                candidates.extend(values.into_iter().map(|value| json!([value])));
                let shapes = self.arena.shapes(&Child::All([node].into())).unwrap_or_default();
                let edges = self.edges(wanted);
                let values = shapes
                    .iter()
                    .flat_map(|shape| self.arena.samples_of(shape, &edges));
                candidates.extend(values.map(|value| json!([value])));
            }
            found.push(obstacle(Kind::Contains, reader, candidates));
        }
        if let Some(most) = keywords.get("maxContains").and_then(Value::as_u64)
            && self.longest(array).is_none_or(|longest| longest > most)
        {
            let many = Real::Whole((most + 1).into());
            found.push(obstacle(
                Kind::Contains,
                reader,
                self.arena.samples_of(&Shape::Array(array.clone()), &[many]),
            ));
        }
        found
    }
}
