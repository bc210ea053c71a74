//! The orders service: takes orders, keeps them as their events, and shows them.
//!
//! The commands decide on the aggregate ([`order`]) and write events; `project-orders` makes views of the events ([`order_view`]), and the
//! queries read those. So what a query shows follows a command a little later; the token that a command answers lets a query wait for it.
//!
//! An order begins with a [`checkout`], which takes its articles out of the [`stock`] and charges the card; `sweep-checkouts` ends what a
//! crash has left in between, and `release-stock` gives back what was reserved for an order that is called off.
//! `mark-order-shipped` follows the parcel.

mod answers;
mod basket;
pub mod cancel_order;
pub mod change_order_status;
pub mod checkout;
mod command;
pub mod get_order;
pub mod get_order_summary;
pub mod get_stock;
mod guest;
pub mod handle_place_order;
pub mod list_orders;
pub mod mark_order_shipped;
pub mod order;
pub mod order_view;
pub mod place_order;
pub mod project_orders;
pub mod receive_stock;
pub mod release_stock;
pub mod reservation;
pub mod stock;
pub mod sweep_checkouts;

pub use cancel_order::CancelOrder;
pub use change_order_status::ChangeOrderStatus;
pub use checkout::Checkouts;
pub use get_order::GetOrder;
pub use get_order_summary::GetOrderSummary;
pub use get_stock::GetStock;
pub use handle_place_order::HandlePlaceOrder;
pub use list_orders::ListOrders;
pub use mark_order_shipped::MarkOrderShipped;
pub use order_view::OrderViews;
pub use place_order::PlaceOrder;
pub use project_orders::ProjectOrders;
pub use receive_stock::ReceiveStock;
pub use release_stock::ReleaseStock;
pub use sweep_checkouts::SweepCheckouts;

use storefront_contracts::{
    InventoryReleased, InventoryReserved, OrderCancelled, OrderPlaced, OrderRefused, OrderStatusChanged,
    PaymentProcessed, PaymentRefused,
};
use tidings_aws::Service;

const SERVICE: &str = env!("CARGO_PKG_NAME");

/// What the service consists of.
#[must_use]
pub fn service() -> Service {
    Service::new(SERVICE)
        .event::<OrderPlaced>()
        .event::<OrderStatusChanged>()
        .event::<OrderCancelled>()
        .event::<OrderRefused>()
        .event::<PaymentProcessed>()
        .event::<PaymentRefused>()
        .event::<InventoryReserved>()
        .event::<InventoryReleased>()
        .command::<storefront_contracts::PlaceOrder>()
        .publisher(place_order::function())
        .publisher(receive_stock::function())
        .query(get_stock::function())
        .publisher(change_order_status::function())
        .publisher(cancel_order::function())
        .query(get_order::function())
        .query(get_order_summary::function())
        .query(list_orders::function())
        .consumer(handle_place_order::function())
        .consumer(project_orders::function())
        .projection::<OrderViews>()
        .consumer(release_stock::function())
        .consumer(mark_order_shipped::function())
        .scheduled(sweep_checkouts::function())
}
