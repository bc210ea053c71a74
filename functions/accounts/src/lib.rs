//! The accounts service: accounts with money in them, transfers between them, users, and where these are shipped to as customers. All of
//! them are kept as their events.
//!
//! What they are is in [`aggregate`]; the functions, one a file, read a request, decide on the aggregates and answer. [`history`] is how a query
//! asks for an earlier state. `create-profile`, `award-loyalty-points` and `withdraw-loyalty-points` are the service's consumers.

pub mod aggregate;
mod amount;
pub mod award_loyalty_points;
pub mod change_email;
pub mod create_profile;
pub mod deposit;
pub mod get_account;
pub mod get_customer;
pub mod get_profile;
pub mod get_user;
mod history;
pub mod open_account;
pub mod order_points;
pub mod register_user;
pub mod rename_user;
pub mod transfer;
pub mod update_customer;
mod views;
pub mod withdraw;
pub mod withdraw_loyalty_points;

pub use award_loyalty_points::AwardLoyaltyPoints;
pub use change_email::ChangeEmail;
pub use create_profile::CreateProfile;
pub use deposit::Deposit;
pub use get_account::GetAccount;
pub use get_customer::GetCustomer;
pub use get_profile::GetProfile;
pub use get_user::GetUser;
pub use open_account::OpenAccount;
pub use order_points::OrderPoints;
pub use register_user::RegisterUser;
pub use rename_user::RenameUser;
pub use transfer::Transfer;
pub use update_customer::UpdateCustomer;
pub use withdraw::Withdraw;
pub use withdraw_loyalty_points::WithdrawLoyaltyPoints;

use storefront_contracts::{
    AccountOpened, CustomerUpdated, DepositMade, TransferCompleted, UserEmailChanged, UserRenamed,
    UserSignedUp, WithdrawalMade,
};
use tidings_aws::{Service, event_store::Kinds};
use tidings_core::catalogue::{Access, EVENTS, IDEMPOTENCY, Resource, SNAPSHOTS};

use aggregate::Account;

const SERVICE: &str = env!("CARGO_PKG_NAME");

/// What the service consists of.
#[must_use]
pub fn service() -> Service {
    Service::new(SERVICE)
        .event::<AccountOpened>()
        .event::<DepositMade>()
        .event::<WithdrawalMade>()
        .event::<TransferCompleted>()
        .event::<UserSignedUp>()
        .event::<UserRenamed>()
        .event::<UserEmailChanged>()
        .event::<CustomerUpdated>()
        .publisher(open_account::function())
        .publisher(deposit::function())
        .publisher(withdraw::function())
        .publisher(transfer::function())
        .query(get_account::function())
        .publisher(register_user::function())
        .publisher(rename_user::function())
        .publisher(change_email::function())
        .query(get_user::function())
        .query(get_profile::function())
        .publisher(update_customer::function())
        .query(get_customer::function())
        .consumer(create_profile::function())
        .consumer(award_loyalty_points::function())
        .consumer(withdraw_loyalty_points::function())
        .snapshotter("snapshot-accounts", snapshots())
}

/// The aggregates of which snapshots are kept: those whose histories grow long.
#[must_use]
pub fn snapshots() -> Kinds {
    Kinds::of::<Account>()
}

/// What a function uses that moves money.
const MOVES_MONEY: &[Resource] = &[
    Resource::Table(&EVENTS, Access::ReadAppend),
    Resource::Table(&SNAPSHOTS, Access::Read),
    Resource::Table(&IDEMPOTENCY, Access::ReadWrite),
];
