//! The Lambda function `get-customer`.

use accounts::GetCustomer;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(GetCustomer {
            events: setting.events()?,
        })
    })
    .await
}
