//! The Lambda function `track-analytics`.

use insights::TrackAnalytics;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |_| Ok(TrackAnalytics)).await
}
