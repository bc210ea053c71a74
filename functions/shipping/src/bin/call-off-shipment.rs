//! The Lambda function `call-off-shipment`.

use shipping::CallOffShipment;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |_| Ok(CallOffShipment)).await
}
