//! The Lambda function `update-recommendations`.

use insights::UpdateRecommendations;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |_| Ok(UpdateRecommendations)).await
}
