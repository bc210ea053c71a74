//! The Lambda function `handle-place-order`.

use orders::HandlePlaceOrder;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |_| Ok(HandlePlaceOrder)).await
}
