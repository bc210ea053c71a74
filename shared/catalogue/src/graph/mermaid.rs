//! The graph as Mermaid, which GitHub and GitLab draw in Markdown.

use super::{EdgeKind, Graph, NodeKind};

impl Graph {
    /// The graph as a Mermaid flowchart.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut text = String::from("flowchart LR\n");
        let name = |id: &str| {
            let at = self.nodes.keys().position(|one| one == id).unwrap_or_default();
            format!("n{at}")
        };
        for (id, node) in &self.nodes {
            let label = match node.note.as_str() {
                "" => escaped(&node.name),
                note => format!("{}<br/><small>{}</small>", escaped(&node.name), escaped(note)),
            };
            let (open, close) = shape(node.kind);
            let class = node.kind.as_str();
            text.push_str(&format!("  {}{open}\"{label}\"{close}:::{class}", name(id)));
            text.push('\n');
        }
        for edge in &self.edges {
            let arrow = match edge.kind {
                EdgeKind::Sends | EdgeKind::Handles => "==>",
                kind if kind.is_faint() => "-.->",
                _ => "-->",
            };
            text.push_str(&format!("  {} {arrow} {}", name(&edge.from), name(&edge.to)));
            text.push('\n');
        }
        for kind in self.kinds() {
            let (fill, line) = colours(kind);
            let class = kind.as_str();
            text.push_str(&format!(
                "  classDef {class} fill:{fill},stroke:{line},color:#1b1f24"
            ));
            text.push('\n');
        }
        text
    }
}

/// What is no part of a quoted label.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('"', "&quot;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

fn shape(kind: NodeKind) -> (&'static str, &'static str) {
    match kind {
        NodeKind::Event => ("([", "])"),
        NodeKind::Command => ("{{", "}}"),
        NodeKind::Table | NodeKind::Bucket => ("[(", ")]"),
        NodeKind::Outside => ("[/", "/]"),
        NodeKind::Wildcard => ("((", "))"),
        _ => ("[", "]"),
    }
}

/// Fill and line of a kind, on which dark text can be read.
pub(super) fn colours(kind: NodeKind) -> (&'static str, &'static str) {
    match kind {
        NodeKind::Event | NodeKind::Wildcard => ("#ffe8b3", "#b07a00"),
        NodeKind::Command => ("#eadcff", "#7a4fc0"),
        NodeKind::Publisher => ("#d6e8ff", "#2f6fb7"),
        NodeKind::Query => ("#e6eef7", "#6b85a3"),
        NodeKind::Consumer => ("#d8f3dc", "#2d8a4e"),
        NodeKind::Machinery => ("#eceff1", "#78909c"),
        NodeKind::Table | NodeKind::Bucket => ("#f1efe7", "#8c8466"),
        NodeKind::Outside => ("#ffdfe0", "#c0515a"),
    }
}

#[cfg(test)]
mod tests {
    use crate::{fixture::small, graph::Layers};

    #[test]
    fn each_node_and_each_edge_is_a_line() {
        let graph = small().graph(Layers {
            folded: true,
            ..Layers::default()
        });
        let text = graph.mermaid();
        assert!(text.starts_with("flowchart LR\n"));
        assert!(
            text.contains("([\"order.placed<br/><small>orders</small>\"]):::event"),
            "{text}"
        );
        let arrows = text
            .lines()
            .filter(|line| line.contains("->") || line.contains("=>"));
        assert_eq!(arrows.count(), graph.edges.len());
        assert_eq!(
            text.lines().filter(|line| line.contains(":::")).count(),
            graph.nodes.len()
        );
    }
}
