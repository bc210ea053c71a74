//! The Lambda function `get-account`.

use accounts::GetAccount;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(GetAccount {
            events: setting.events()?,
        })
    })
    .await
}
