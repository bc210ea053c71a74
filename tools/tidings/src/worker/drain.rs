//! Nothing left to do.

use std::time::Duration;

use tidings_aws::worker::Source;
use tokio::time::sleep;

/// Between two questions.
const PAUSE: Duration = Duration::from_millis(500);
/// How often in a row every queue must be empty: SQS's numbers lag behind, and a message of one queue can cause one in another.
const TIMES: u32 = 4;

/// Waits until the queues hold nothing: nothing waits, is in work or comes back later.
pub async fn drained(queues: &[Source]) {
    let mut empty = 0;
    while empty < TIMES {
        sleep(PAUSE).await;
        empty += 1;
        for queue in queues {
            match queue.depth().await {
                Ok(0) => {}
                Ok(_) => empty = 0,
                Err(error) => {
                    tracing::warn!(%error, "whether the queue is empty is not known");
                    empty = 0;
                }
            }
        }
    }
}
