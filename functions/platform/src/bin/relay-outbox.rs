//! The Lambda function `relay-outbox`, on the stream of the outbox table.

use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::relay().await
}
