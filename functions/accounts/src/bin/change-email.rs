//! The Lambda function `change-email`.

use accounts::ChangeEmail;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(ChangeEmail {
            events: setting.events()?,
        })
    })
    .await
}
