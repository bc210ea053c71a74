//! The Lambda function `open-account`.

use accounts::OpenAccount;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(OpenAccount {
            events: setting.events()?,
            answers: setting.answers()?,
        })
    })
    .await
}
