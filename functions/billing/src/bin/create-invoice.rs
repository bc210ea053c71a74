//! The Lambda function `create-invoice`.

use billing::CreateInvoice;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |_| Ok(CreateInvoice)).await
}
