//! The Lambda function `place-order`.

use std::sync::Arc;

use orders::PlaceOrder;
use tidings_aws::lambda;
use tidings_core::clock::{SystemClock, SystemEntropy};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::publisher(async |_, topic| {
        Ok(PlaceOrder {
            events: Arc::new(topic),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        })
    })
    .await
}
