//! Values of a type: plain ones, ones at every edge that either type of a pair has, and near misses; of those that the writer writes,
//! the few that the reader's parts tell apart. Nothing of the library helps to find one: the validators say which are of a type.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::{
    edges::{Edges, anything},
    schema::Form,
    types::{Field, Type},
    validator,
};

/// Values kept of those that all parts of the reader answer alike.
const ALIKE: usize = 2;

/// Values kept of one part of a type.
const KEPT: usize = 40;

/// What is asked of a pair.
pub struct Values {
    edges: Edges,
    /// How the writer's parts are written.
    form: Form,
    /// The reader's parts: values that all of them answer alike need not all be tried.
    parts: Vec<Validator>,
}

impl Values {
    pub fn new(writer: &Type, reader: &Type, written: Form, read: Form) -> Self {
        let mut schemas: Vec<Value> = Vec::new();
        reader.each(&mut |part| {
            let schema = part.schema(read);
            if !schemas.contains(&schema) {
                schemas.push(schema);
            }
        });
        Self {
            edges: Edges::of([writer, reader]),
            form: written,
            parts: schemas.iter().map(validator).collect(),
        }
    }

    /// Values that are written of this type.
    pub fn of(&self, kind: &Type) -> Vec<Value> {
        let written = validator(&kind.schema(self.form));
        let mut candidates = self.candidates(kind);
        candidates.retain(|value| written.is_valid(value));
        self.told_apart(candidates)
    }

    fn told_apart(&self, values: Vec<Value>) -> Vec<Value> {
        let mut alike: BTreeMap<Vec<bool>, usize> = BTreeMap::new();
        let mut kept = Vec::new();
        for value in values {
            if kept.len() == KEPT {
                break;
            }
            let answers = self.parts.iter().map(|part| part.is_valid(&value)).collect();
            let known = alike.entry(answers).or_default();
            if *known < ALIKE && !kept.contains(&value) {
                *known += 1;
                kept.push(value);
            }
        }
        kept
    }

    fn candidates(&self, kind: &Type) -> Vec<Value> {
        match kind {
            Type::Any => anything().into_iter().chain(self.edges.strings()).collect(),
            Type::Unit => vec![json!(null)],
            Type::Bool => vec![json!(true), json!(false)],
            Type::Integer(..) | Type::NonZero => self.edges.integers().collect(),
            Type::Float(..) => self.edges.integers().chain(self.edges.fractions()).collect(),
            Type::Text(..) | Type::Pattern(_) | Type::Format(_) | Type::UnitVariants(..) | Type::Const(_) => {
                self.edges.strings().collect()
            }
            Type::Option(inner) => self.of(inner).into_iter().chain([json!(null)]).collect(),
            Type::Array(item, ..) => self.arrays(&self.of(item)),
            Type::Tuple(items) => one_by_one(&items.iter().map(|item| self.of(item)).collect::<Vec<_>>()),
            Type::Map(value) => self.maps(&self.of(value), ""),
            Type::Numbered(value) => self.maps(&self.of(value), "1"),
            Type::Struct { fields, .. } => self.objects(fields, &Map::new()),
            Type::Rest(fields, rest) => {
                let others = self.of(rest);
                let objects = self.objects(fields, &Map::new());
                let with = |value: &Value| with(objects.first()?, "other", value.clone()).into();
                let rest: Vec<Value> = others.iter().filter_map(with).collect();
                objects.into_iter().chain(rest).collect()
            }
            Type::Recursive(fields) => self.trees(fields),
            Type::Internal(variants) => self.tagged(variants, &[]),
            Type::Flattened(fields, variants) => self.tagged(variants, fields),
            Type::Adjacent(variants) => {
                let one = |(name, kind): &(String, Type)| {
                    let contents = self.of(kind).into_iter();
                    let each = contents.map(|value| json!({ "t": name, "c": value }));
                    each.collect::<Vec<_>>()
                };
                variants.iter().flat_map(one).collect()
            }
            Type::External(units, variants) => {
                let one = |(name, kind): &(String, Type)| {
                    let contents = self.of(kind).into_iter();
                    contents.map(|value| json!({ name: value })).collect::<Vec<_>>()
                };
                let units = units.iter().map(|name| json!(name));
                variants.iter().flat_map(one).chain(units).collect()
            }
            Type::Untagged(kinds) => kinds.iter().flat_map(|kind| self.of(kind)).collect(),
            Type::Refined(inner, _) => {
                // The refinement may leave out all of those that were kept of the inner type.
                self.of(inner).into_iter().chain(self.candidates(inner)).collect()
            }
        }
    }

    fn trees(&self, fields: &[Field]) -> Vec<Value> {
        let written = validator(&Type::Recursive(fields.to_vec()).schema(self.form));
        let alone = self.objects(fields, &Map::new());
        // Children must be there: without any, it is a leaf.
        let mut trees: Vec<Value> = alone
            .iter()
            .map(|tree| with(tree, "children", json!([])))
            .collect();
        trees.retain(|tree| written.is_valid(tree));
        let leaves = self.told_apart(trees.clone());
        let above = leaves
            .iter()
            .filter_map(|leaf| Some(with(leaves.first()?, "children", json!([leaf]))));
        trees.splice(0..0, leaves.clone());
        trees.extend(above);
        trees.extend(alone);
        trees
    }

    fn tagged(&self, variants: &[(String, Vec<Field>)], besides: &[Field]) -> Vec<Value> {
        let one = |(tag, fields): &(String, Vec<Field>)| {
            let tag = Map::from_iter([("kind".to_owned(), json!(tag))]);
            self.objects(&[besides, fields].concat(), &tag)
        };
        variants.iter().flat_map(one).collect()
    }

    fn maps(&self, values: &[Value], names: &str) -> Vec<Value> {
        let mut maps = vec![json!({})];
        for name in self.edges.names().chain(["other".to_owned(), "7".to_owned()]) {
            maps.extend(values.iter().map(|value| json!({ &name: value })));
        }
        for length in self.edges.lengths() {
            let named = |index: u64| format!("{}{index}", if names.is_empty() { "k" } else { names });
            maps.extend(values.first().map(|value| {
                (0..length)
                    .map(|index| (named(index), value.clone()))
                    .collect::<Map<_, _>>()
                    .into()
            }));
        }
        maps
    }

    fn arrays(&self, items: &[Value]) -> Vec<Value> {
        let mut arrays = vec![json!([])];
        for length in self.edges.lengths() {
            let length = length as usize;
            for (place, item) in items.iter().enumerate() {
                arrays.push(vec![item.clone(); length].into());
                // All different, this one among them.
                arrays.push(
                    items
                        .iter()
                        .cycle()
                        .skip(place)
                        .take(length.min(items.len()))
                        .cloned()
                        .collect(),
                );
            }
        }
        arrays.extend(items.iter().map(|item| json!([item])));
        arrays
    }

    /// Objects with all fields and with those alone that must be there; then each field by itself at each of its values, and absent;
    /// then undeclared properties.
    fn objects(&self, fields: &[Field], fixed: &Map<String, Value>) -> Vec<Value> {
        let lists: Vec<Vec<Value>> = fields.iter().map(|field| self.of(&field.kind)).collect();
        let object = |has: &dyn Fn(&Field) -> bool| {
            let mut map = fixed.clone();
            for (field, list) in fields.iter().zip(&lists).filter(|(field, _)| has(field)) {
                map.extend(list.first().map(|value| (field.name.clone(), value.clone())));
            }
            Value::Object(map)
        };
        let bases = [object(&|_| true), object(&|field| field.required)];
        let mut objects = bases.to_vec();
        for base in &bases {
            for (field, list) in fields.iter().zip(&lists) {
                objects.extend(list.iter().map(|value| with(base, &field.name, value.clone())));
                objects.push(without(base, &field.name));
            }
        }
        for base in &bases {
            let undeclared = self
                .edges
                .names()
                .chain(["other", "children", "kind"].map(ToOwned::to_owned));
            for name in undeclared.collect::<BTreeSet<_>>() {
                if base.get(&name).is_none() {
                    objects.extend(anything().into_iter().map(|value| with(base, &name, value)));
                }
            }
            for length in self.edges.lengths() {
                let others = (0..length).map(|index| (format!("other{index}"), json!(null)));
                let mut whole = base.clone();
                others.for_each(|(name, value)| whole[name] = value);
                objects.push(whole);
            }
        }
        objects
    }
}

fn with(object: &Value, name: &str, value: Value) -> Value {
    let mut object = object.clone();
    object[name] = value;
    object
}

fn without(object: &Value, name: &str) -> Value {
    let mut object = object.clone();
    if let Value::Object(map) = &mut object {
        map.remove(name);
    }
    object
}

/// All places at their first value, then each place by itself at each of its values.
fn one_by_one(places: &[Vec<Value>]) -> Vec<Value> {
    let Some(base) = places
        .iter()
        .map(|values| values.first().cloned())
        .collect::<Option<Vec<_>>>()
    else {
        return Vec::new();
    };
    let mut combined = vec![Value::from(base.clone())];
    for (place, values) in places.iter().enumerate() {
        combined.extend(values.iter().map(|value| {
            let mut one = base.clone();
            one[place] = value.clone();
            one.into()
        }));
    }
    // One fewer and one more than there are places.
    combined.push(base[1..].to_vec().into());
    combined
}
