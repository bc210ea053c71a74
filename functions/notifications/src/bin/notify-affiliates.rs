//! The Lambda function `notify-affiliates`.

use notifications::NotifyAffiliates;
use storefront_providers::affiliates;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |config| {
        Ok(NotifyAffiliates {
            affiliates: affiliates(config).await?,
        })
    })
    .await
}
