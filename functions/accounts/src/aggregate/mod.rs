//! What there is: accounts, transfers and users. Pure; each says what may be asked of it, and refuses the rest.

pub mod account;
pub mod transfer;
pub mod user;

pub use account::{Account, AccountCommand, AccountRefusal};
pub use transfer::{Completed, TransferRefusal};
pub use user::{User, UserCommand, UserRefusal};
