//! The Lambda function `refund-payment`.

use billing::RefundPayment;
use storefront_providers::refunds;
use tidings_aws::{event_store::EventStore, lambda};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |config| {
        Ok(RefundPayment {
            events: EventStore::from_environment(config)?,
            refunds: refunds(config).await?,
        })
    })
    .await
}
