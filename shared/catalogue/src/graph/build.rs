//! The graph of a whole system.

use super::{EdgeKind, Graph, Node, NodeKind};
use crate::document::{Consumer, Document, Function, Role, Takes, Use};

/// What is drawn besides messages and the functions between them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Layers {
    /// Tables and buckets, and what fills and empties them.
    pub tables: bool,
    /// Providers and mail.
    pub outside: bool,
    /// A wildcard is one node, not an edge from each event.
    pub folded: bool,
}

impl Document {
    /// The graph of the whole system. A function that takes and states nothing has no place in it,
    /// unless a layer shows what it touches.
    #[must_use]
    pub fn graph(&self, layers: Layers) -> Graph {
        let mut graph = Graph::default();
        for event in self.events() {
            let owner = self.owner(event).unwrap_or("nobody's");
            graph.add(event_id(event), NodeKind::Event, event, owner.to_owned());
        }
        for command in self.commands() {
            let owner = self
                .handler(command)
                .map_or("nobody's", |one| one.service.as_str());
            graph.add(command_id(command), NodeKind::Command, command, owner.to_owned());
        }
        for (role, function) in self.functions() {
            let node = function_node(self, role, function);
            let id = function_id(function.name());
            graph.nodes.insert(id.clone(), node);
            for stated in function.publishes() {
                graph.connect(&id, &event_id(&stated.name), EdgeKind::States);
            }
            function
                .uses()
                .iter()
                .for_each(|used| graph.touch(&id, used, layers));
        }
        for consumer in &self.consumers {
            graph.take(self, consumer, layers);
        }
        let linked = |id: &String| graph.edges.iter().any(|edge| edge.from == *id || edge.to == *id);
        let messages = [NodeKind::Event, NodeKind::Command];
        let kept = graph
            .nodes
            .iter()
            .filter(|(id, node)| messages.contains(&node.kind) || linked(id));
        graph.nodes = kept.map(|(id, node)| (id.clone(), node.clone())).collect();
        graph
    }
}

impl Graph {
    fn add(&mut self, id: String, kind: NodeKind, name: &str, note: String) {
        self.nodes.insert(
            id,
            Node {
                kind,
                name: name.to_owned(),
                note,
            },
        );
    }

    /// What a consumer takes.
    fn take(&mut self, document: &Document, consumer: &Consumer, layers: Layers) {
        let id = function_id(&consumer.name);
        let wildcard = match &consumer.takes {
            Takes::Command { command } => {
                return self.connect(&command_id(command), &id, EdgeKind::Handles);
            }
            Takes::Types { .. } => None,
            Takes::Prefix { prefix } => Some(format!("{prefix}*")),
            Takes::All { .. } => Some("every event".to_owned()),
        };
        match wildcard {
            Some(name) if layers.folded => {
                let any = format!("wildcard:{name}");
                self.add(any.clone(), NodeKind::Wildcard, &name, String::new());
                self.connect(&any, &id, EdgeKind::TakesAny);
            }
            wildcard => {
                let kind = if wildcard.is_some() {
                    EdgeKind::TakesAny
                } else {
                    EdgeKind::Takes
                };
                for event in document
                    .events()
                    .into_iter()
                    .filter(|one| consumer.takes.event(one))
                {
                    self.connect(&event_id(event), &id, kind);
                }
            }
        }
    }

    /// What a function touches.
    fn touch(&mut self, id: &str, used: &Use, layers: Layers) {
        let (kind, name, access) = match used {
            Use::Command { command } => return self.connect(id, &command_id(command), EdgeKind::Sends),
            Use::Table { table, access } if layers.tables => (NodeKind::Table, table, Some(*access)),
            Use::Bucket { bucket, access } if layers.tables => (NodeKind::Bucket, bucket, Some(*access)),
            Use::Secret { secret } if layers.outside => (NodeKind::Outside, secret, None),
            Use::Mail { .. } if layers.outside => (NodeKind::Outside, &"mail".to_owned(), None),
            _ => return,
        };
        let touched = format!("{}:{name}", kind.as_str());
        self.add(touched.clone(), kind, name, String::new());
        match access {
            None => self.connect(id, &touched, EdgeKind::Calls),
            Some(access) if access.writes() => self.connect(id, &touched, EdgeKind::Writes),
            Some(_) => self.connect(&touched, id, EdgeKind::Reads),
        }
    }
}

fn function_node(document: &Document, role: Role, function: &dyn Function) -> Node {
    let (kind, more) = match role {
        Role::Publisher => (NodeKind::Publisher, route(&document.publishers, function.name())),
        Role::Query => (NodeKind::Query, route(&document.queries, function.name())),
        Role::Consumer => {
            let consumer = document.consumers.iter().find(|one| one.name == function.name());
            (
                NodeKind::Consumer,
                consumer.map_or("", |one| one.guarantee.as_str()).to_owned(),
            )
        }
        Role::Scheduled => (NodeKind::Publisher, "on a schedule".to_owned()),
        _ => (NodeKind::Machinery, role.as_str().to_owned()),
    };
    Node {
        kind,
        name: function.name().to_owned(),
        note: format!("{} · {more}", function.service()),
    }
}

fn route(endpoints: &[crate::document::Endpoint], name: &str) -> String {
    let endpoint = endpoints.iter().find(|one| one.name == name);
    endpoint
        .map(|one| format!("{} {}", one.method, one.path))
        .unwrap_or_default()
}

/// The id of an event's node.
pub(super) fn event_id(event: &str) -> String {
    format!("event:{event}")
}

/// The id of a command's node.
pub(super) fn command_id(command: &str) -> String {
    format!("command:{command}")
}

/// The id of a function's node.
pub(super) fn function_id(name: &str) -> String {
    format!("function:{name}")
}
