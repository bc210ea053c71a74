//! The Lambda function `send-welcome-email`.

use notifications::SendWelcomeEmail;
use storefront_providers::mailer;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |config| {
        Ok(SendWelcomeEmail {
            mailer: mailer(config)?,
        })
    })
    .await
}
