//! The orders service: takes orders, keeps them as their events, and shows them.
//!
//! The commands decide on the aggregate ([`order`]) and write events; `project-orders` makes views of the events ([`order_view`]), and the
//! queries read those. So what a query shows follows a command a little later; the token that a command answers lets a query wait for it.

mod answers;
mod basket;
pub mod cancel_order;
pub mod change_order_status;
mod command;
pub mod get_order;
pub mod get_order_summary;
pub mod handle_place_order;
pub mod list_orders;
pub mod order;
pub mod order_view;
pub mod place_order;
pub mod project_orders;

pub use cancel_order::CancelOrder;
pub use change_order_status::ChangeOrderStatus;
pub use get_order::GetOrder;
pub use get_order_summary::GetOrderSummary;
pub use handle_place_order::HandlePlaceOrder;
pub use list_orders::ListOrders;
pub use order_view::OrderViews;
pub use place_order::PlaceOrder;
pub use project_orders::ProjectOrders;

const SERVICE: &str = env!("CARGO_PKG_NAME");
