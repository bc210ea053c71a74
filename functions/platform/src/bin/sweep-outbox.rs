//! The Lambda function `sweep-outbox`, once a minute.

use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::sweeper().await
}
