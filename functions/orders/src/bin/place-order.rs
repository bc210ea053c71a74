//! The Lambda function `place-order`.

use std::sync::Arc;

use orders::PlaceOrder;
use tidings_aws::{lambda, personal::Keyring};
use tidings_core::clock::{SystemClock, SystemEntropy};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::publisher(async |config, topic| {
        Ok(PlaceOrder {
            events: Arc::new(topic),
            keyring: Arc::new(Keyring::from_environment(config)?),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        })
    })
    .await
}
