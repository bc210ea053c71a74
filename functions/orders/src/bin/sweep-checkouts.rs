//! The Lambda function `sweep-checkouts`.

use orders::{SweepCheckouts, checkout::checkouts};
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::scheduled(async |setting| {
        Ok(SweepCheckouts {
            checkouts: checkouts(setting).await?,
        })
    })
    .await
}
