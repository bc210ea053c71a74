//! The storefront's event and command types: what a team replaces first. One aggregate a module; money is integer minor
//! units with an ISO 4217 currency, and no event holds derived state.

mod invoice;
mod money;
mod order;
mod place_order;
mod quote_shipping;

pub use invoice::InvoiceCreated;
pub use money::{Currency, Money, Overflow};
pub use order::{GUEST, Item, OrderCancelled, OrderPlaced, OrderStatus, OrderStatusChanged};
pub use place_order::{Fault, OrderAnswer, OrderLine, OrderRefused, PlaceOrder, RefusalReason};
pub use quote_shipping::{QuoteShipping, ShippingQuote, ShippingRefusal};
