//! `tidings catalog graph`: who speaks to whom, as a picture.
//!
//! [`build`](Document::graph) makes the graph of the whole system, [`Graph::reach`] what is around one
//! thing; [`mermaid`], [`dot`] and [`svg`] write it.

mod build;
mod dot;
pub(crate) mod layout;
mod mermaid;
mod reach;
mod svg;

use std::collections::BTreeMap;

use serde::Serialize;

pub use build::Layers;
pub use reach::{Direction, Reach};

/// Who speaks to whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Graph {
    /// What there is, by its id (`event:order.placed`).
    pub nodes: BTreeMap<String, Node>,
    /// What flows from where to where.
    pub edges: Vec<Edge>,
}

/// Something in the graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its name.
    pub name: String,
    /// What is worth saying besides: service, guarantee, route.
    pub note: String,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum NodeKind {
    /// An event.
    Event,
    /// A command.
    Command,
    /// A publisher, or a function on a schedule.
    Publisher,
    /// A query.
    Query,
    /// A consumer.
    Consumer,
    /// A relay, sweeper, reaper or snapshotter.
    Machinery,
    /// A table.
    Table,
    /// A bucket.
    Bucket,
    /// A provider, or mail.
    Outside,
    /// What a wildcard takes (`every event`, `order.*`).
    Wildcard,
}

impl NodeKind {
    /// The word for it, which is the class of a node in each form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Command => "command",
            Self::Publisher => "publisher",
            Self::Query => "query",
            Self::Consumer => "consumer",
            Self::Machinery => "machinery",
            Self::Table => "table",
            Self::Bucket => "bucket",
            Self::Outside => "outside",
            Self::Wildcard => "wildcard",
        }
    }
}

/// What flows from one node to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Edge {
    /// The id of the node that it leaves.
    pub from: String,
    /// The id of the node that it reaches.
    pub to: String,
    /// What it is.
    pub kind: EdgeKind,
}

/// What flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum EdgeKind {
    /// A function states an event.
    States,
    /// An event reaches a consumer that names its type.
    Takes,
    /// An event reaches a consumer whose filter names no type.
    TakesAny,
    /// A function sends a command.
    Sends,
    /// A command reaches its handler.
    Handles,
    /// A function changes a table or a bucket.
    Writes,
    /// A function looks into a table or a bucket.
    Reads,
    /// A function reaches a provider.
    Calls,
}

impl EdgeKind {
    /// Whether it is drawn faintly: it says little about this one event, or is no message.
    pub(crate) fn is_faint(self) -> bool {
        matches!(self, Self::TakesAny | Self::Writes | Self::Reads | Self::Calls)
    }
}

impl Graph {
    fn connect(&mut self, from: &str, to: &str, kind: EdgeKind) {
        let edge = Edge {
            from: from.to_owned(),
            to: to.to_owned(),
            kind,
        };
        if !self.edges.contains(&edge) {
            self.edges.push(edge);
        }
    }

    /// The kinds that are in it, for a legend.
    fn kinds(&self) -> Vec<NodeKind> {
        let mut kinds: Vec<_> = self.nodes.values().map(|node| node.kind).collect();
        kinds.sort();
        kinds.dedup();
        kinds
    }
}
