//! The Lambda function `award-loyalty-points`.

use accounts::AwardLoyaltyPoints;
use tidings_aws::{event_store::EventStore, lambda};
use tidings_core::Consumer as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |config| {
        Ok(AwardLoyaltyPoints {
            events: EventStore::from_environment(config, AwardLoyaltyPoints::USES)?,
        })
    })
    .await
}
