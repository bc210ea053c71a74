//! The Lambda function `release-stock`.

use orders::ReleaseStock;
use tidings_aws::{event_store::EventStore, lambda};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |config| {
        Ok(ReleaseStock {
            events: EventStore::from_environment(config)?,
        })
    })
    .await
}
