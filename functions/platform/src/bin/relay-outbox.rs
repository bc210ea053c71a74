//! The Lambda function `relay-outbox`, on the stream of the outbox table.

use tidings_aws::lambda;
use tidings_core::catalogue::OUTBOX;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::relay(&OUTBOX).await
}
