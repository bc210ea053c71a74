//! The orders service: takes orders.

pub mod place_order;

pub use place_order::PlaceOrder;

const SERVICE: &str = env!("CARGO_PKG_NAME");
