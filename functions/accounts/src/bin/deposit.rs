//! The Lambda function `deposit`.

use accounts::Deposit;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(Deposit {
            events: setting.events()?,
            answers: setting.answers()?,
        })
    })
    .await
}
