//! The Lambda function `release-stock`.

use orders::ReleaseStock;
use tidings_aws::{event_store::EventStore, lambda};
use tidings_core::Consumer as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |config| {
        Ok(ReleaseStock {
            events: EventStore::from_environment(config, ReleaseStock::USES)?,
        })
    })
    .await
}
