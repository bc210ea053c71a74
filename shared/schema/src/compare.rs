//! Two schemas, compared: obstacles become findings, each with a witness that both validators confirm.

use std::{collections::BTreeSet, fmt::Write as _};

use serde_json::{Map, Value, json};

use crate::{
    content::{ContentModel, given},
    dialect::{modern, without_annotations},
    engine::{self, Opinion},
    finding::{Finding, Outcome},
    holds::{Obstacle, Question, Step, obstacle},
    kind::Kind,
    rename,
    rule::{Direction, Mode, Rule, Severity, rules},
    shape::{Arena, Child, NodeId, Shape, Side},
};

/// Whether `reader` reads what `writer` writes, in the given mode: backward, `reader` is the new schema and `writer` the old one. For
/// one pair, a transitive mode is the plain one; over versions it is that against each.
#[must_use]
pub fn compatible(reader: &Value, writer: &Value, mode: Mode, content: ContentModel) -> Outcome {
    change(writer, reader, mode, content)
}

/// What a change from `old` to `new` breaks.
#[must_use]
pub fn change(old: &Value, new: &Value, mode: Mode, content: ContentModel) -> Outcome {
    let mut findings: Vec<Finding> = Vec::new();
    for direction in mode.directions() {
        let (reader, writer) = match direction {
            Direction::Backward => (new, old),
            Direction::Forward => (old, new),
        };
        for finding in reads(reader, writer, *direction, content) {
            // What is wrong both ways by the same rule is told once.
            let told = findings
                .iter()
                .any(|known| known.rule == finding.rule && known.path == finding.path);
            if !told || finding.rule == &rules::UNDECIDED {
                findings.push(finding);
            }
        }
    }
    findings.extend(rename::silent(old, new));
    Outcome::of(findings)
}

/// What keeps `reader` from reading what `writer` writes; the direction says which of the two is new.
#[must_use]
pub fn reads(reader: &Value, writer: &Value, direction: Direction, content: ContentModel) -> Vec<Finding> {
    if without_annotations(reader) == without_annotations(writer) && content == ContentModel::Strict {
        return Vec::new();
    }
    let (modern_reader, modern_writer) = (modern(reader), modern(writer));
    let arena = Arena::new(content.writer(&modern_writer), content.reader(&modern_reader));
    Pair {
        arena: &arena,
        reader: &modern_reader,
        writer: &modern_writer,
        direction,
    }
    .findings()
}

struct Pair<'a> {
    arena: &'a Arena,
    /// The schemas before the content model was put on them: what people wrote.
    reader: &'a Value,
    writer: &'a Value,
    direction: Direction,
}

impl Pair<'_> {
    fn findings(&self) -> Vec<Finding> {
        let (Some(writer), Some(reader)) = (self.arena.at(Side::Writer, ""), self.arena.at(Side::Reader, ""))
        else {
            return vec![self.undecided("One of the two is no schema: neither an object nor a boolean.")];
        };
        let written = Child::All([writer].into());
        let mut obstacles = Question::new(self.arena).child(&written, reader);
        if foreign(self.writer, true) || foreign(self.reader, true) {
            obstacles.push(obstacle(Kind::Reference, reader, Vec::new()));
        }
        let covers = || {
            engine::covers(
                self.arena.document(Side::Reader),
                self.arena.document(Side::Writer),
            )
        };
        if obstacles.is_empty() {
            // Proved. The other engine is asked all the same; where it objects, a value would have to show it.
            return match covers() {
                Opinion::No => self.disagreement(&written),
                Opinion::Yes | Opinion::Unknown => Vec::new(),
            };
        }
        let (shown, open): (Vec<_>, Vec<_>) = obstacles
            .into_iter()
            .map(|obstacle| (self.witness(&obstacle.candidates), obstacle))
            .partition(|(witness, obstacle)| witness.is_some() || obstacle.kind.is_declared());
        if shown.is_empty() && covers() == Opinion::Yes {
            return Vec::new();
        }
        let settled = !shown.is_empty();
        let mut findings: Vec<Finding> = shown
            .into_iter()
            .map(|(witness, obstacle)| self.finding(&obstacle, witness))
            .collect();
        // Whatever else could be in the way does not change that something is.
        if !settled {
            match self.any_witness(&written) {
                Some(witness) => {
                    findings.extend(open.first().map(|(_, first)| self.finding(first, Some(witness))));
                }
                None => findings.extend(open.iter().map(|(_, obstacle)| self.undecided_at(obstacle))),
            }
        }
        findings
    }

    /// The first of the values that is written and not read.
    fn witness(&self, candidates: &[Value]) -> Option<Value> {
        let shows = |value: &&Value| {
            self.accepts(Side::Writer, value) == Some(true)
                && self.accepts(Side::Reader, value) == Some(false)
        };
        candidates
            .iter()
            .filter(shows)
            .min_by_key(|value| value.to_string().len())
            .cloned()
    }

    fn accepts(&self, side: Side, value: &Value) -> Option<bool> {
        self.arena
            .at(side, "")
            .and_then(|root| self.arena.accepts(root, value))
    }

    /// Any value of the writer's that shows it.
    fn any_witness(&self, written: &Child) -> Option<Value> {
        self.witness(&self.arena.samples(written))
    }

    fn disagreement(&self, written: &Child) -> Vec<Finding> {
        match self.any_witness(written) {
            None => Vec::new(),
            Some(witness) => {
                let mut finding = self
                    .undecided("The proof is wrong: this value is written and not read. Please report it.");
                finding.witness = Some(witness);
                vec![finding]
            }
        }
    }

    fn finding(&self, obstacle: &Obstacle, witness: Option<Value>) -> Finding {
        let (old, new) = self.fragments(obstacle);
        let rule = match obstacle.kind {
            Kind::Type if !self.share_a_type(obstacle) => &rules::TYPE_CHANGED,
            kind => precise(kind, self.direction, old.as_ref(), new.as_ref()),
        };
        let path = path(&obstacle.at);
        Finding {
            rule,
            message: format!("{path}: {}", rule.says),
            severity: rule.severity,
            page: rule.page(),
            direction: Some(self.direction),
            path,
            old,
            new,
            witness,
        }
    }

    /// Whether both sides have a type in common there.
    fn share_a_type(&self, obstacle: &Obstacle) -> bool {
        let types = |nodes: &[NodeId]| {
            let shapes = self.arena.shapes(&Child::All(nodes.iter().copied().collect()))?;
            Some(shapes.iter().map(Shape::kind).collect::<BTreeSet<_>>())
        };
        match (
            types(obstacle.writer.as_deref().unwrap_or_default()),
            types(&[obstacle.reader]),
        ) {
            (Some(written), Some(read)) => written.intersection(&read).next().is_some(),
            _ => true,
        }
    }

    fn undecided_at(&self, obstacle: &Obstacle) -> Finding {
        let suspected = obstacle.kind.rule(self.direction);
        let mut finding = self.finding(obstacle, None);
        finding.rule = &rules::UNDECIDED;
        finding.severity = Severity::Error;
        finding.page = rules::UNDECIDED.page();
        finding.message = format!(
            "{}: {} (suspected: {})",
            finding.path,
            rules::UNDECIDED.says,
            suspected.id
        );
        finding
    }

    fn undecided(&self, why: &str) -> Finding {
        let mut finding = Finding::declared(&rules::UNDECIDED, why.to_owned());
        finding.direction = Some(self.direction);
        finding
    }

    /// What both schemas say at the obstacle, as (old, new).
    fn fragments(&self, obstacle: &Obstacle) -> (Option<Value>, Option<Value>) {
        let written = |node: &NodeId| {
            let node = self.arena.node(*node);
            let document = match node.side {
                Side::Writer => self.writer,
                Side::Reader => self.reader,
            };
            document
                .pointer(&given(&node.pointer))
                .cloned()
                .unwrap_or_else(|| node.schema.clone())
        };
        let reader = Some(told(&written(&obstacle.reader)));
        let writer = match obstacle.writer.as_deref().unwrap_or_default() {
            [] => None,
            [one] => Some(told(&written(one))),
            all => Some(json!({ "allOf": all.iter().map(|node| told(&written(node))).collect::<Vec<_>>() })),
        };
        match self.direction {
            Direction::Backward => (writer, reader),
            Direction::Forward => (reader, writer),
        }
    }
}

/// Whether a part of the schema has a name of its own, or names another where it is used: then a pointer is not what it seems.
fn foreign(schema: &Value, root: bool) -> bool {
    match schema {
        Value::Object(keywords) => {
            let named = |keyword: &str| keywords.get(keyword).is_some_and(Value::is_string);
            let own = named("$dynamicRef") || named("$recursiveRef") || (!root && named("$id"));
            own || keywords.values().any(|value| foreign(value, false))
        }
        Value::Array(values) => values.iter().any(|value| foreign(value, false)),
        _ => false,
    }
}

/// A fragment as it is told: without definitions, and what it nests only by name.
fn told(schema: &Value) -> Value {
    let Value::Object(keywords) = without_annotations(schema) else {
        return schema.clone();
    };
    let told = keywords
        .into_iter()
        .filter(|(keyword, _)| !matches!(keyword.as_str(), "$defs" | "definitions"));
    let told = told.map(|(keyword, value)| match (keyword.as_str(), &value) {
        ("properties", Value::Object(properties)) if value.to_string().len() > 400 => (
            keyword,
            properties.keys().map(|name| (name.clone(), json!("…"))).collect(),
        ),
        _ => (keyword, value),
    });
    Value::Object(told.collect::<Map<_, _>>())
}

/// The rule for what both sides say: what is merely another one is neither narrowed nor widened.
fn precise(kind: Kind, direction: Direction, old: Option<&Value>, new: Option<&Value>) -> &'static Rule {
    let both = |keyword: &str| {
        let has = |side: Option<&Value>| side.is_some_and(|schema| schema.get(keyword).is_some());
        has(old) && has(new)
    };
    match kind {
        Kind::Pattern if both("pattern") => &rules::PATTERN_CHANGED,
        Kind::Format if both("format") => &rules::FORMAT_CHANGED,
        Kind::Value if both("const") => &rules::CONST_CHANGED,
        kind => kind.rule(direction),
    }
}

/// The place as a JSONPath: `$.items[0].sku`.
pub(crate) fn path(at: &[Step]) -> String {
    let mut path = "$".to_owned();
    for step in at {
        let plain = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        // Writing to a string cannot fail.
        let _written = match step {
            Step::Property(name) if name == "*" || plain(name) => write!(path, ".{name}"),
            Step::Property(name) => write!(path, "[{}]", json!(name)),
            Step::Item(index) => write!(path, "[{index}]"),
        };
    }
    path
}
