//! In which layer each node stands.

/// The layer of each node; and for each edge, whether it is turned, because it would lead back.
pub fn layers(count: usize, edges: &[(usize, usize)]) -> (Vec<usize>, Vec<bool>) {
    let turned = turned(count, edges);
    let forwards: Vec<_> = edges
        .iter()
        .zip(&turned)
        .filter(|((from, to), _)| from != to)
        .map(|(&(from, to), turned)| if *turned { (to, from) } else { (from, to) })
        .collect();
    let mut layer = vec![0; count];
    // As many rounds as the longest way has edges, at most.
    for _ in 0..count {
        let mut settled = true;
        for (from, to) in &forwards {
            if layer[*to] <= layer[*from] {
                layer[*to] = layer[*from] + 1;
                settled = false;
            }
        }
        if settled {
            break;
        }
    }
    // What nothing leads to stands beside what it leads to, not at the far left.
    for node in 0..count {
        let first = !forwards.iter().any(|(_, to)| *to == node);
        let next = forwards
            .iter()
            .filter(|(from, _)| *from == node)
            .map(|(_, to)| layer[*to])
            .min();
        if let (true, Some(next)) = (first, next) {
            layer[node] = next - 1;
        }
    }
    (layer, turned)
}

/// For each edge, whether a walk into the depth meets its end while it is still on the way there.
fn turned(count: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    let mut walk = Walk {
        edges,
        state: vec![State::New; count],
        turned: vec![false; edges.len()],
    };
    // From what nothing leads to: so the edges that close a circle are those that come last.
    let first = |node: &usize| !edges.iter().any(|(_, to)| to == node);
    let (firsts, others): (Vec<_>, Vec<_>) = (0..count).partition(first);
    firsts.into_iter().chain(others).for_each(|node| walk.visit(node));
    walk.turned
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    OnTheWay,
    Done,
}

struct Walk<'a> {
    edges: &'a [(usize, usize)],
    state: Vec<State>,
    turned: Vec<bool>,
}

impl Walk<'_> {
    fn visit(&mut self, node: usize) {
        if self.state[node] != State::New {
            return;
        }
        self.state[node] = State::OnTheWay;
        for number in 0..self.edges.len() {
            let (from, to) = self.edges[number];
            if from != node || to == node {
                continue;
            }
            match self.state[to] {
                State::OnTheWay => self.turned[number] = true,
                State::New => self.visit(to),
                State::Done => {}
            }
        }
        self.state[node] = State::Done;
    }
}
