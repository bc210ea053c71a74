//! The Lambda function `rename-user`.

use accounts::RenameUser;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(RenameUser {
            events: setting.events()?,
        })
    })
    .await
}
