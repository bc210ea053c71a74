//! What changes its meaning without any reader failing: a property that was renamed, and a default that is another one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{
    compare::path,
    dialect::{modern, walk, without_annotations},
    finding::Finding,
    holds::Step,
    rule::{Rule, rules},
};

/// How deep definitions are written out to compare what they stand for.
const DEPTH: u32 = 4;

/// Renames and changed defaults between two schemas of one thing.
pub(crate) fn silent(old: &Value, new: &Value) -> Vec<Finding> {
    let (old, new) = (modern(old), modern(new));
    let mut both = Both {
        old: &old,
        new: &new,
        seen: BTreeSet::new(),
        findings: Vec::new(),
    };
    both.compare(&old, &new, &mut Vec::new());
    both.findings
}

struct Both<'a> {
    old: &'a Value,
    new: &'a Value,
    /// Pairs of schemas that were compared, so that recursive ones end.
    seen: BTreeSet<(usize, usize)>,
    findings: Vec<Finding>,
}

impl<'a> Both<'a> {
    fn compare(&mut self, old: &'a Value, new: &'a Value, at: &mut Vec<Step>) {
        let pair = (std::ptr::from_ref(old) as usize, std::ptr::from_ref(new) as usize);
        if !self.seen.insert(pair) || at.len() > 64 {
            return;
        }
        let (olds, news) = (properties(self.old, old), properties(self.new, new));
        self.renamed(&olds, &news, at);
        for (name, one) in &olds {
            if let Some(other) = news.get(name) {
                at.push(Step::Property(name.clone()));
                self.default(one, other, at);
                self.compare(one, other, at);
                at.pop();
            }
        }
        if let (Some(one), Some(other)) = (items(self.old, old), items(self.new, new)) {
            at.push(Step::Item(0));
            self.compare(one, other, at);
            at.pop();
        }
    }

    /// Pairs what was removed with what was added and looks alike, the likest names first.
    fn renamed(&mut self, olds: &BTreeMap<String, &Value>, news: &BTreeMap<String, &Value>, at: &[Step]) {
        let removed = olds.iter().filter(|(name, _)| !news.contains_key(*name));
        let added: Vec<_> = news
            .iter()
            .filter(|(name, _)| !olds.contains_key(*name))
            .collect();
        let mut pairs: Vec<(usize, &String, &String)> = Vec::new();
        for (before, one) in removed {
            let shape = written_out(self.old, one, DEPTH);
            for (after, other) in &added {
                if shape == written_out(self.new, other, DEPTH) {
                    pairs.push((distance(before, after), before, after));
                }
            }
        }
        pairs.sort();
        let mut used = BTreeSet::new();
        for (_, before, after) in pairs {
            if used.contains(before) || used.contains(after) {
                continue;
            }
            used.extend([before, after]);
            let (one, other) = (olds[before].clone(), news[after].clone());
            let mut place = at.to_vec();
            place.push(Step::Property(before.clone()));
            let finding = told(
                &rules::PROPERTY_RENAMED,
                &place,
                json!({ before: one }),
                json!({ after: other }),
            );
            self.findings.push(Finding {
                message: format!(
                    "{}: {} ({before} was removed, {after} added, and they look alike)",
                    finding.path,
                    rules::PROPERTY_RENAMED.says
                ),
                ..finding
            });
        }
    }

    fn default(&mut self, old: &Value, new: &Value, at: &[Step]) {
        if let (Some(before), Some(after)) = (old.get("default"), new.get("default"))
            && before != after
        {
            let finding = told(
                &rules::DEFAULT_CHANGED,
                at,
                json!({ "default": before }),
                json!({ "default": after }),
            );
            self.findings.push(finding);
        }
    }
}

fn told(rule: &'static Rule, at: &[Step], old: Value, new: Value) -> Finding {
    let path = path(at);
    Finding {
        path: path.clone(),
        old: Some(old),
        new: Some(new),
        ..Finding::declared(rule, format!("{path}: {}", rule.says))
    }
}

/// What a schema's `$ref` names, or itself.
fn target<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    for _ in 0..8 {
        let Some(pointer) = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|name| name.strip_prefix('#'))
        else {
            break;
        };
        match document.pointer(pointer) {
            Some(named) => schema = named,
            None => break,
        }
    }
    schema
}

/// All properties that a schema, and what describes the same value with it, declares.
fn properties<'a>(document: &'a Value, schema: &'a Value) -> BTreeMap<String, &'a Value> {
    let (mut declared, mut parts, mut left) = (BTreeMap::new(), vec![schema], 256);
    while let (Some(part), 1..) = (parts.pop(), left) {
        left -= 1;
        let part = target(document, part);
        let own = part.get("properties").and_then(Value::as_object);
        declared.extend(
            own.into_iter()
                .flatten()
                .map(|(name, schema)| (name.clone(), schema)),
        );
        for applicator in ["allOf", "anyOf", "oneOf"] {
            parts.extend(
                part.get(applicator)
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten(),
            );
        }
    }
    declared
}

fn items<'a>(document: &'a Value, schema: &'a Value) -> Option<&'a Value> {
    target(document, schema)
        .get("items")
        .filter(|items| items.is_object())
}

/// The schema without annotations, and with definitions in the place of their names.
fn written_out(document: &Value, schema: &Value, depth: u32) -> Value {
    let bare = without_annotations(schema);
    if depth == 0 {
        return bare;
    }
    walk(&bare, &mut |keywords| {
        keywords.remove("default");
        let pointer = keywords
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|name| name.strip_prefix('#'));
        if let Some(named) = pointer.and_then(|pointer| document.pointer(pointer)) {
            let named = written_out(document, named, depth - 1);
            keywords.remove("$ref");
            if let Value::Object(named) = named {
                keywords.extend(named);
            }
        }
    })
}

/// How far two names are from each other (Levenshtein), capitals apart.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, c) in one.to_lowercase().chars().enumerate() {
        let mut before = index;
        row[0] = index + 1;
        for (place, d) in other.iter().enumerate() {
            let replaced = before + usize::from(c != *d);
            before = row[place + 1];
            row[place + 1] = replaced.min(before + 1).min(row[place] + 1);
        }
    }
    row[other.len()]
}
