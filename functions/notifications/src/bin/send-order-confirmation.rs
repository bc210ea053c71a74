//! The Lambda function `send-order-confirmation`.

use notifications::SendOrderConfirmation;
use storefront_providers::mailer;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |config| {
        Ok(SendOrderConfirmation {
            mailer: mailer(config)?,
        })
    })
    .await
}
