//! The Lambda function `refresh-dashboard`.

use insights::RefreshDashboard;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |_| Ok(RefreshDashboard)).await
}
