//! The storefront's event types: what a team replaces first. One aggregate a module; money is integer minor
//! units with an ISO 4217 currency, and no event holds derived state.

mod invoice;
mod money;
mod order;

pub use invoice::InvoiceCreated;
pub use money::{Currency, Money, Overflow};
pub use order::{Item, OrderCancelled, OrderPlaced, OrderStatus, OrderStatusChanged};
