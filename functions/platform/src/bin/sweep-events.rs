//! The Lambda function `sweep-events`, once a minute.

use tidings_aws::lambda;
use tidings_core::catalogue::EVENTS;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::sweeper(&EVENTS).await
}
