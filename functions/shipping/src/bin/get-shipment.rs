//! The Lambda function `get-shipment`.

use shipping::{GetShipment, Shipments, shipments::SHIPMENTS};
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        let table = setting.tables.get(SHIPMENTS.name)?;
        Ok(GetShipment {
            shipments: Shipments::new(setting.dynamodb.clone(), table),
        })
    })
    .await
}
