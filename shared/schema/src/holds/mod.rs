//! Whether the reader's schema takes every shape that the writer's admits. Either nothing is in the way, which is a proof, or each
//! thing in the way is told with values that may show it; the validators then say which of them do.

mod array;
mod disjoint;
mod object;
mod scalar;
mod union;

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

use serde_json::Value;

use crate::{
    kind::Kind,
    shape::{Arena, Child, NodeId, Shape},
};

/// Candidates for a witness that are kept for one obstacle.
const CANDIDATES: usize = 24;

/// A step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Property(String),
    Item(usize),
}

/// Something that keeps the reader from taking all that is written.
#[derive(Debug, Clone)]
pub(crate) struct Obstacle {
    pub(crate) kind: Kind,
    /// Where in the value.
    pub(crate) at: Vec<Step>,
    /// The reader's schema there.
    pub(crate) reader: NodeId,
    /// The writer's schemas there, once they are known; none of them: anything may be written.
    pub(crate) writer: Option<Vec<NodeId>>,
    /// Whole values that may be written and not taken.
    pub(crate) candidates: Vec<Value>,
}

/// What is in the way. Nothing: the reader takes all.
pub(crate) type Obstacles = Vec<Obstacle>;

/// One question: does the reader take all that is written?
pub(crate) struct Question<'a> {
    pub(crate) arena: &'a Arena,
    /// What is being looked at, outermost first. What is met again inside itself holds as far as it holds there.
    open: RefCell<Vec<(Child, NodeId)>>,
    /// The outermost of those that an answer has relied on.
    relied: Cell<usize>,
    known: RefCell<HashMap<(NodeId, String), Obstacles>>,
}

impl<'a> Question<'a> {
    pub(crate) fn new(arena: &'a Arena) -> Self {
        Self {
            arena,
            open: RefCell::default(),
            relied: Cell::new(usize::MAX),
            known: RefCell::default(),
        }
    }

    /// What keeps `reader` from taking all that `child` admits.
    pub(crate) fn child(&self, child: &Child, reader: NodeId) -> Obstacles {
        if says_nothing(&self.arena.node(reader).schema) {
            return Obstacles::new();
        }
        if let Some(place) = self
            .open
            .borrow()
            .iter()
            .position(|open| open.0 == *child && open.1 == reader)
        {
            self.relied.set(self.relied.get().min(place));
            return Obstacles::new();
        }
        let key = (reader, format!("{child:?}"));
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let depth = self.open.borrow().len();
        let around = self.relied.replace(usize::MAX);
        self.open.borrow_mut().push((child.clone(), reader));
        let found = self.shapes(child, reader);
        self.open.borrow_mut().pop();
        let relied = self.relied.get();
        // An answer that relies on one that is still open is not yet an answer for everybody.
        if relied >= depth {
            self.known.borrow_mut().insert(key, found.clone());
        }
        let outer = if relied >= depth { usize::MAX } else { relied };
        self.relied.set(around.min(outer));
        found
    }

    fn shapes(&self, child: &Child, reader: NodeId) -> Obstacles {
        let writer = nodes(child);
        let shapes = match self.arena.step() {
            true => self.arena.shapes(child),
            false => None,
        };
        let Some(shapes) = shapes else {
            return vec![obstacle(Kind::TooLarge, reader, Vec::new()).of(&writer)];
        };
        let mut found = Obstacles::new();
        for shape in shapes {
            for one in self.shape(&shape, reader) {
                let one = match one.writer.is_none() {
                    true => one.of(&writer),
                    false => one,
                };
                merge(&mut found, one);
            }
        }
        found
    }

    /// What keeps `reader` from taking all of this shape.
    pub(crate) fn shape(&self, shape: &Shape, reader: NodeId) -> Obstacles {
        if !self.arena.step() {
            return vec![obstacle(Kind::TooLarge, reader, Vec::new())];
        }
        let node = self.arena.node(reader);
        let Value::Object(keywords) = &node.schema else {
            return match node.schema {
                Value::Bool(false) => {
                    vec![obstacle(Kind::Nothing, reader, self.arena.samples_of(shape, &[]))]
                }
                _ => Obstacles::new(),
            };
        };
        if let Shape::Value(value) = shape {
            return match self.arena.accepts(reader, &value.0) {
                Some(true) => Obstacles::new(),
                _ => vec![self.refused(&value.0, reader)],
            };
        }
        let mut found = self.typed(shape, reader, keywords);
        if !found.is_empty() {
            return found;
        }
        found.extend(self.listed(shape, reader, keywords));
        let together = self
            .arena
            .reference(reader)
            .into_iter()
            .chain(self.arena.array(reader, "allOf"));
        for part in together {
            found.extend(self.shape(shape, part));
        }
        if keywords.contains_key("$ref") && self.arena.reference(reader).is_none() {
            found.push(obstacle(Kind::Reference, reader, Vec::new()));
        }
        found.extend(self.any_of(shape, reader, 0));
        found.extend(self.one_of(shape, reader, 0));
        found.extend(self.negated(shape, reader));
        found.extend(self.conditional(shape, reader));
        found.extend(match shape {
            Shape::Value(_) => Obstacles::new(),
            Shape::Number(number) => self.number(number, reader, keywords),
            Shape::Text(text) => self.text(text, reader, keywords),
            Shape::Array(array) => self.array(array, reader, keywords),
            Shape::Object(object) => self.object(object, reader, keywords),
        });
        found
    }

    /// `not`: nothing of the shape may be in what is excluded.
    fn negated(&self, shape: &Shape, reader: NodeId) -> Obstacles {
        let Some(excluded) = self.arena.child(reader, &["not"]) else {
            return Obstacles::new();
        };
        if self.disjoint(shape, excluded) {
            return Obstacles::new();
        }
        let both = self.arena.samples(&Child::All([excluded].into()));
        let candidates = both
            .into_iter()
            .chain(self.arena.samples_of(shape, &self.edges(excluded)));
        vec![obstacle(Kind::Not, reader, candidates.collect())]
    }

    /// `if`, `then`, `else`.
    fn conditional(&self, shape: &Shape, reader: NodeId) -> Obstacles {
        let Some(condition) = self.arena.child(reader, &["if"]) else {
            return Obstacles::new();
        };
        let part = |keyword: &str| match self.arena.child(reader, &[keyword]) {
            Some(part) => self.shape(shape, part),
            None => Obstacles::new(),
        };
        let otherwise = self.shape(shape, condition);
        let mut found = match (otherwise.is_empty(), self.disjoint(shape, condition)) {
            (true, _) => part("then"),
            (false, true) => part("else"),
            (false, false) => part("then")
                .into_iter()
                .chain(part("else"))
                .collect::<Obstacles>(),
        };
        let edges: Vec<Value> = otherwise.into_iter().flat_map(|one| one.candidates).collect();
        for one in &mut found {
            one.kind = Kind::Condition;
            one.candidates.extend(edges.clone());
        }
        found
    }
}

/// An obstacle here.
pub(crate) fn obstacle(kind: Kind, reader: NodeId, mut candidates: Vec<Value>) -> Obstacle {
    candidates.truncate(CANDIDATES);
    Obstacle {
        kind,
        at: Vec::new(),
        reader,
        writer: None,
        candidates,
    }
}

impl Obstacle {
    fn of(mut self, writer: &[NodeId]) -> Self {
        self.writer = Some(writer.to_vec());
        self
    }

    /// The same, seen from the value around it.
    fn inside(mut self, step: Step, whole: impl Fn(Value) -> Option<Value>) -> Self {
        self.at.insert(0, step);
        self.candidates = self.candidates.into_iter().filter_map(whole).collect();
        self
    }
}

/// Shapes of one union often meet the same obstacle; it is told once.
fn merge(found: &mut Obstacles, one: Obstacle) {
    let same = found
        .iter_mut()
        .find(|known| known.kind == one.kind && known.at == one.at && known.reader == one.reader);
    match same {
        Some(known) => {
            known.candidates.extend(one.candidates);
            known.candidates.truncate(CANDIDATES);
        }
        None => found.push(one),
    }
}

fn nodes(child: &Child) -> Vec<NodeId> {
    match child {
        Child::All(all) => all.iter().copied().collect(),
        Child::One(_) => Vec::new(),
    }
}

fn says_nothing(schema: &Value) -> bool {
    match schema {
        Value::Object(keywords) => keywords.is_empty(),
        Value::Bool(taken) => *taken,
        _ => false,
    }
}
