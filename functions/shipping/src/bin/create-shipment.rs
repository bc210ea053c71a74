//! The Lambda function `create-shipment`.

use aws_sdk_dynamodb::Client;
use shipping::{CreateShipment, CustomerCopies, Shipments, shipments::SHIPMENTS};
use storefront_providers::warehouse;
use tidings_aws::{TableNames, lambda};
use tidings_core::Consumer as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |config| {
        let tables = TableNames::from_environment(CreateShipment::USES)?;
        Ok(CreateShipment {
            customers: CustomerCopies::from_environment(config)?,
            shipments: Shipments::new(Client::new(config), tables.get(SHIPMENTS.name)?),
            warehouse: warehouse(config).await?,
        })
    })
    .await
}
