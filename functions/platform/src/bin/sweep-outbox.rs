//! The Lambda function `sweep-outbox`, once a minute.

use tidings_aws::lambda;
use tidings_core::catalogue::OUTBOX;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::sweeper(&OUTBOX).await
}
