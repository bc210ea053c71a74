//! The billing service: invoices.

pub mod create_invoice;

pub use create_invoice::CreateInvoice;

const SERVICE: &str = env!("CARGO_PKG_NAME");
