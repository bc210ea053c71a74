//! The Lambda function `refund-payment`.

use billing::RefundPayment;
use storefront_providers::refunds;
use tidings_aws::{event_store::EventStore, lambda};
use tidings_core::Consumer as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |config| {
        Ok(RefundPayment {
            events: EventStore::from_environment(config, RefundPayment::USES)?,
            refunds: refunds(config).await?,
        })
    })
    .await
}
