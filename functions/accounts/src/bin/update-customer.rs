//! The Lambda function `update-customer`.

use accounts::UpdateCustomer;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(UpdateCustomer {
            events: setting.events()?,
        })
    })
    .await
}
