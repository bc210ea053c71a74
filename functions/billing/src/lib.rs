//! The billing service: invoices, and money that is given back.

pub mod create_invoice;
mod payment;
pub mod refund_payment;

pub use create_invoice::CreateInvoice;
pub use refund_payment::RefundPayment;

const SERVICE: &str = env!("CARGO_PKG_NAME");
