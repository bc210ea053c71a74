//! The Lambda function `handle-quote-shipping`.

use shipping::HandleQuoteShipping;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |_| Ok(HandleQuoteShipping)).await
}
