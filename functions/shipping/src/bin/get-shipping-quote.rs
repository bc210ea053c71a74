//! The Lambda function `get-shipping-quote`.

use std::sync::Arc;

use shipping::GetShippingQuote;
use tidings_aws::lambda;
use tidings_core::clock::{SystemClock, SystemEntropy};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(GetShippingQuote {
            requester: Arc::new(setting.requester::<GetShippingQuote>()?),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        })
    })
    .await
}
