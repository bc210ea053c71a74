//! The two documents that are compared, and their subschemas as small numbers.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use serde_json::Value;

use super::{Conjunction, expand::Expanded};
use crate::validate::Validators;

/// Whose schema it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Side {
    Writer,
    Reader,
}

/// A subschema of one of the two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(u32);

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) side: Side,
    pub(crate) pointer: String,
    pub(crate) schema: Value,
}

/// How many steps a comparison may take, so that a huge or hostile schema ends as undecided.
const STEPS: u32 = 400_000;

/// Both documents.
pub(crate) struct Arena {
    documents: [Rc<Value>; 2],
    nodes: RefCell<Vec<Rc<Node>>>,
    ids: RefCell<HashMap<(Side, String), Option<NodeId>>>,
    validators: Validators,
    /// The shapes of what was looked at before, to a depth.
    expanded: RefCell<HashMap<(Conjunction, u32), Expanded>>,
    steps: Cell<u32>,
}

impl Arena {
    pub(crate) fn new(writer: Value, reader: Value) -> Self {
        let documents = [Rc::new(writer), Rc::new(reader)];
        Self {
            validators: Validators::of(&documents),
            documents,
            nodes: RefCell::default(),
            ids: RefCell::default(),
            expanded: RefCell::default(),
            steps: Cell::new(STEPS),
        }
    }

    /// False when the comparison has taken too many steps.
    pub(crate) fn step(&self) -> bool {
        let left = self.steps.get();
        self.steps.set(left.saturating_sub(1));
        left > 0
    }

    /// The shapes, by the answer of before where there is one.
    pub(super) fn once(&self, nodes: &Conjunction, depth: u32, expand: impl Fn() -> Expanded) -> Expanded {
        if let Some(known) = self.expanded.borrow().get(&(nodes.clone(), depth)) {
            return known.clone();
        }
        let expanded = expand();
        self.expanded
            .borrow_mut()
            .insert((nodes.clone(), depth), expanded.clone());
        expanded
    }

    pub(crate) fn document(&self, side: Side) -> &Value {
        &self.documents[side as usize]
    }

    /// The subschema at `pointer`; none where nothing is there.
    pub(crate) fn at(&self, side: Side, pointer: &str) -> Option<NodeId> {
        if let Some(known) = self.ids.borrow().get(&(side, pointer.to_owned())) {
            return *known;
        }
        let schema = self.document(side).pointer(pointer);
        let id = schema
            .filter(|schema| schema.is_object() || schema.is_boolean())
            .map(|schema| {
                let mut nodes = self.nodes.borrow_mut();
                let id = NodeId(u32::try_from(nodes.len()).unwrap_or(u32::MAX));
                nodes.push(Rc::new(Node {
                    side,
                    pointer: pointer.to_owned(),
                    schema: schema.clone(),
                }));
                id
            });
        self.ids.borrow_mut().insert((side, pointer.to_owned()), id);
        id
    }

    pub(crate) fn node(&self, id: NodeId) -> Rc<Node> {
        Rc::clone(&self.nodes.borrow()[id.0 as usize])
    }

    /// The subschema below `id` at these keys.
    pub(crate) fn child(&self, id: NodeId, keys: &[&str]) -> Option<NodeId> {
        let node = self.node(id);
        let mut pointer = node.pointer.clone();
        for key in keys {
            pointer.push('/');
            match key.contains(['~', '/']) {
                true => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
                false => pointer.push_str(key),
            }
        }
        self.at(node.side, &pointer)
    }

    /// The subschemas of an array of them, like `anyOf`.
    pub(crate) fn array(&self, id: NodeId, keyword: &str) -> Vec<NodeId> {
        let node = self.node(id);
        let length = node
            .schema
            .get(keyword)
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        (0..length)
            .filter_map(|index| self.child(id, &[keyword, &index.to_string()]))
            .collect()
    }

    /// The names of a map of subschemas, like `properties`.
    pub(crate) fn names(&self, id: NodeId, keyword: &str) -> Vec<String> {
        let node = self.node(id);
        let map = node.schema.get(keyword).and_then(Value::as_object);
        map.into_iter().flat_map(|map| map.keys().cloned()).collect()
    }

    /// A keyword that counts, like `minItems`.
    pub(crate) fn count(&self, id: NodeId, keyword: &str) -> Option<u64> {
        let node = self.node(id);
        let value = node.schema.get(keyword)?;
        // 1.0 is an integer, too (JSON Schema core, 6.3).
        value.as_u64().or_else(|| {
            let real = value
                .as_f64()
                .filter(|real| real.fract() == 0.0 && *real >= 0.0)?;
            format!("{real:.0}").parse().ok()
        })
    }

    /// What `$ref` names.
    pub(crate) fn reference(&self, id: NodeId) -> Option<NodeId> {
        let node = self.node(id);
        let reference = node.schema.get("$ref")?.as_str()?;
        let fragment = reference.strip_prefix('#')?;
        let pointer = match fragment.is_empty() || fragment.starts_with('/') {
            true => decoded(fragment),
            false => anchored(self.document(node.side), fragment, String::new())?,
        };
        self.at(node.side, &pointer)
    }

    /// Whether the real validator takes `value` by this subschema; none where it cannot be asked.
    pub(crate) fn accepts(&self, id: NodeId, value: &Value) -> Option<bool> {
        let node = self.node(id);
        self.validators.accepts(node.side, &node.pointer, value)
    }
}

/// `%20` and the like in a fragment.
fn decoded(fragment: &str) -> String {
    let (mut bytes, text) = (Vec::new(), fragment.as_bytes());
    let mut at = 0;
    while at < text.len() {
        let hex = fragment.get(at + 1..at + 3).filter(|_| text[at] == b'%');
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                at += 3;
            }
            None => {
                bytes.push(text[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Where the schema with this anchor is.
fn anchored(schema: &Value, anchor: &str, at: String) -> Option<String> {
    match schema {
        Value::Object(keywords) => {
            if keywords.get("$anchor").and_then(Value::as_str) == Some(anchor) {
                return Some(at);
            }
            keywords.iter().find_map(|(key, value)| {
                anchored(
                    value,
                    anchor,
                    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")),
                )
            })
        }
        Value::Array(values) => values
            .iter()
            .enumerate()
            .find_map(|(index, value)| anchored(value, anchor, format!("{at}/{index}"))),
        _ => None,
    }
}
