//! The Lambda function `create-shipment`.

use shipping::{CreateShipment, CustomerCopies};
use storefront_providers::warehouse;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |config| {
        Ok(CreateShipment {
            customers: CustomerCopies::from_environment(config)?,
            warehouse: warehouse(config).await?,
        })
    })
    .await
}
