//! Whether no value is in both: needed for `oneOf`, `not` and `if`. "No" means only that it was not shown.

use super::Question;
use crate::{
    patterns::{self, Found},
    shape::{Child, NodeId, NumberSet, ObjectSet, Real, Shape, TextSet},
};

/// How deep it is looked for what tells two shapes apart.
const DEPTH: u32 = 4;

impl Question<'_> {
    /// Whether surely nothing of the shape is taken by `reader`.
    pub(super) fn disjoint(&self, shape: &Shape, reader: NodeId) -> bool {
        let others = self.arena.shapes(&Child::All([reader].into()));
        let value_out = |other: &Shape| match (shape, other) {
            (Shape::Value(value), _) => self.arena.accepts(reader, &value.0) == Some(false),
            _ => false,
        };
        others.is_some_and(|others| {
            others
                .iter()
                .all(|other| value_out(other) || self.apart(shape, other, DEPTH))
        })
    }

    fn apart(&self, one: &Shape, other: &Shape, depth: u32) -> bool {
        if one.kind() != other.kind() {
            return true;
        }
        match (one, other) {
            (Shape::Value(one), Shape::Value(other)) => one != other,
            (Shape::Value(value), shape) | (shape, Shape::Value(value)) => self.is_not(&value.0, shape),
            (Shape::Number(one), Shape::Number(other)) => one.meet(other).is_empty(),
            (Shape::Text(one), Shape::Text(other)) => apart_texts(&one.meet(other)),
            (Shape::Array(one), Shape::Array(other)) => {
                one.max.is_some_and(|max| max < other.min) || other.max.is_some_and(|max| max < one.min) || {
                    let first = (one.item(self.arena, 0), other.item(self.arena, 0));
                    one.min.max(other.min) > 0
                        && depth > 0
                        && self.apart_children(&first.0, &first.1, depth - 1)
                }
            }
            (Shape::Object(one), Shape::Object(other)) => self.apart_objects(one, other, depth),
            _ => false,
        }
    }

    fn apart_objects(&self, one: &ObjectSet, other: &ObjectSet, depth: u32) -> bool {
        one.required.union(&other.required).any(|name| {
            match (one.under(self.arena, name), other.under(self.arena, name)) {
                (Some(one), Some(other)) => depth > 0 && self.apart_children(&one, &other, depth - 1),
                _ => true,
            }
        })
    }

    fn apart_children(&self, one: &Child, other: &Child, depth: u32) -> bool {
        let (Some(ones), Some(others)) = (self.arena.shapes(one), self.arena.shapes(other)) else {
            return false;
        };
        ones.iter()
            .all(|one| others.iter().all(|other| self.apart(one, other, depth)))
    }

    /// Whether the value is surely not of this shape.
    fn is_not(&self, value: &serde_json::Value, shape: &Shape) -> bool {
        match shape {
            Shape::Number(number) => value.as_number().is_some_and(|value| {
                let plain = NumberSet {
                    multiples: Vec::new(),
                    ..number.clone()
                };
                !plain.contains(Real::of(value))
            }),
            Shape::Text(text) => value.as_str().is_some_and(|value| {
                let length = value.chars().count() as u64;
                length < text.min
                    || text.max.is_some_and(|max| length > max)
                    || text
                        .patterns
                        .iter()
                        .any(|pattern| patterns::matches(pattern, value) == Some(false))
            }),
            _ => false,
        }
    }

    /// Numbers at which the numeric keywords below `node` change their answer.
    pub(super) fn edges(&self, node: NodeId) -> Vec<Real> {
        fn gather(schema: &serde_json::Value, edges: &mut Vec<Real>) {
            match schema {
                serde_json::Value::Number(number) => edges.push(Real::of(number)),
                serde_json::Value::Array(values) => values.iter().for_each(|value| gather(value, edges)),
                serde_json::Value::Object(map) => map.values().for_each(|value| gather(value, edges)),
                _ => {}
            }
        }
        let mut edges = Vec::new();
        gather(&self.arena.node(node).schema, &mut edges);
        edges.truncate(8);
        edges
    }
}

fn apart_texts(both: &TextSet) -> bool {
    if both.max.is_some_and(|max| max < both.min) {
        return true;
    }
    let each: Vec<&str> = both.patterns.iter().map(String::as_str).collect();
    each.len() > 1 && patterns::find(&each, &[], &Default::default(), (both.min, both.max)) == Found::Nothing
}
