//! The Lambda function `reap-reply-queues`, on a schedule.

use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::reaper().await
}
