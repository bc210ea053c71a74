//! The Lambda function `transfer`.

use accounts::Transfer;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(Transfer {
            events: setting.events()?,
            answers: setting.answers()?,
        })
    })
    .await
}
