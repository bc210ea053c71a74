//! The Lambda function `get-order-summary`.

use orders::GetOrderSummary;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(GetOrderSummary {
            views: setting.views()?,
        })
    })
    .await
}
