//! The storefront's event types: what a team replaces first. One aggregate a module; money is integer minor
//! units with an ISO 4217 currency, and no event holds derived state.

mod account;
mod address;
mod invoice;
mod money;
mod order;
mod transfer;
mod user;

pub use account::{AccountOpened, DepositMade, WithdrawalMade};
pub use address::is_address;
pub use invoice::InvoiceCreated;
pub use money::{Currency, Money, Overflow};
pub use order::{Item, OrderPlaced};
pub use transfer::TransferCompleted;
pub use user::{Plan, UserEmailChanged, UserRenamed, UserSignedUp};
