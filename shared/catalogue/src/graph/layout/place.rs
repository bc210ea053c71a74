//! How high the nodes of a layer stand.

use super::{Layered, order::neighbours};

/// The gap between two nodes.
const GAP: f64 = 12.0;
/// The height that a bend of an edge takes.
pub const BEND: f64 = 6.0;
/// How often the layers are gone through.
const SWEEPS: usize = 16;

/// The height of each node's middle: as near to the mean of its neighbours as the order and the gaps
/// of its layer allow.
pub fn heights(layered: &Layered) -> Vec<f64> {
    let mut heights = vec![0.0; layered.sizes.len()];
    for layer in &layered.layers {
        let mut top = 0.0;
        for node in layer {
            heights[*node] = top + layered.sizes[*node].1 / 2.0;
            top += layered.sizes[*node].1 + GAP;
        }
    }
    for sweep in 0..SWEEPS {
        let count = layered.layers.len();
        let numbers: Vec<_> = if sweep % 2 == 0 {
            (0..count).collect()
        } else {
            (0..count).rev().collect()
        };
        for number in numbers {
            settle(layered, &layered.layers[number], &mut heights);
        }
    }
    heights
}

/// Moves the nodes of a layer to where their neighbours are, without changing their order.
fn settle(layered: &Layered, layer: &[usize], heights: &mut [f64]) {
    let mut offset = 0.0;
    let mut wanted = Vec::new();
    for (number, node) in layer.iter().enumerate() {
        if number > 0 {
            let before = layered.sizes[layer[number - 1]].1;
            offset += (before + layered.sizes[*node].1) / 2.0 + GAP;
        }
        let around = neighbours(&layered.steps, *node).map(|one| heights[one]);
        let (sum, count) = around.fold((0.0, 0.0), |(sum, count), height| (sum + height, count + 1.0));
        let mean = if count > 0.0 { sum / count } else { heights[*node] };
        wanted.push((mean - offset, offset));
    }
    let means: Vec<_> = wanted.iter().map(|(mean, _)| *mean).collect();
    for ((node, (_, offset)), height) in layer.iter().zip(&wanted).zip(rising(&means)) {
        heights[*node] = height + offset;
    }
}

/// The numbers that never fall and are nearest to these (isotonic regression: neighbours that fall are
/// pooled to their mean).
fn rising(wanted: &[f64]) -> Vec<f64> {
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for value in wanted {
        pools.push((*value, 1));
        while let [.., (before, many), (last, few)] = pools[..] {
            if before <= last {
                break;
            }
            let all = many + few;
            let mean = (before * many as f64 + last * few as f64) / all as f64;
            pools.truncate(pools.len() - 2);
            pools.push((mean, all));
        }
    }
    pools
        .into_iter()
        .flat_map(|(value, count)| std::iter::repeat_n(value, count))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_falls_is_pooled_and_what_rises_stays() {
        assert_eq!(rising(&[1.0, 2.0, 3.0]), [1.0, 2.0, 3.0]);
        assert_eq!(rising(&[3.0, 1.0, 5.0]), [2.0, 2.0, 5.0]);
        assert_eq!(rising(&[3.0, 2.0, 1.0]), [2.0, 2.0, 2.0]);
    }
}
