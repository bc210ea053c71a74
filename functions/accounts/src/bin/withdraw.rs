//! The Lambda function `withdraw`.

use accounts::Withdraw;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(Withdraw {
            events: setting.events()?,
            answers: setting.answers()?,
        })
    })
    .await
}
