//! The Lambda function `place-order`.

use orders::PlaceOrder;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(|setting| {
        Ok(PlaceOrder {
            events: setting.events()?,
            answers: setting.answers()?,
        })
    })
    .await
}
