//! The Lambda function `list-orders`.

use orders::ListOrders;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::endpoint(async |setting| {
        Ok(ListOrders {
            views: setting.views()?,
        })
    })
    .await
}
