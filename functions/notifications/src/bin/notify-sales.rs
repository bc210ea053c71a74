//! The Lambda function `notify-sales`.

use notifications::NotifySales;
use storefront_providers::chat;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |config| {
        Ok(NotifySales {
            chat: chat(config).await?,
        })
    })
    .await
}
