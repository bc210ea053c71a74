//! The Lambda function `relay-events`, on the stream of the event store.

use tidings_aws::lambda;
use tidings_core::catalogue::EVENTS;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::relay(&EVENTS).await
}
