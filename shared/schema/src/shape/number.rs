//! Numbers: ranges and divisors.

use std::{cmp::Ordering, collections::BTreeSet};

use serde_json::{Number, Value};

/// A number, exact where it is an integer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Real {
    Whole(i128),
    Float(f64),
}

impl Real {
    pub(crate) fn of(number: &Number) -> Self {
        if let Some(whole) = number.as_i64() {
            return Self::Whole(whole.into());
        }
        if let Some(whole) = number.as_u64() {
            return Self::Whole(whole.into());
        }
        let float = number.as_f64().unwrap_or(f64::NAN);
        // A float without a fraction is an integer exactly.
        match float.fract() == 0.0 && float.abs() < 1.0e38 {
            true => Self::Whole(float as i128),
            false => Self::Float(float),
        }
    }

    pub(crate) fn float(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Float(float) => float,
        }
    }

    /// As JSON; none where JSON has no such number here (beyond 64 bits, infinite).
    pub(crate) fn json(self) -> Option<Value> {
        match self {
            Self::Whole(whole) => i64::try_from(whole)
                .map(Value::from)
                .or_else(|_| u64::try_from(whole).map(Value::from))
                .ok(),
            Self::Float(float) => Number::from_f64(float).map(Value::Number),
        }
    }

    /// The next number in this direction: of integers, or half a step.
    pub(crate) fn beside(self, up: bool, integer: bool) -> Self {
        let direction = if up { 1 } else { -1 };
        match (self, integer) {
            (Self::Whole(whole), true) => Self::Whole(whole + direction),
            (Self::Float(float), true) if up => Self::Whole(float.ceil() as i128),
            (Self::Float(float), true) => Self::Whole(float.floor() as i128),
            (real, false) => Self::Float(real.float() + 0.5 * direction as f64),
        }
    }

    /// Whether it is a multiple of `divisor`; none where floats are too coarse to say.
    pub(crate) fn is_multiple_of(self, divisor: Self) -> Option<bool> {
        match (self, divisor) {
            (_, Self::Whole(0)) => None,
            (Self::Whole(whole), Self::Whole(divisor)) => Some(whole % divisor == 0),
            (value, divisor) => {
                let quotient = value.float() / divisor.float();
                let near = (quotient - quotient.round()).abs();
                match quotient.is_finite() && quotient.abs() < 1.0e9 {
                    true if near < 1.0e-9 => Some(true),
                    true if near > 1.0e-6 => Some(false),
                    _ => None,
                }
            }
        }
    }
}

impl PartialEq for Real {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Real {}

impl PartialOrd for Real {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Real {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Whole(one), Self::Whole(other)) => one.cmp(other),
            (one, other) => one.float().total_cmp(&other.float()),
        }
    }
}

/// A bound, and whether the number itself is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bound {
    pub(crate) limit: Real,
    pub(crate) exclusive: bool,
}

/// Numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NumberSet {
    pub(crate) integer: bool,
    pub(crate) min: Option<Bound>,
    pub(crate) max: Option<Bound>,
    pub(crate) multiples: Vec<Real>,
    /// Numbers that are left out (`not: { const: 0 }`, as schemars writes a `NonZeroI32`).
    pub(crate) except: BTreeSet<Real>,
}

impl NumberSet {
    /// What `minimum`, `exclusiveMinimum`, `maximum`, `exclusiveMaximum`, `multipleOf` and `not: { const }` of a schema say.
    pub(crate) fn of(schema: &Value, integer: bool) -> Self {
        let number = |keyword: &str| schema.get(keyword).and_then(Value::as_number).map(Real::of);
        let bound = |keyword: &str, exclusive: bool| number(keyword).map(|limit| Bound { limit, exclusive });
        let plain = Self {
            integer,
            min: bound("minimum", false),
            max: bound("maximum", false),
            multiples: number("multipleOf").into_iter().collect(),
            except: excepted(schema).into_iter().collect(),
        };
        plain.meet(&Self {
            integer,
            min: bound("exclusiveMinimum", true),
            max: bound("exclusiveMaximum", true),
            ..Self::default()
        })
    }

    pub(crate) fn meet(&self, other: &Self) -> Self {
        let mut multiples = [self.multiples.as_slice(), &other.multiples].concat();
        multiples.sort();
        multiples.dedup();
        let tighter = |one: Option<Bound>, other: Option<Bound>, lower: bool| match (one, other) {
            (Some(one), Some(other)) => Some(match (one.limit.cmp(&other.limit), lower) {
                (Ordering::Equal, _) if one.exclusive => one,
                (Ordering::Equal, _) => other,
                (Ordering::Greater, true) | (Ordering::Less, false) => one,
                _ => other,
            }),
            (one, other) => one.or(other),
        };
        let met = Self {
            integer: self.integer || other.integer,
            min: tighter(self.min, other.min, true),
            max: tighter(self.max, other.max, false),
            multiples,
            except: self.except.union(&other.except).copied().collect(),
        };
        met.whole_bounds()
    }

    /// Of integers, each bound is the outermost integer itself.
    fn whole_bounds(mut self) -> Self {
        if self.integer {
            let whole = |bound: Bound, up: bool| match bound {
                Bound {
                    limit: Real::Whole(whole),
                    exclusive: true,
                } => whole + if up { 1 } else { -1 },
                Bound {
                    limit: Real::Whole(whole),
                    ..
                } => whole,
                Bound { limit, .. } if up => limit.float().ceil() as i128,
                Bound { limit, .. } => limit.float().floor() as i128,
            };
            let inclusive = |whole| Bound {
                limit: Real::Whole(whole),
                exclusive: false,
            };
            self.min = self.min.map(|bound| inclusive(whole(bound, true)));
            self.max = self.max.map(|bound| inclusive(whole(bound, false)));
        }
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        match (self.min, self.max) {
            (Some(min), Some(max)) => {
                let none = min.exclusive || max.exclusive || self.except.contains(&min.limit);
                min.limit > max.limit || (min.limit == max.limit && none)
            }
            _ => false,
        }
    }

    pub(crate) fn contains(&self, value: Real) -> bool {
        let above = self.min.is_none_or(|min| match min.exclusive {
            true => value > min.limit,
            false => value >= min.limit,
        });
        let below = self.max.is_none_or(|max| match max.exclusive {
            true => value < max.limit,
            false => value <= max.limit,
        });
        let divided = self
            .multiples
            .iter()
            .all(|divisor| value.is_multiple_of(*divisor) == Some(true));
        above
            && below
            && divided
            && !self.except.contains(&value)
            && (!self.integer || matches!(value, Real::Whole(_)))
    }

    /// Numbers of it worth trying: at its bounds, beside those of `around`, and a few others.
    pub(crate) fn samples(&self, around: &[Real]) -> Vec<Value> {
        let mut tried: Vec<Real> = vec![Real::Whole(0), Real::Whole(1), Real::Whole(-1)];
        let bounds = [self.min, self.max]
            .into_iter()
            .flatten()
            .map(|bound| bound.limit);
        let ends: Vec<Real> = bounds.chain(around.iter().copied()).collect();
        for end in &ends {
            tried.extend([*end, end.beside(true, true), end.beside(false, true)]);
            if !self.integer {
                tried.extend([
                    end.beside(true, false),
                    end.beside(false, false),
                    Real::Float(end.float() + 0.001),
                ]);
            }
        }
        if let (Some(min), Some(max)) = (self.min, self.max) {
            tried.push(Real::Float(f64::midpoint(min.limit.float(), max.limit.float())));
        }
        if !self.integer {
            tried.push(Real::Float(0.5));
        }
        for divisor in &self.multiples {
            let near = ends.iter().map(|end| (end.float() / divisor.float()).round());
            let factors: Vec<f64> = near.chain([0.0, 1.0, 2.0, 3.0, 5.0, 7.0]).collect();
            for factor in factors {
                for step in [-1.0, 0.0, 1.0] {
                    tried.push(match divisor {
                        Real::Whole(divisor) => Real::Whole(divisor.saturating_mul((factor + step) as i128)),
                        Real::Float(divisor) => Real::Float(divisor * (factor + step)),
                    });
                }
            }
        }
        let mut values: Vec<Value> = Vec::new();
        for value in tried {
            if self.contains(value)
                && let Some(json) = value.json()
                && !values.contains(&json)
            {
                values.push(json);
            }
        }
        values
    }
}

/// The number that `not` leaves out, where that is all that it says.
fn excepted(schema: &Value) -> Option<Real> {
    let excluded = schema.get("not")?.as_object()?;
    let only = excluded.get("const").filter(|_| excluded.len() == 1)?;
    only.as_number().map(Real::of)
}
