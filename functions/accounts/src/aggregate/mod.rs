//! What there is: accounts, transfers, users and customers. Pure; each says what may be asked of it, and refuses the rest.

pub mod account;
pub mod customer;
pub mod transfer;
pub mod user;

pub use account::{Account, AccountCommand, AccountRefusal};
pub use customer::{Customer, CustomerRefusal};
pub use transfer::{Completed, TransferRefusal};
pub use user::{User, UserCommand, UserRefusal};
