//! What publishers and consumers are given.

use std::sync::Arc;

use async_trait::async_trait;
use storefront_providers::{Mail, Mailer};
use tidings_aws::personal::Keyring;
use tidings_core::{
    Clock, Entropy, Failure,
    clock::{SystemClock, SystemEntropy},
    ports::Publish,
};

/// The world around the system: in one process, or in an account.
pub struct World {
    topic: Arc<dyn Publish>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    mailer: Arc<dyn Mailer>,
    keyring: Arc<Keyring>,
}

impl World {
    /// A world with the machine's clock and entropy.
    pub fn new(topic: Arc<dyn Publish>, mailer: Arc<dyn Mailer>, keyring: Arc<Keyring>) -> Self {
        Self {
            topic,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            mailer,
            keyring,
        }
    }

    pub fn topic(&self) -> Arc<dyn Publish> {
        self.topic.clone()
    }

    pub fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    pub fn entropy(&self) -> Arc<dyn Entropy> {
        self.entropy.clone()
    }

    pub fn keyring(&self) -> Arc<Keyring> {
        self.keyring.clone()
    }

    pub fn mailer(&self) -> Arc<dyn Mailer> {
        self.mailer.clone()
    }
}

/// The mailer of a world in which nobody declares that it sends mail.
pub struct NoMail;

#[async_trait]
impl Mailer for NoMail {
    async fn send(&self, _: &Mail) -> Result<(), Failure> {
        Err(Failure::transient("the consumer does not declare that it sends mail (USES)").of_class("NoMail"))
    }
}
