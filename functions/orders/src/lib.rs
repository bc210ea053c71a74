//! The orders service: takes orders, and keeps them as their events.

mod basket;
pub mod handle_place_order;
pub mod order;
pub mod place_order;

pub use handle_place_order::HandlePlaceOrder;
pub use place_order::PlaceOrder;

const SERVICE: &str = env!("CARGO_PKG_NAME");
