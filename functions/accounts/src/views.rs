//! What callers are shown of an account and of a user.

use schemars::JsonSchema;
use serde::Serialize;
use storefront_contracts::{Money, Plan};
use tidings_core::{Version, Versioned};

use crate::aggregate::{Account, User};

/// An account; no more than its id where it was never opened.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Account")]
pub struct AccountView {
    account_id: String,
    /// What is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<Money>,
    /// Whose it is; left out where it is nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_id: Option<String>,
    /// How many events it is made of.
    version: Version,
}

impl AccountView {
    /// The account of this id.
    pub fn of(id: &str, account: &Versioned<Account>) -> Self {
        let opened = account.state.opened();
        Self {
            account_id: id.to_owned(),
            balance: opened.map(|opened| opened.balance),
            owner_id: opened.and_then(|opened| opened.owner.clone()),
            version: account.version,
        }
    }
}

/// What is answered when a user has changed: nothing personal, because answers are kept.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserChanged {
    user_id: String,
    /// How many events the user is made of.
    version: Version,
}

impl UserChanged {
    /// The user of this id.
    pub fn of(id: &str, user: &Versioned<User>) -> Self {
        Self {
            user_id: id.to_owned(),
            version: user.version,
        }
    }
}

/// A user; no more than their id where they never signed up, and neither name nor address where these have been erased.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "User")]
pub struct UserView {
    #[serde(flatten)]
    user: UserChanged,
    #[serde(flatten)]
    profile: Option<ProfileView>,
}

/// What a user has told.
#[derive(Debug, Serialize, JsonSchema)]
struct ProfileView {
    /// How they want to be called; null where it was erased.
    name: Option<String>,
    /// Where mail reaches them; null where it was erased.
    email: Option<String>,
    /// What they pay for.
    plan: Plan,
}

impl UserView {
    /// The user of this id.
    pub fn of(id: &str, user: &Versioned<User>) -> Self {
        let profile = user.state.signed_up().map(|profile| ProfileView {
            name: profile.name.known().cloned(),
            email: profile.email.known().cloned(),
            plan: profile.plan,
        });
        Self {
            user: UserChanged::of(id, user),
            profile,
        }
    }
}
