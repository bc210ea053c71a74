//! The Lambda function `place-order`.

use orders::{PlaceOrder, checkout::checkouts};
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(PlaceOrder {
            checkouts: checkouts(setting).await?,
        })
    })
    .await
}
