//! The storefront's event and command types: what a team replaces first. One aggregate a module; money is integer minor
//! units with an ISO 4217 currency, and no event holds derived state.

mod account;
mod address;
mod country;
mod customer;
mod inventory;
mod invoice;
mod money;
mod order;
mod order_access;
mod payment;
mod place_order;
mod quote_shipping;
mod shipment;
mod transfer;
mod user;

pub use account::{AccountOpened, DepositMade, WithdrawalMade};
pub use address::{address_schema, deliverable, is_address};
pub use country::{country_schema, is_country};
pub use customer::{CustomerUpdated, PostalAddress};
pub use inventory::{InventoryReleased, InventoryReserved, StockItem};
pub use invoice::InvoiceCreated;
pub use money::{Currency, Money, Overflow, currency_in_force, currency_in_force_schema, currency_schema};
pub use order::{GUEST, Item, OrderCancelled, OrderPlaced, OrderStatus, OrderStatusChanged};
pub use order_access::{ORDER_SECRET, OrderCaller, guests_order};
pub use payment::{PaymentProcessed, PaymentRefused};
pub use place_order::{Fault, OrderAnswer, OrderLine, OrderRefused, PlaceOrder, RefusalReason};
pub use quote_shipping::{QuoteShipping, ShippingQuote, ShippingRefusal};
pub use shipment::ShipmentCreated;
pub use transfer::TransferCompleted;
pub use user::{Plan, UserEmailChanged, UserRenamed, UserSignedUp};
