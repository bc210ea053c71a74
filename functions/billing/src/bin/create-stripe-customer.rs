//! The Lambda function `create-stripe-customer`.

use billing::CreateStripeCustomer;
use storefront_providers::customers;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |config| {
        Ok(CreateStripeCustomer {
            customers: customers(config).await?,
        })
    })
    .await
}
