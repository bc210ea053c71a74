//! The Lambda function `keep-customer-copy`.

use shipping::KeepCustomerCopy;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |_| Ok(KeepCustomerCopy)).await
}
