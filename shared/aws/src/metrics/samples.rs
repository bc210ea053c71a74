//! Measured values of one batch.

use metrique::writer::{MetricFlags, Observation, Unit, Value, ValueWriter};

/// A metric with more values makes its whole EMF line invalid (CloudWatch: embedded metric format specification,
/// "Target members").
const MOST_VALUES: usize = 100;

/// Values and how often each was seen: what CloudWatch makes percentiles of.
pub(super) struct Samples {
    unit: Unit,
    seen: Vec<(f64, u64)>,
}

impl Samples {
    pub(super) fn new(unit: Unit) -> Self {
        Self {
            unit,
            seen: Vec::new(),
        }
    }

    /// Notes a value. When there are [`MOST_VALUES`] different ones already, it counts as the nearest of them.
    pub(super) fn add(&mut self, value: f64) {
        let full = self.seen.len() == MOST_VALUES;
        let distance = |known: f64| (known - value).abs();
        let nearest = self
            .seen
            .iter_mut()
            .min_by(|(one, _), (other, _)| distance(*one).total_cmp(&distance(*other)));
        match nearest {
            Some((known, count)) if *known == value => *count += 1,
            Some((_, count)) if full => *count += 1,
            _ => self.seen.push((value, 1)),
        }
    }

    /// Forgets the values and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.seen.clear();
    }
}

impl Value for Samples {
    fn write(&self, writer: impl ValueWriter) {
        let observations = self.seen.iter().map(|&(value, count)| match count {
            1 => Observation::Floating(value),
            _ => Observation::Repeated {
                total: value * count as f64,
                occurrences: count,
            },
        });
        writer.metric(observations, self.unit, [], MetricFlags::empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_counted_and_beyond_a_hundred_a_value_counts_as_its_nearest() {
        let mut samples = Samples::new(Unit::Count);
        for value in (0..100).chain([7, 7]) {
            samples.add(f64::from(value) * 10.0);
        }
        samples.add(123.0);
        samples.add(1e9);
        assert_eq!(samples.seen.len(), 100);
        let count = |value: f64| samples.seen.iter().find(|(known, _)| *known == value).unwrap().1;
        assert_eq!(
            (count(70.0), count(120.0), count(990.0), count(0.0)),
            (3, 2, 2, 1)
        );
    }
}
