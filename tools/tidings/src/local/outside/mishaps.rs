//! What is made to go wrong: `--slow stripe=2s`, `--fail slack=0.3`.

use std::{
    collections::BTreeMap,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use jiff::SignedDuration;
use tidings_core::{Entropy as _, Failure, clock::SystemEntropy};

/// Who is slow, and who fails; both can change while the system runs. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Mishaps(Arc<Mutex<BTreeMap<String, Mishap>>>);

/// What befalls a call.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Mishap {
    /// It takes so long.
    pub slow: Duration,
    /// How often it fails, from 0 (never) to 1 (always).
    pub fail: f64,
    /// It is refused for good: who asked is not to ask again.
    pub refuse: bool,
}

/// `stripe=2s`: somebody takes so long for each call.
#[derive(Debug, Clone, PartialEq)]
pub struct Slow {
    pub name: String,
    pub by: Duration,
}

/// `slack=0.3`: a provider fails so often.
#[derive(Debug, Clone, PartialEq)]
pub struct Fail {
    pub name: String,
    pub rate: f64,
}

impl FromStr for Slow {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (name, by) = text
            .split_once('=')
            .context("must be NAME=TIME, like stripe=2s")?;
        let by: SignedDuration = by
            .parse()
            .with_context(|| format!("{by} is no time; write 2s, 300ms or 1m"))?;
        let by = Duration::try_from(by).ok().context("a time cannot be negative")?;
        Ok(Self {
            name: name.to_owned(),
            by,
        })
    }
}

impl FromStr for Fail {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (name, rate) = text
            .split_once('=')
            .context("must be NAME=RATE, like slack=0.3")?;
        let rate: f64 = rate.parse().with_context(|| format!("{rate} is no number"))?;
        ensure!(
            (0.0..=1.0).contains(&rate),
            "{rate} is not from 0 (never) to 1 (always)"
        );
        Ok(Self {
            name: name.to_owned(),
            rate,
        })
    }
}

impl Mishaps {
    /// Somebody takes so long from now on.
    pub fn slow(&self, Slow { name, by }: Slow) {
        self.of(name, |mishap| mishap.slow = by);
    }

    /// A provider fails so often from now on.
    pub fn fail(&self, Fail { name, rate }: Fail) {
        self.of(name, |mishap| mishap.fail = rate);
    }

    /// This is what befalls a provider from now on, and nothing else.
    pub fn set(&self, provider: &str, mishap: Mishap) {
        self.of(provider.to_owned(), |own| *own = mishap);
    }

    /// What befalls a provider.
    pub fn of_provider(&self, name: &str) -> Mishap {
        self.read(name)
    }

    /// How long this one takes.
    pub fn delay(&self, name: &str) -> Duration {
        self.read(name).slow
    }

    /// Takes as long as this one takes, and fails if it is to.
    pub async fn befall(&self, name: &'static str) -> Result<(), Failure> {
        let Mishap { slow, fail, refuse } = self.read(name);
        if !slow.is_zero() {
            tokio::time::sleep(slow).await;
        }
        if refuse {
            let reason = format!("{name} refuses (made to refuse)");
            return Err(Failure::permanent(reason).of_class("MadeToRefuse"));
        }
        if SystemEntropy.unit() < fail {
            let reason = format!("{name} does not answer (made to fail)");
            return Err(Failure::transient(reason).of_class("MadeToFail"));
        }
        Ok(())
    }

    fn of(&self, name: String, change: impl FnOnce(&mut Mishap)) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(all.entry(name).or_default());
    }

    fn read(&self, name: &str) -> Mishap {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(name).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_slow_and_who_fails_is_read_with_units_and_bounds() {
        let slow = |text: &str| text.parse::<Slow>().map(|slow| slow.by);
        assert_eq!(slow("stripe=2s").unwrap(), Duration::from_secs(2));
        assert_eq!(slow("stock=300ms").unwrap(), Duration::from_millis(300));
        assert_eq!(slow("mail=1.5s").unwrap(), Duration::from_millis(1500));
        for wrong in ["stripe", "stripe=", "stripe=2", "stripe=-2s", "stripe=fast"] {
            assert!(slow(wrong).is_err(), "{wrong}");
        }
        let fail = |text: &str| text.parse::<Fail>().map(|fail| fail.rate);
        assert!((fail("slack=0.3").unwrap() - 0.3).abs() < f64::EPSILON);
        for wrong in [
            "slack",
            "slack=",
            "slack=1.5",
            "slack=-1",
            "slack=NaN",
            "slack=often",
        ] {
            assert!(fail(wrong).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn who_is_made_to_fail_fails_until_told_otherwise() {
        let mishaps = Mishaps::default();
        let rate = |rate| Fail {
            name: "crm".into(),
            rate,
        };
        mishaps.fail(rate(1.0));
        let failure = mishaps.befall("crm").await.unwrap_err();
        assert_eq!(failure.class(), "MadeToFail");
        assert!(mishaps.befall("slack").await.is_ok(), "nobody else does");
        mishaps.fail(rate(0.0));
        assert!(mishaps.befall("crm").await.is_ok());
    }

    #[tokio::test]
    async fn who_is_made_to_refuse_says_so_for_good() {
        let mishaps = Mishaps::default();
        let refuse = true;
        mishaps.set(
            "slack",
            Mishap {
                refuse,
                ..Mishap::default()
            },
        );
        let failure = mishaps.befall("slack").await.unwrap_err();
        assert!(matches!(failure, Failure::Permanent { .. }), "{failure:?}");
        mishaps.set("slack", Mishap::default());
        assert!(mishaps.befall("slack").await.is_ok());
    }
}
