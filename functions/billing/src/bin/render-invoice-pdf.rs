//! The Lambda function `render-invoice-pdf`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(billing::render_invoice_pdf::function())
}
