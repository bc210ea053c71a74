//! The Lambda function `change-order-status`.

use orders::ChangeOrderStatus;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(ChangeOrderStatus {
            events: setting.events()?,
        })
    })
    .await
}
