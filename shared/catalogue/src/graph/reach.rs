//! What is around one thing.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Edge, Graph,
    build::{command_id, event_id, function_id},
};
use crate::{document::Document, thing::Thing};

/// Which way is gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Direction {
    /// To what it causes.
    Downstream,
    /// To what causes it.
    Upstream,
    /// Both.
    #[default]
    Both,
}

/// How far is gone, and which way.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reach {
    /// Which way.
    pub direction: Direction,
    /// How many steps, an arrow each; as far as there are any, unless it is told.
    pub depth: Option<usize>,
}

impl Graph {
    /// The part of the graph that is reached from these things.
    #[must_use]
    pub fn reach(&self, document: &Document, from: &[Thing<'_>], reach: Reach) -> Self {
        let starts: BTreeSet<String> = from.iter().flat_map(|one| ids(document, one)).collect();
        let starts = starts
            .into_iter()
            .filter(|id| self.nodes.contains_key(id))
            .collect();
        let mut edges = BTreeSet::new();
        let mut reached: BTreeSet<String> = BTreeSet::clone(&starts);
        if reach.direction != Direction::Upstream {
            self.walk(
                &starts,
                reach.depth,
                |edge| (&edge.from, &edge.to),
                &mut reached,
                &mut edges,
            );
        }
        if reach.direction != Direction::Downstream {
            self.walk(
                &starts,
                reach.depth,
                |edge| (&edge.to, &edge.from),
                &mut reached,
                &mut edges,
            );
        }
        let nodes = self.nodes.iter().filter(|(id, _)| reached.contains(*id));
        let nodes: BTreeMap<_, _> = nodes.map(|(id, node)| (id.clone(), node.clone())).collect();
        let edges = self.edges.iter().filter(|edge| edges.contains(edge)).cloned();
        Self {
            nodes,
            edges: edges.collect(),
        }
    }

    /// Goes along the arrows (or against them, as `ends` says), step by step.
    fn walk<'a>(
        &'a self,
        starts: &BTreeSet<String>,
        depth: Option<usize>,
        ends: impl Fn(&'a Edge) -> (&'a String, &'a String),
        reached: &mut BTreeSet<String>,
        edges: &mut BTreeSet<&'a Edge>,
    ) {
        let mut seen = starts.clone();
        let mut front = starts.clone();
        let mut steps = 0;
        while !front.is_empty() && depth.is_none_or(|depth| steps < depth) {
            let mut next = BTreeSet::new();
            for edge in &self.edges {
                let (near, far) = ends(edge);
                if front.contains(near) {
                    edges.insert(edge);
                    if seen.insert(far.clone()) {
                        next.insert(far.clone());
                    }
                }
            }
            (front, steps) = (next, steps + 1);
        }
        reached.extend(seen);
    }
}

/// The nodes of a thing.
fn ids(document: &Document, thing: &Thing<'_>) -> Vec<String> {
    match thing {
        Thing::Event(name) => vec![event_id(name)],
        Thing::Command(name) => vec![command_id(name)],
        Thing::Answer(_) => Vec::new(),
        Thing::Function(_, function) => vec![function_id(function.name())],
        Thing::Table(table) => vec![format!("table:{}", table.name)],
        Thing::Service(name) => {
            let owned = document.functions().filter(|(_, one)| one.service() == *name);
            owned.map(|(_, one)| function_id(one.name())).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::{fixture::small, graph::Layers};

    fn reached(name: &str, layers: Layers, reach: Reach) -> Vec<String> {
        let document = small();
        let found = document.find(name).expect("a thing");
        let graph = document.graph(layers).reach(&document, &found, reach);
        graph.nodes.into_values().map(|node| node.name).collect()
    }

    fn going(direction: Direction, depth: Option<usize>) -> Reach {
        Reach { direction, depth }
    }

    #[test]
    fn downstream_is_what_it_causes_and_upstream_what_causes_it() {
        let plain = Layers::default();
        assert_eq!(
            reached("create-invoice", plain, going(Direction::Downstream, None)),
            [
                "invoice.created",
                "create-invoice",
                "mail-invoice",
                "record-audit-log"
            ]
        );
        assert_eq!(
            reached("create-invoice", plain, going(Direction::Upstream, None)),
            ["order.placed", "create-invoice", "place-order", "sweep-orders"]
        );
        assert_eq!(
            reached("create-invoice", plain, going(Direction::Both, Some(1))),
            ["invoice.created", "order.placed", "create-invoice"]
        );
    }

    #[test]
    fn a_table_is_reached_through_who_writes_it() {
        let layers = Layers {
            tables: true,
            ..Layers::default()
        };
        assert_eq!(
            reached("table:invoices", layers, going(Direction::Both, Some(1))),
            ["create-invoice", "get-invoice", "invoices"]
        );
    }

    #[test]
    fn a_folded_wildcard_is_one_node() {
        let document = small();
        let folded = document.graph(Layers {
            folded: true,
            ..Layers::default()
        });
        let into = folded
            .edges
            .iter()
            .filter(|edge| edge.to == "function:record-audit-log");
        let into: Vec<_> = into.map(|edge| edge.from.as_str()).collect();
        assert_eq!(into, ["wildcard:every event"]);
    }

    #[test]
    fn a_circle_ends() {
        let mut document = small();
        let back = crate::document::EventVersion {
            name: "order.placed".to_owned(),
            version: 2,
        };
        document.consumers[0].publishes.push(back);
        let found = document.find("order.placed").expect("an event");
        let graph = document.graph(Layers::default());
        assert!(graph.reach(&document, &found, Reach::default()).edges.len() >= 5);
    }
}
