//! The Lambda function `start-post-purchase-flow`.

use notifications::StartPostPurchaseFlow;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |_| Ok(StartPostPurchaseFlow)).await
}
