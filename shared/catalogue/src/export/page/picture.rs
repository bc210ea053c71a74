//! A graph as a picture whose nodes can be followed.

use std::{collections::BTreeMap, fmt::Write as _};

use maud::{Markup, html};

use super::links;
use crate::{
    document::ContractKind,
    graph::{
        Graph, Node, NodeKind,
        layout::{Boxes, Point},
    },
};

/// The width of a letter, in a font whose letters are all as wide.
const LETTER: f64 = 7.3;
const HEIGHT: f64 = 28.0;
const PADDING: f64 = 12.0;
/// How far an arrow's head stands from the node that it points at.
const HEAD: f64 = 7.0;

/// The picture. Each node and each edge says by numbers what it has to do with, for the script.
pub(super) fn of(graph: &Graph) -> Markup {
    let numbers: BTreeMap<_, _> = graph
        .nodes
        .keys()
        .enumerate()
        .map(|(number, id)| (id, number))
        .collect();
    let ends = graph.edges.iter().filter_map(|edge| {
        let ends = (*numbers.get(&edge.from)?, *numbers.get(&edge.to)?);
        Some((ends, edge.kind.is_faint()))
    });
    let ends: Vec<_> = ends.collect();
    let boxes = Boxes {
        sizes: graph.nodes.values().map(size).collect(),
        edges: ends.iter().map(|(ends, _)| *ends).collect(),
    };
    let layout = boxes.lay_out();
    let (width, height) = layout.size;
    html! {
        section.picture tabindex="0" aria-label="The picture, which scrolls" {
            svg width=(rounded(width)) height=(rounded(height)) viewBox={ "0 0 " (rounded(width)) " " (rounded(height)) } {
                @for (((from, to), faint), points) in ends.iter().zip(&layout.edges) {
                    g.edge .faint[*faint] data-from=(from) data-to=(to) {
                        path d=(curve(points)) {}
                        path.head d=(head(points)) {}
                    }
                }
                @for ((number, (id, node)), at) in graph.nodes.iter().enumerate().zip(&layout.nodes) {
                    (drawn(number, id, node, *at, boxes.sizes[number]))
                }
            }
        }
    }
}

fn size(node: &Node) -> Point {
    (letters(&node.name) * LETTER + 2.0 * PADDING, HEIGHT)
}

fn letters(text: &str) -> f64 {
    let count = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    f64::from(count)
}

fn drawn(number: usize, id: &str, node: &Node, (x, y): Point, (width, height): Point) -> Markup {
    let round = match node.kind {
        NodeKind::Event | NodeKind::Wildcard => height / 2.0,
        NodeKind::Command => 9.0,
        _ => 4.0,
    };
    let shape = html! {
        title { (node.kind.as_str()) " " (node.name) @if !node.note.is_empty() { ", " (node.note) } }
        rect x=(rounded(x)) y=(rounded(y - height / 2.0)) width=(rounded(width)) height=(rounded(height)) rx=(round) {}
        text x=(rounded(x + PADDING)) y=(rounded(y + 4.0)) { (node.name) }
    };
    let class = format!("node {}", node.kind.as_str());
    html! {
        @match target(id, node) {
            Some(target) => a class=(class) href={ "#" (target) } data-node=(number) { (shape) },
            None => g class=(class) data-node=(number) { (shape) },
        }
    }
}

/// Where a node leads to. A wildcard is nothing by itself.
fn target(id: &str, node: &Node) -> Option<String> {
    match node.kind {
        NodeKind::Event => Some(links::named(ContractKind::Event, &node.name)),
        NodeKind::Command => Some(links::named(ContractKind::Command, &node.name)),
        _ => id.strip_prefix("function:").map(links::function),
    }
}

/// A curve through the points, level at both ends, that leaves room for the head.
fn curve(points: &[Point]) -> String {
    let mut path = String::new();
    let Some((x, y)) = points.first() else {
        return path;
    };
    // Writing into a text cannot fail.
    write!(path, "M{} {}", rounded(*x), rounded(*y)).expect("a text takes everything");
    for (number, step) in points.windows(2).enumerate() {
        let ((x, y), (mut to, end)) = (step[0], step[1]);
        if number + 2 == points.len() {
            to -= HEAD.copysign(to - x);
        }
        let middle = rounded(f64::midpoint(x, to));
        write!(
            path,
            "C{middle} {} {middle} {} {} {}",
            rounded(y),
            rounded(end),
            rounded(to),
            rounded(end)
        )
        .expect("a text takes everything");
    }
    path
}

/// The head of the arrow, at the last point.
fn head(points: &[Point]) -> String {
    let [.., (before, _), (x, y)] = points else {
        return String::new();
    };
    let back = x - HEAD.copysign(x - before);
    let (x, back) = (rounded(*x), rounded(back));
    format!(
        "M{x} {}L{back} {}L{back} {}Z",
        rounded(*y),
        rounded(y - HEAD / 2.0),
        rounded(y + HEAD / 2.0)
    )
}

/// To a tenth: no screen shows more.
fn rounded(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_ends_where_its_edge_ends_whichever_way_it_goes() {
        assert_eq!(head(&[(0.0, 0.0), (100.0, 20.0)]), "M100 20L93 16.5L93 23.5Z");
        assert_eq!(head(&[(100.0, 0.0), (0.0, 20.0)]), "M0 20L7 16.5L7 23.5Z");
        assert!(curve(&[(0.0, 0.0), (100.0, 20.0)]).ends_with("93 20"));
    }
}
