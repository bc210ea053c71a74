//! The Lambda function `cancel-order`.

use orders::CancelOrder;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(CancelOrder {
            events: setting.events()?,
        })
    })
    .await
}
