//! The shipping service: what shipping costs.

pub mod get_shipping_quote;
pub mod handle_quote_shipping;
mod tariff;

pub use get_shipping_quote::GetShippingQuote;
pub use handle_quote_shipping::HandleQuoteShipping;

const SERVICE: &str = env!("CARGO_PKG_NAME");
