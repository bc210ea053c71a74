//! Where nodes and edges of a graph stand: in layers from left to right, after Sugiyama, Tagawa and
//! Toda, "Methods for Visual Understanding of Hierarchical System Structures" (1981).
//!
//! 1. [`layers`]: every edge leads to a later layer; what would lead back is turned for as long.
//! 2. An edge over several layers passes each of them at a place of its own.
//! 3. [`order`]: the nodes of each layer are ordered so that few edges cross.
//! 4. [`place`]: each node stands as near to its neighbours as the order allows.

mod layers;
mod order;
mod place;

/// A point.
pub type Point = (f64, f64);

/// The gap between two layers, where the edges run.
const BETWEEN: f64 = 70.0;
/// The gap around everything.
const MARGIN: f64 = 16.0;

/// Where everything stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The middle of each node's left side.
    pub nodes: Vec<Point>,
    /// The points that each edge passes, in the direction of its arrow.
    pub edges: Vec<Vec<Point>>,
    /// The size of the whole.
    pub size: Point,
}

/// A graph whose nodes are numbers.
pub struct Boxes {
    /// Width and height of each node.
    pub sizes: Vec<Point>,
    /// From where to where.
    pub edges: Vec<(usize, usize)>,
}

/// The nodes and the bends of edges, in layers.
struct Layered {
    /// Width and height of each node, then of each bend.
    sizes: Vec<Point>,
    /// The nodes and bends of each layer, in their order.
    layers: Vec<Vec<usize>>,
    /// From one layer to the next.
    steps: Vec<(usize, usize)>,
    /// What each edge passes, from left to right, and whether its arrow goes so.
    paths: Vec<(Vec<usize>, bool)>,
}

impl Boxes {
    /// Finds a place for everything.
    #[must_use]
    pub fn lay_out(&self) -> Layout {
        let mut layered = self.layered();
        order::order(&mut layered);
        let heights = place::heights(&layered);
        let mut left = vec![MARGIN];
        for layer in &layered.layers {
            let widest = layer
                .iter()
                .map(|node| layered.sizes[*node].0)
                .fold(0.0, f64::max);
            left.push(left.last().copied().unwrap_or_default() + widest + BETWEEN);
        }
        let mut at = vec![(0.0, 0.0); layered.sizes.len()];
        let top = layered
            .layers
            .iter()
            .flatten()
            .map(|node| heights[*node] - layered.sizes[*node].1 / 2.0);
        let top = top.fold(f64::INFINITY, f64::min);
        let (mut low, mut wide) = (0.0_f64, 0.0_f64);
        for (number, layer) in layered.layers.iter().enumerate() {
            for node in layer {
                let (width, height) = layered.sizes[*node];
                at[*node] = (left[number], heights[*node] - top + MARGIN);
                low = low.max(at[*node].1 + height / 2.0 + MARGIN);
                wide = wide.max(at[*node].0 + width + MARGIN);
            }
        }
        // Where the layer ends: an edge goes straight until there, so it passes behind no other node.
        let mut ends = vec![0.0; layered.sizes.len()];
        for (number, layer) in layered.layers.iter().enumerate() {
            layer
                .iter()
                .for_each(|node| ends[*node] = left[number + 1] - BETWEEN);
        }
        let edges = layered
            .paths
            .iter()
            .map(|path| points(path, &at, &layered.sizes, &ends));
        Layout {
            edges: edges.collect(),
            nodes: at[..self.sizes.len()].to_vec(),
            size: (wide, low),
        }
    }

    /// Puts every node into a layer, and a bend into each layer that an edge passes.
    fn layered(&self) -> Layered {
        let (layer_of, turned) = layers::layers(self.sizes.len(), &self.edges);
        let depth = layer_of.iter().max().map_or(0, |deepest| deepest + 1);
        let mut layered = Layered {
            sizes: self.sizes.clone(),
            layers: vec![Vec::new(); depth],
            steps: Vec::new(),
            paths: Vec::new(),
        };
        for (node, layer) in layer_of.iter().enumerate() {
            layered.layers[*layer].push(node);
        }
        for (edge, turned) in self.edges.iter().zip(turned) {
            let (from, to) = if turned { (edge.1, edge.0) } else { *edge };
            let mut path = vec![from];
            for layer in layer_of[from] + 1..layer_of[to] {
                layered.sizes.push((0.0, place::BEND));
                layered.layers[layer].push(layered.sizes.len() - 1);
                path.push(layered.sizes.len() - 1);
            }
            path.push(to);
            layered
                .steps
                .extend(path.windows(2).map(|step| (step[0], step[1])));
            layered.paths.push((path, !turned));
        }
        layered
    }
}

/// The points that an edge passes, in the direction of its arrow.
fn points((path, forwards): &(Vec<usize>, bool), at: &[Point], sizes: &[Point], ends: &[f64]) -> Vec<Point> {
    let last = path.len() - 1;
    let mut points = Vec::new();
    for (number, node) in path.iter().enumerate() {
        let ((x, y), (width, _)) = (at[*node], sizes[*node]);
        match number {
            0 => points.push((x + width, y)),
            _ => points.push((x, y)),
        }
        if number < last && ends[*node] > x + width {
            points.push((ends[*node], y));
        }
    }
    if !forwards {
        points.reverse();
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxes(count: usize, edges: &[(usize, usize)]) -> Boxes {
        Boxes {
            sizes: vec![(100.0, 30.0); count],
            edges: edges.to_vec(),
        }
    }

    #[test]
    fn arrows_lead_to_the_right_and_no_two_nodes_overlap() {
        let graph = boxes(7, &[(0, 2), (1, 2), (2, 3), (2, 4), (2, 5), (4, 6), (0, 6)]);
        let layout = graph.lay_out();
        for ((from, to), points) in graph.edges.iter().zip(&layout.edges) {
            assert!(layout.nodes[*from].0 < layout.nodes[*to].0);
            assert!(points.windows(2).all(|step| step[0].0 < step[1].0), "{points:?}");
        }
        for a in 0..7 {
            for b in 0..a {
                let ((ax, ay), (bx, by)) = (layout.nodes[a], layout.nodes[b]);
                assert!(
                    (ax - bx).abs() >= 100.0 || (ay - by).abs() >= 30.0,
                    "{a} is on {b}"
                );
            }
        }
    }

    #[test]
    fn a_circle_is_drawn_with_one_arrow_that_leads_back() {
        let graph = boxes(3, &[(0, 1), (1, 2), (2, 0)]);
        let layout = graph.lay_out();
        let back = graph
            .edges
            .iter()
            .filter(|(from, to)| layout.nodes[*from].0 > layout.nodes[*to].0);
        assert_eq!(back.count(), 1);
        assert!(boxes(1, &[(0, 0)]).lay_out().edges[0].len() >= 2);
    }

    #[test]
    fn nothing_has_a_size_of_nothing() {
        let layout = boxes(0, &[]).lay_out();
        assert_eq!((layout.nodes.len(), layout.edges.len()), (0, 0));
    }
}
