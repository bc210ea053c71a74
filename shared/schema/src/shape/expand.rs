//! From subschemas to shapes: `allOf` and `$ref` meet, `anyOf` and `oneOf` and types are alternatives.

use std::{collections::BTreeSet, rc::Rc};

use serde_json::Value;

use super::{
    Allowed, Arena, ArraySet, Child, Conjunction, Literal, NodeId, NumberSet, ObjectSet, Shape, TextSet,
};

/// More alternatives than these are not looked through.
const ALTERNATIVES: usize = 1_024;

/// How deep a required child is looked into for being impossible.
const DEPTH: u32 = 4;

/// The shapes; none where there are too many to look through.
pub(crate) type Expanded = Option<Vec<Shape>>;

impl Arena {
    /// The shapes of what stands inside a value.
    pub(crate) fn shapes(&self, child: &Child) -> Expanded {
        self.shapes_to(child, DEPTH)
    }

    fn shapes_to(&self, child: &Child, depth: u32) -> Expanded {
        match child {
            Child::One(shape) => Some(vec![Shape::clone(shape)]),
            Child::All(nodes) => self.once(nodes, depth, || self.all(nodes, depth)),
        }
    }

    /// The shapes of what all of these admit.
    fn all(&self, nodes: &Conjunction, depth: u32) -> Expanded {
        let mut shapes = anything();
        for node in nodes {
            shapes = meet(&shapes, &self.expand(*node, &mut BTreeSet::new())?)?;
        }
        shapes.retain(|shape| match shape {
            Shape::Value(value) => nodes
                .iter()
                .all(|node| self.accepts(*node, &value.0) != Some(false)),
            _ => true,
        });
        Some(
            shapes
                .into_iter()
                .filter(|shape| !self.impossible(shape, depth))
                .collect(),
        )
    }

    /// Whether there is surely no value of this shape.
    fn impossible(&self, shape: &Shape, depth: u32) -> bool {
        let none = |child: Option<Child>| match child {
            None => true,
            Some(_) if depth == 0 => false,
            Some(child) => self
                .shapes_to(&child, depth - 1)
                .is_some_and(|shapes| shapes.is_empty()),
        };
        match shape {
            Shape::Value(_) => false,
            Shape::Number(number) => number.is_empty(),
            Shape::Text(text) => text.max.is_some_and(|max| max < text.shortest()),
            Shape::Array(array) => {
                array.max.is_some_and(|max| max < array.min)
                    || (0..array.min.min(8)).any(|index| none(Some(array.item(self, index as usize))))
            }
            Shape::Object(object) => {
                object
                    .max
                    .is_some_and(|max| max < object.min.max(object.required.len() as u64))
                    || object.required.iter().any(|name| none(object.under(self, name)))
            }
        }
    }

    /// The shapes of one schema. `seen` are the schemas of the same value around it: a loop through them says nothing.
    fn expand(&self, id: NodeId, seen: &mut BTreeSet<NodeId>) -> Expanded {
        let node = self.node(id);
        let Value::Object(_) = node.schema else {
            return Some(if node.schema == Value::Bool(false) {
                Vec::new()
            } else {
                anything()
            });
        };
        if !seen.insert(id) {
            return Some(anything());
        }
        let mut shapes = self.own(id, &node.schema);
        let together = self.reference(id).into_iter().chain(self.array(id, "allOf"));
        for part in together {
            shapes = meet(&shapes, &self.expand(part, seen)?)?;
        }
        for alternatives in ["anyOf", "oneOf"] {
            if node.schema.get(alternatives).is_some() {
                let mut union = Vec::new();
                for part in self.array(id, alternatives) {
                    union.extend(self.expand(part, seen)?);
                }
                shapes = meet(&shapes, &union)?;
            }
        }
        if let Some(condition) = self.child(id, &["if"]) {
            shapes = self.conditional(id, condition, shapes, seen)?;
        }
        seen.remove(&id);
        if node.schema.get("unevaluatedProperties") == Some(&Value::Bool(false)) {
            shapes.iter_mut().for_each(|shape| self.close(shape));
        }
        Some(shapes)
    }

    /// What is true of a value by `then` and `else`, where that is more than nothing.
    fn conditional(
        &self,
        id: NodeId,
        condition: NodeId,
        shapes: Vec<Shape>,
        seen: &mut BTreeSet<NodeId>,
    ) -> Expanded {
        let expand = |part: Option<NodeId>, seen: &mut BTreeSet<NodeId>| match part {
            Some(part) => self.expand(part, seen),
            None => Some(anything()),
        };
        let mut holds = self.expand(condition, seen)?;
        holds = meet(&holds, &expand(self.child(id, &["then"]), seen)?)?;
        holds.extend(expand(self.child(id, &["else"]), seen)?);
        meet(&shapes, &holds)
    }

    /// What the schema's own keywords say, a shape a type.
    fn own(&self, id: NodeId, schema: &Value) -> Vec<Shape> {
        let listed = match (schema.get("const"), schema.get("enum")) {
            (Some(value), _) => Some(vec![value.clone()]),
            (None, Some(Value::Array(values))) => Some(values.clone()),
            _ => None,
        };
        if let Some(values) = listed {
            let taken = values
                .into_iter()
                .filter(|value| self.accepts(id, value) != Some(false));
            return taken.map(|value| Shape::Value(Literal::of(&value))).collect();
        }
        let types: Option<Vec<&str>> = match schema.get("type") {
            Some(Value::String(one)) => Some(vec![one]),
            Some(Value::Array(types)) => Some(types.iter().filter_map(Value::as_str).collect()),
            _ => None,
        };
        let has = |name: &str| types.as_ref().is_none_or(|types| types.contains(&name));
        let mut shapes = Vec::new();
        if has("null") {
            shapes.push(Shape::Value(Literal(Value::Null)));
        }
        if has("boolean") {
            shapes.extend([true, false].map(|value| Shape::Value(Literal(Value::Bool(value)))));
        }
        if has("number") || has("integer") {
            shapes.push(Shape::Number(NumberSet::of(schema, !has("number"))));
        }
        if has("string") {
            shapes.push(Shape::Text(self.text(id, schema)));
        }
        if has("array") {
            shapes.push(Shape::Array(ArraySet {
                min: self.count(id, "minItems").unwrap_or(0),
                max: self.count(id, "maxItems"),
                unique: schema.get("uniqueItems") == Some(&Value::Bool(true)),
                groups: Conjunction::from([id]),
            }));
        }
        if has("object") {
            let required = schema.get("required").and_then(Value::as_array);
            let required: BTreeSet<String> = required
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(ToOwned::to_owned)
                .collect();
            shapes.push(Shape::Object(ObjectSet {
                min: self.count(id, "minProperties").unwrap_or(0),
                max: self.count(id, "maxProperties"),
                required,
                groups: Conjunction::from([id]),
                ..ObjectSet::default()
            }));
        }
        shapes
    }

    fn text(&self, id: NodeId, schema: &Value) -> TextSet {
        let named = |keyword: &str| schema.get(keyword).and_then(Value::as_str).map(ToOwned::to_owned);
        let contents = ["contentEncoding", "contentMediaType"];
        TextSet {
            min: self.count(id, "minLength").unwrap_or(0),
            max: self.count(id, "maxLength"),
            patterns: named("pattern").into_iter().collect(),
            formats: named("format").into_iter().collect(),
            contents: contents
                .iter()
                .filter_map(|keyword| Some(format!("{keyword}={}", named(keyword)?)))
                .collect(),
        }
    }

    /// Names that no schema of the object describes cannot occur.
    fn close(&self, shape: &mut Shape) {
        let Shape::Object(object) = shape else { return };
        // What these describe depends on more than the shape says: it is left open.
        let describing = ["additionalProperties", "dependentSchemas"];
        let open = |group: &NodeId| {
            let schema = &self.node(*group).schema;
            let unevaluated = schema
                .get("unevaluatedProperties")
                .is_some_and(|rest| *rest != Value::Bool(false));
            unevaluated || describing.iter().any(|keyword| schema.get(keyword).is_some())
        };
        if object.groups.iter().any(open) {
            return;
        }
        let declared = object
            .groups
            .iter()
            .flat_map(|group| self.names(*group, "properties"));
        let closed = ObjectSet {
            allowed: Some(Allowed {
                names: declared.collect(),
                patterns: object.patterns(self),
            }),
            ..ObjectSet::default()
        };
        *object = object.meet(&closed);
    }
}

/// Any value at all.
fn anything() -> Vec<Shape> {
    vec![
        Shape::Value(Literal(Value::Null)),
        Shape::Value(Literal(Value::Bool(true))),
        Shape::Value(Literal(Value::Bool(false))),
        Shape::Number(NumberSet::default()),
        Shape::Text(TextSet::default()),
        Shape::Array(ArraySet::default()),
        Shape::Object(ObjectSet::default()),
    ]
}

/// What is in both unions. A value meets a shape of its type; whether it is in it, the validator says at the end.
fn meet(one: &[Shape], other: &[Shape]) -> Expanded {
    let mut met = Vec::new();
    for left in one {
        for right in other {
            let both = match (left, right) {
                (Shape::Value(left), Shape::Value(right)) if left == right => {
                    Some(Shape::Value(left.clone()))
                }
                (Shape::Value(_), Shape::Value(_)) => None,
                (Shape::Value(value), shape) | (shape, Shape::Value(value)) => {
                    let value = Shape::Value(value.clone());
                    (value.kind() == shape.kind()).then_some(value)
                }
                (Shape::Number(left), Shape::Number(right)) => Some(Shape::Number(left.meet(right))),
                (Shape::Text(left), Shape::Text(right)) => Some(Shape::Text(left.meet(right))),
                (Shape::Array(left), Shape::Array(right)) => Some(Shape::Array(left.meet(right))),
                (Shape::Object(left), Shape::Object(right)) => Some(Shape::Object(left.meet(right))),
                _ => None,
            };
            if let Some(both) = both.filter(|both| !met.contains(both)) {
                met.push(both);
            }
            if met.len() > ALTERNATIVES {
                return None;
            }
        }
    }
    Some(met)
}

/// One shape of a child.
impl From<Shape> for Child {
    fn from(shape: Shape) -> Self {
        Self::One(Rc::new(shape))
    }
}
