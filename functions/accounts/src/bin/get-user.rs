//! The Lambda function `get-user`.

use accounts::GetUser;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(GetUser {
            events: setting.events()?,
        })
    })
    .await
}
