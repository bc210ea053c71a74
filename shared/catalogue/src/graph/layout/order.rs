//! In which order the nodes of a layer stand.

use super::Layered;

/// How often the layers are gone through.
const SWEEPS: usize = 24;

/// Orders the nodes of each layer by where their neighbours stand, back and forth, and keeps the order
/// with the fewest crossings.
pub fn order(layered: &mut Layered) {
    let mut best = (crossings(layered), layered.layers.clone());
    for sweep in 0..SWEEPS {
        let depth = layered.layers.len();
        match sweep % 2 {
            0 => (1..depth).for_each(|layer| sort(layered, layer, layer - 1)),
            _ => (1..depth).rev().for_each(|layer| sort(layered, layer - 1, layer)),
        }
        let crossed = crossings(layered);
        if crossed < best.0 {
            best = (crossed, layered.layers.clone());
        }
    }
    layered.layers = best.1;
}

/// Sorts a layer by the mean place of each node's neighbours in the layer beside it. What has none
/// keeps its place.
fn sort(layered: &mut Layered, layer: usize, beside: usize) {
    let place = places(layered.sizes.len(), &layered.layers[beside]);
    let mut keyed: Vec<_> = layered.layers[layer]
        .iter()
        .enumerate()
        .map(|(own, node)| {
            let neighbours = neighbours(&layered.steps, *node).filter_map(|one| place[one]);
            let (sum, count) = neighbours.fold((0.0, 0.0), |(sum, count), at| (sum + at as f64, count + 1.0));
            (if count > 0.0 { sum / count } else { own as f64 }, *node)
        })
        .collect();
    keyed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    layered.layers[layer] = keyed.into_iter().map(|(_, node)| node).collect();
}

/// What a node is connected with.
pub fn neighbours(steps: &[(usize, usize)], node: usize) -> impl Iterator<Item = usize> {
    let other = move |&(from, to): &(usize, usize)| match (from == node, to == node) {
        (true, false) => Some(to),
        (false, true) => Some(from),
        _ => None,
    };
    steps.iter().filter_map(other)
}

fn places(count: usize, layer: &[usize]) -> Vec<Option<usize>> {
    let mut places = vec![None; count];
    for (place, node) in layer.iter().enumerate() {
        places[*node] = Some(place);
    }
    places
}

/// How many pairs of steps cross.
fn crossings(layered: &Layered) -> usize {
    let mut crossed = 0;
    for pair in layered.layers.windows(2) {
        let (here, there) = (
            places(layered.sizes.len(), &pair[0]),
            places(layered.sizes.len(), &pair[1]),
        );
        let between = layered
            .steps
            .iter()
            .filter_map(|(from, to)| Some((here[*from]?, there[*to]?)));
        let between: Vec<_> = between.collect();
        for (number, (a, b)) in between.iter().enumerate() {
            let crosses = |(c, d): &&(usize, usize)| (a < c && b > d) || (a > c && b < d);
            crossed += between[..number].iter().filter(crosses).count();
        }
    }
    crossed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crossings_that_need_not_be_are_gone() {
        let mut layered = Layered {
            sizes: vec![(10.0, 10.0); 6],
            layers: vec![vec![0, 1, 2], vec![3, 4, 5]],
            steps: vec![(0, 5), (1, 4), (2, 3)],
            paths: Vec::new(),
        };
        assert_eq!(crossings(&layered), 3);
        order(&mut layered);
        assert_eq!(crossings(&layered), 0);
    }
}
