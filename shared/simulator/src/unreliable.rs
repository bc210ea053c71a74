//! What is down now and then: queues, the topic, the store of large data, the key that wraps others.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use tidings_aws::personal::{KeyBytes, KeyWrap, NewKey, WrapError};
use tidings_core::{
    Clock as _, Envelope,
    ports::{
        ClaimCheck, CollectError, DeadLetter, DeadLetters, Postpone, Publish, Replied, Reply, SendCommand,
        TransportError,
    },
};

use crate::{Mutant, chance::Chance, time::VirtualClock};

/// Something that is down now and then.
pub(crate) struct Unreliable<T: ?Sized> {
    pub(crate) inner: Arc<T>,
    pub(crate) chance: Arc<Chance>,
    pub(crate) odds: f64,
    pub(crate) mutant: Option<Mutant>,
}

impl<T: ?Sized> Unreliable<T> {
    async fn up(&self) -> Result<(), TransportError> {
        tokio::time::sleep(Duration::from_millis(1 + self.chance.below(10))).await;
        if self.chance.hits(self.odds) {
            Err(TransportError("down".into()))
        } else {
            Ok(())
        }
    }

    fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }
}

#[async_trait]
impl Postpone for Unreliable<dyn Postpone> {
    async fn postpone(&self, receipt_handle: &str, delay: Duration) -> Result<(), TransportError> {
        self.up().await?;
        self.inner.postpone(receipt_handle, delay).await
    }
}

#[async_trait]
impl DeadLetters for Unreliable<dyn DeadLetters> {
    async fn set_aside(&self, letter: &DeadLetter) -> Result<(), TransportError> {
        match self.up().await {
            Err(_) if self.is(Mutant::AcknowledgeUnsentDeadLetter) => Ok(()),
            Err(down) => Err(down),
            Ok(()) if self.is(Mutant::KeepNoCause) => {
                let reason = String::new();
                self.inner
                    .set_aside(&DeadLetter {
                        reason,
                        ..letter.clone()
                    })
                    .await
            }
            Ok(()) => self.inner.set_aside(letter).await,
        }
    }
}

#[async_trait]
impl Publish for Unreliable<dyn Publish> {
    async fn publish(&self, events: &[Envelope]) -> Vec<Result<(), TransportError>> {
        let mut results = Vec::with_capacity(events.len());
        for event in events {
            results.push(match self.up().await {
                Err(_) if self.is(Mutant::ForgetUnpublished) => Ok(()),
                Err(down) => Err(down),
                Ok(()) => self.inner.publish(std::slice::from_ref(event)).await.remove(0),
            });
        }
        results
    }
}

/// A sending that failed may have arrived: then only its answer was lost.
#[async_trait]
impl SendCommand for Unreliable<dyn SendCommand> {
    async fn send(&self, command: &Envelope) -> Result<(), TransportError> {
        self.up().await?;
        self.inner.send(command).await?;
        self.up().await
    }
}

#[async_trait]
impl Reply for Unreliable<dyn Reply> {
    async fn reply(&self, queue: &str, answer: &Envelope) -> Result<Replied, TransportError> {
        self.up().await?;
        self.inner.reply(queue, answer).await
    }
}

#[async_trait]
impl ClaimCheck for Unreliable<dyn ClaimCheck> {
    async fn deposit(&self, key: &str, data: &str) -> Result<String, TransportError> {
        match self.up().await {
            // The event goes out, and its data is nowhere.
            Err(_) if self.is(Mutant::PublishBeforeDeposit) => Ok(format!("memory:{key}")),
            Err(down) => Err(down),
            Ok(()) => self.inner.deposit(key, data).await,
        }
    }

    async fn collect(&self, dataref: &str) -> Result<String, CollectError> {
        let up = self.up().await;
        up.map_err(|TransportError(down)| CollectError::NotNow(down))?;
        self.inner.collect(dataref).await
    }
}

/// The key that wraps those of persons: down for a second now and then. A keyring asks for several persons at once, in an order that no seed
/// gives, and stops at the first failure; so whether it answers is a matter of time, and the same for all who are asked for at once.
pub(crate) struct UnreliableWrap {
    pub(crate) inner: Arc<dyn KeyWrap>,
    pub(crate) odds: f64,
    pub(crate) seed: u64,
    pub(crate) clock: VirtualClock,
}

impl UnreliableWrap {
    async fn up(&self) -> Result<(), WrapError> {
        let second = self.clock.now().as_second().unsigned_abs();
        let down = Chance::seeded(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ second).hits(self.odds);
        tokio::time::sleep(Duration::from_millis(5)).await;
        match down {
            true => Err(WrapError::NotNow("down".into())),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl KeyWrap for UnreliableWrap {
    async fn generate(&self, person: &str) -> Result<NewKey, WrapError> {
        self.up().await?;
        self.inner.generate(person).await
    }

    async fn unwrap(&self, person: &str, wrapped: &[u8]) -> Result<KeyBytes, WrapError> {
        self.up().await?;
        self.inner.unwrap(person, wrapped).await
    }
}
