//! The Lambda function `withdraw-loyalty-points`.

use accounts::{OrderPoints, WithdrawLoyaltyPoints, order_points::ORDER_POINTS};
use aws_sdk_dynamodb::Client;
use tidings_aws::{TableNames, event_store::EventStore, lambda};
use tidings_core::Consumer as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |config| {
        let tables = TableNames::from_environment(WithdrawLoyaltyPoints::USES)?;
        Ok(WithdrawLoyaltyPoints {
            events: EventStore::from_environment(config, WithdrawLoyaltyPoints::USES)?,
            points: OrderPoints::new(Client::new(config), tables.get(ORDER_POINTS.name)?),
        })
    })
    .await
}
