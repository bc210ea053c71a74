//! The Lambda function `get-order`.

use orders::GetOrder;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(GetOrder {
            views: setting.views()?,
        })
    })
    .await
}
