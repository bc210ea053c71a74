//! The graph as an SVG picture, light and dark, that needs nothing else.

use super::{
    Graph, Node, NodeKind,
    layout::{Boxes, Point},
};

/// The width of a letter of the name and of the note, in a font whose letters are all as wide.
const LETTERS: (f64, f64) = (7.3, 6.1);
/// The height of a node with a note, and of one without.
const HEIGHTS: (f64, f64) = (40.0, 26.0);
const PADDING: f64 = 12.0;
/// The length of an arrow's head.
const HEAD: f64 = 7.0;

const STYLE: &str = "\
svg{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;background:#fff}\
.name{font-size:12px;fill:#1b1f24}.note{font-size:10px;fill:#4a5560}\
.edge{fill:none;stroke:#7b8794;stroke-width:1.3}.faint{stroke-dasharray:4 3;stroke:#a3adb8}.head{fill:#7b8794}\
rect{stroke-width:1.3}\
.event rect,.wildcard rect{fill:#fff1cf;stroke:#b07a00}.command rect{fill:#eee4ff;stroke:#7a4fc0}\
.publisher rect{fill:#dfedff;stroke:#2f6fb7}.query rect{fill:#eef3f9;stroke:#6b85a3}\
.consumer rect{fill:#e1f6e5;stroke:#2d8a4e}.machinery rect{fill:#f1f3f5;stroke:#78909c}\
.table rect,.bucket rect{fill:#f5f3ec;stroke:#8c8466}.outside rect{fill:#ffe7e8;stroke:#c0515a}\
@media (prefers-color-scheme:dark){svg{background:#14181d}.name{fill:#eef2f6}.note{fill:#a9b4bf}\
.edge{stroke:#74808d}.faint{stroke:#55606b}.head{fill:#74808d}\
.event rect,.wildcard rect{fill:#3b2f10}.command rect{fill:#2d2244}.publisher rect{fill:#152d48}\
.query rect{fill:#1f2a36}.consumer rect{fill:#16351f}.machinery rect{fill:#23292f}\
.table rect,.bucket rect{fill:#2b2920}.outside rect{fill:#44191d}}";

impl Graph {
    /// The graph as a picture; `title` says what it shows, also to who cannot see it.
    #[must_use]
    pub fn svg(&self, title: &str) -> String {
        let numbers: std::collections::BTreeMap<_, _> = self
            .nodes
            .keys()
            .enumerate()
            .map(|(number, id)| (id, number))
            .collect();
        let edges = self
            .edges
            .iter()
            .filter_map(|edge| Some((*numbers.get(&edge.from)?, *numbers.get(&edge.to)?, edge.kind)));
        let edges: Vec<_> = edges.collect();
        let boxes = Boxes {
            sizes: self.nodes.values().map(size).collect(),
            edges: edges.iter().map(|(from, to, _)| (*from, *to)).collect(),
        };
        let layout = boxes.lay_out();
        let (width, height) = layout.size;
        let title = escaped(title);
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{title}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n"
        );
        for ((.., kind), points) in edges.iter().zip(&layout.edges) {
            let class = if kind.is_faint() { "edge faint" } else { "edge" };
            draw_edge(&mut text, class, points);
        }
        for (number, node) in self.nodes.values().enumerate() {
            draw_node(&mut text, node, layout.nodes[number], boxes.sizes[number]);
        }
        text.push_str("</svg>\n");
        text
    }
}

fn size(node: &Node) -> Point {
    let width =
        (node.name.chars().count() as f64 * LETTERS.0).max(node.note.chars().count() as f64 * LETTERS.1);
    let height = if node.note.is_empty() {
        HEIGHTS.1
    } else {
        HEIGHTS.0
    };
    (width + 2.0 * PADDING, height)
}

/// A curve through the points, level where it leaves a node and where it enters one.
fn draw_edge(text: &mut String, class: &str, points: &[Point]) {
    let (Some((x, y)), Some(&(end_x, end_y))) = (points.first(), points.last()) else {
        return;
    };
    let forwards = end_x >= *x;
    let side = if forwards { -HEAD } else { HEAD };
    let mut path = format!("M{x:.1} {y:.1}");
    for (number, step) in points.windows(2).enumerate() {
        let (from, mut to) = (step[0], step[1]);
        if number + 2 == points.len() {
            to.0 += side;
        }
        let middle = f64::midpoint(from.0, to.0);
        path.push_str(&format!(
            " C{middle:.1} {:.1} {middle:.1} {:.1} {:.1} {:.1}",
            from.1, to.1, to.0, to.1
        ));
    }
    let back = end_x + side;
    let (above, below) = (end_y - HEAD / 2.0, end_y + HEAD / 2.0);
    text.push_str(&format!(
        "<path class=\"{class}\" d=\"{path}\"/>\
         <path class=\"head\" d=\"M{end_x:.1} {end_y:.1} L{back:.1} {above:.1} L{back:.1} {below:.1} Z\"/>"
    ));
    text.push('\n');
}

fn draw_node(text: &mut String, node: &Node, (x, y): Point, (width, height): Point) {
    let round = match node.kind {
        NodeKind::Event | NodeKind::Wildcard => height / 2.0,
        NodeKind::Command => 10.0,
        _ => 3.0,
    };
    let (top, left) = (y - height / 2.0, x + PADDING);
    let (kind, name) = (node.kind.as_str(), escaped(&node.name));
    let baseline = if node.note.is_empty() { y + 4.0 } else { y - 3.0 };
    text.push_str(&format!(
        "<g class=\"{kind}\"><title>{kind} {name}</title>\
         <rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{round:.1}\"/>\
         <text class=\"name\" x=\"{left:.1}\" y=\"{baseline:.1}\">{name}</text>"
    ));
    if !node.note.is_empty() {
        let note = escaped(&node.note);
        text.push_str(&format!(
            "<text class=\"note\" x=\"{left:.1}\" y=\"{:.1}\">{note}</text>",
            y + 12.0
        ));
    }
    text.push_str("</g>\n");
}

/// Text of XML, also inside of an attribute.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use crate::{fixture::small, graph::Layers};

    #[test]
    fn every_node_and_every_edge_is_drawn() {
        let mut document = small();
        document.consumers[0].service = "a <b> & \"c\"".to_owned();
        let graph = document.graph(Layers {
            tables: true,
            outside: true,
            folded: true,
        });
        let svg = graph.svg("The shop");
        assert_eq!(svg.matches("<rect").count(), graph.nodes.len());
        assert_eq!(svg.matches("class=\"head\"").count(), graph.edges.len());
        assert!(svg.contains("a &lt;b&gt; &amp; &quot;c&quot;"));
    }
}
