//! The Lambda function `create-profile`.

use accounts::CreateProfile;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |_| Ok(CreateProfile)).await
}
