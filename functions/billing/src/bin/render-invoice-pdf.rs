//! The Lambda function `render-invoice-pdf`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(billing::render_invoice_pdf::function())
}
