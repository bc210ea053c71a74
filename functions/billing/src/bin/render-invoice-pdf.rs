//! The Lambda function `render-invoice-pdf`.

use billing::{RenderInvoicePdf, TaxRate};
use storefront_providers::invoices;
use tidings_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::consumer(async |config| {
        Ok(RenderInvoicePdf {
            documents: invoices(config)?,
            // A function that is told no rate does not start.
            tax: Ok(TaxRate::from_environment()?),
        })
    })
    .await
}
