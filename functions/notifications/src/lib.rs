//! The notifications service: what customers are told.

pub mod send_order_confirmation;

pub use send_order_confirmation::SendOrderConfirmation;

const SERVICE: &str = env!("CARGO_PKG_NAME");
