//! `anyOf` and `oneOf` of the reader. A shape that no alternative takes as a whole is split into cases that one may take.

use std::{collections::BTreeSet, rc::Rc};

use serde_json::Value;

use super::{Obstacle, Obstacles, Question, obstacle};
use crate::{
    kind::Kind,
    shape::{Child, NodeId, NumberSet, ObjectSet, Real, Shape, TextSet},
};

/// How often a case is split again.
const SPLITS: u32 = 4;

/// Cases of one split.
const CASES: usize = 64;

impl Question<'_> {
    pub(super) fn any_of(&self, shape: &Shape, reader: NodeId, splits: u32) -> Obstacles {
        let alternatives = self.arena.array(reader, "anyOf");
        if alternatives.is_empty() {
            return Obstacles::new();
        }
        let outcomes: Vec<Obstacles> = alternatives.iter().map(|one| self.shape(shape, *one)).collect();
        if outcomes.iter().any(Vec::is_empty) {
            return Obstacles::new();
        }
        self.by_cases(shape, &alternatives, splits, &|case| match case {
            Shape::Value(value) if self.arena.accepts(reader, &value.0) == Some(true) => Obstacles::new(),
            case => self.any_of(case, reader, splits + 1),
        })
        .unwrap_or_else(|| self.nearest(shape, reader, outcomes))
    }

    pub(super) fn one_of(&self, shape: &Shape, reader: NodeId, splits: u32) -> Obstacles {
        let alternatives = self.arena.array(reader, "oneOf");
        if alternatives.is_empty() {
            return Obstacles::new();
        }
        let outcomes: Vec<Obstacles> = alternatives.iter().map(|one| self.shape(shape, *one)).collect();
        let takers: Vec<usize> = (0..outcomes.len())
            .filter(|index| outcomes[*index].is_empty())
            .collect();
        let apart = |index: usize| self.disjoint(shape, alternatives[index]);
        if let [taker] = takers.as_slice()
            && (0..alternatives.len()).all(|index| index == *taker || apart(index))
        {
            return Obstacles::new();
        }
        let cases = self.by_cases(shape, &alternatives, splits, &|case| match case {
            Shape::Value(value) if self.arena.accepts(reader, &value.0) == Some(true) => Obstacles::new(),
            case => self.one_of(case, reader, splits + 1),
        });
        cases.unwrap_or_else(|| match takers.is_empty() {
            true => self.nearest(shape, reader, outcomes),
            false => {
                let others = (0..alternatives.len()).filter(|index| Some(index) != takers.first());
                let both =
                    others.flat_map(|index| self.arena.samples(&Child::All([alternatives[index]].into())));
                let candidates = both.chain(self.arena.samples_of(shape, &self.edges(reader)));
                vec![obstacle(Kind::Overlap, reader, candidates.collect())]
            }
        })
    }

    /// What is told where no alternative takes the shape: what keeps it from the one that is nearest.
    fn nearest(&self, shape: &Shape, reader: NodeId, outcomes: Vec<Obstacles>) -> Obstacles {
        let others: Vec<Value> = outcomes
            .iter()
            .flatten()
            .flat_map(|one| one.candidates.clone())
            .collect();
        // What differs at its root by type or by a fixed value is another thing altogether.
        let another = |one: &Obstacle| {
            (one.at.is_empty() && matches!(one.kind, Kind::Type | Kind::Listed))
                || (one.at.len() == 1 && matches!(one.kind, Kind::Value))
                || matches!(one.kind, Kind::RequiredAbsent | Kind::Nothing)
        };
        let mut alike: Vec<Obstacles> = outcomes
            .into_iter()
            .filter(|outcome| !outcome.iter().any(another))
            .collect();
        alike.sort_by_key(Vec::len);
        let mut candidates = self.arena.samples_of(shape, &self.edges(reader));
        candidates.extend(others);
        match alike.into_iter().next() {
            Some(mut nearest) => {
                for one in &mut nearest {
                    one.candidates.extend(candidates.clone());
                    one.candidates.truncate(super::CANDIDATES * 2);
                }
                nearest
            }
            None => vec![obstacle(Kind::Alternative, reader, candidates)],
        }
    }

    /// The obstacles of each case; none where there is nothing to split by.
    fn by_cases(
        &self,
        shape: &Shape,
        alternatives: &[NodeId],
        splits: u32,
        ask: &dyn Fn(&Shape) -> Obstacles,
    ) -> Option<Obstacles> {
        if splits >= SPLITS {
            return None;
        }
        let cases = match shape {
            Shape::Object(object) => self.cases(object, alternatives)?,
            Shape::Number(number) => self.ranges(number, alternatives)?,
            Shape::Text(text) => self.lengths(text, alternatives)?,
            Shape::Value(_) | Shape::Array(_) => return None,
        };
        let mut found = Obstacles::new();
        for case in cases {
            ask(&case)
                .into_iter()
                .for_each(|one| super::merge(&mut found, one));
        }
        Some(found)
    }

    /// An object's cases: by what stands under a name that the alternatives tell apart, or by whether it is there.
    fn cases(&self, object: &ObjectSet, alternatives: &[NodeId]) -> Option<Vec<Shape>> {
        let mut told = BTreeSet::new();
        for shape in alternatives
            .iter()
            .filter_map(|one| self.arena.shapes(&Child::All([*one].into())))
            .flatten()
        {
            if let Shape::Object(other) = shape {
                told.extend(other.declared(self.arena));
            }
        }
        for name in &told {
            let Some(child) = object.under(self.arena, name) else {
                continue;
            };
            if !object.required.contains(name) {
                continue;
            }
            let shapes = self.arena.shapes(&child).unwrap_or_default();
            if (2..=CASES).contains(&shapes.len()) {
                let picked = shapes.into_iter().map(|shape| {
                    let mut case = object.clone();
                    case.picked.insert(name.clone(), Rc::new(shape));
                    Shape::Object(case)
                });
                return Some(picked.collect());
            }
        }
        let open =
            |name: &&String| !object.required.contains(*name) && object.under(self.arena, name).is_some();
        let name = told.iter().find(open)?;
        let (mut there, mut absent) = (object.clone(), object.clone());
        there.required.insert(name.clone());
        absent.absent.insert(name.clone());
        Some(vec![Shape::Object(there), Shape::Object(absent)])
    }

    /// A range, cut where an alternative begins or ends.
    fn ranges(&self, number: &NumberSet, alternatives: &[NodeId]) -> Option<Vec<Shape>> {
        let mut cuts: Vec<Real> = alternatives
            .iter()
            .filter_map(|one| self.arena.shapes(&Child::All([*one].into())))
            .flatten()
            .flat_map(|shape| match shape {
                Shape::Number(other) => [other.min, other.max]
                    .into_iter()
                    .flatten()
                    .map(|bound| bound.limit)
                    .collect(),
                Shape::Value(value) => value.0.as_number().map(Real::of).into_iter().collect::<Vec<_>>(),
                _ => Vec::new(),
            })
            .collect();
        cuts.sort();
        cuts.dedup();
        let bound = |limit: Real, exclusive: bool| Some(crate::shape::Bound { limit, exclusive });
        let mut pieces = Vec::new();
        let mut from = None;
        for cut in cuts.iter().take(CASES) {
            pieces.push(NumberSet {
                min: from,
                max: bound(*cut, true),
                ..NumberSet::default()
            });
            pieces.push(NumberSet {
                min: bound(*cut, false),
                max: bound(*cut, false),
                ..NumberSet::default()
            });
            from = bound(*cut, true);
        }
        pieces.push(NumberSet {
            min: from,
            ..NumberSet::default()
        });
        let pieces: Vec<NumberSet> = pieces
            .iter()
            .map(|piece| number.meet(piece))
            .filter(|piece| !piece.is_empty() && piece != number)
            .collect();
        (pieces.len() > 1).then(|| pieces.into_iter().map(Shape::Number).collect())
    }

    /// Lengths, cut where an alternative begins or ends.
    fn lengths(&self, text: &TextSet, alternatives: &[NodeId]) -> Option<Vec<Shape>> {
        let mut cuts: BTreeSet<u64> = BTreeSet::new();
        for shape in alternatives
            .iter()
            .filter_map(|one| self.arena.shapes(&Child::All([*one].into())))
            .flatten()
        {
            if let Shape::Text(other) = shape {
                cuts.insert(other.min);
                cuts.extend(other.max.map(|max| max.saturating_add(1)));
            }
        }
        cuts.retain(|cut| *cut > text.min && text.max.is_none_or(|max| *cut <= max));
        let mut pieces = Vec::new();
        let mut from = text.min;
        for cut in cuts.into_iter().take(CASES) {
            pieces.push(TextSet {
                min: from,
                max: Some(cut - 1),
                ..text.clone()
            });
            from = cut;
        }
        pieces.push(TextSet {
            min: from,
            ..text.clone()
        });
        (pieces.len() > 1).then(|| pieces.into_iter().map(Shape::Text).collect())
    }
}
