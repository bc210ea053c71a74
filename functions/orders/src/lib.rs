//! The orders service: takes orders, and keeps them as their events.

pub mod order;
pub mod place_order;

pub use place_order::PlaceOrder;

const SERVICE: &str = env!("CARGO_PKG_NAME");
