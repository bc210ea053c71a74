//! The billing service: invoices, the payment provider's customers, and money that is given back.
//!
//! `create-invoice` bills an order, and `render-invoice-pdf` makes a document of the invoice ([`invoice_pdf`]); [`tax`] is what of a price is tax.

pub mod create_invoice;
pub mod create_stripe_customer;
pub mod invoice_pdf;
mod payment;
pub mod refund_payment;
pub mod render_invoice_pdf;
pub mod tax;

pub use create_invoice::CreateInvoice;
pub use create_stripe_customer::CreateStripeCustomer;
pub use refund_payment::RefundPayment;
pub use render_invoice_pdf::RenderInvoicePdf;
pub use tax::TaxRate;

use storefront_contracts::InvoiceCreated;
use tidings_aws::Service;

const SERVICE: &str = env!("CARGO_PKG_NAME");

/// What the service consists of.
#[must_use]
pub fn service() -> Service {
    Service::new(SERVICE)
        .event::<InvoiceCreated>()
        .consumer(create_invoice::function())
        .consumer(render_invoice_pdf::function())
        .consumer(create_stripe_customer::function())
        .consumer(refund_payment::function())
}
