//! The graph as DOT, which Graphviz draws.

use super::{Graph, NodeKind, mermaid::colours};

impl Graph {
    /// The graph in the language of Graphviz.
    #[must_use]
    pub fn dot(&self) -> String {
        let mut text = String::from(
            "digraph {\n  rankdir=LR;\n  node [style=filled, fontname=\"sans-serif\", fontsize=11];\n",
        );
        for (id, node) in &self.nodes {
            let (fill, line) = colours(node.kind);
            let label = match node.note.as_str() {
                "" => node.name.clone(),
                note => format!("{}\n{note}", node.name),
            };
            let shape = shape(node.kind);
            let label = quoted(&label);
            text.push_str(&format!(
                "  {} [label={label}, shape={shape}, fillcolor=\"{fill}\", color=\"{line}\"];",
                quoted(id)
            ));
            text.push('\n');
        }
        for edge in &self.edges {
            let style = if edge.kind.is_faint() {
                " [style=dashed]"
            } else {
                ""
            };
            text.push_str(&format!(
                "  {} -> {}{style};",
                quoted(&edge.from),
                quoted(&edge.to)
            ));
            text.push('\n');
        }
        text.push_str("}\n");
        text
    }
}

/// A quoted string (Graphviz, "The DOT Language": only quotes are escaped; `\n` is a line's end).
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\\\"").replace('\n', "\\n"))
}

fn shape(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Event => "ellipse",
        NodeKind::Command => "hexagon",
        NodeKind::Table | NodeKind::Bucket => "cylinder",
        NodeKind::Outside => "parallelogram",
        NodeKind::Wildcard => "circle",
        _ => "box",
    }
}

#[cfg(test)]
mod tests {
    use crate::{fixture::small, graph::Layers};

    #[test]
    fn each_node_and_each_edge_is_a_statement() {
        let graph = small().graph(Layers {
            tables: true,
            outside: true,
            folded: false,
        });
        let text = graph.dot();
        assert!(
            text.contains("\"function:create-invoice\" -> \"event:invoice.created\";"),
            "{text}"
        );
        assert!(
            text.contains("\"function:mail-invoice\" -> \"outside:mail\" [style=dashed];"),
            "{text}"
        );
        assert_eq!(text.matches(" -> ").count(), graph.edges.len());
        assert_eq!(text.matches("shape=").count(), graph.nodes.len());
    }
}
