//! The Lambda function `register-user`.

use accounts::RegisterUser;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(RegisterUser {
            events: setting.events()?,
            answers: setting.answers()?,
        })
    })
    .await
}
