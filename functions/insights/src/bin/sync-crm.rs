//! The Lambda function `sync-crm`.

use insights::SyncCrm;
use storefront_providers::crm;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |config| {
        Ok(SyncCrm {
            crm: crm(config).await?,
        })
    })
    .await
}
