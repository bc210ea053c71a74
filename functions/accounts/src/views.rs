//! What callers are shown of an account, of a user and of a customer.

use serde_json::{Value, json};
use tidings_core::Versioned;

use crate::aggregate::{Account, Customer, User};

/// An account; no more than its id where it was never opened.
pub fn account(id: &str, account: &Versioned<Account>) -> Value {
    let mut view = json!({ "accountId": id, "version": account.version });
    if let Some(opened) = account.state.opened() {
        view["balance"] = json!(opened.balance);
        if let Some(owner) = &opened.owner {
            view["ownerId"] = json!(owner);
        }
    }
    view
}

/// What is answered when a user has changed: nothing personal, because answers are kept.
pub fn changed(id: &str, user: &Versioned<User>) -> Value {
    json!({ "userId": id, "version": user.version })
}

/// A user; no more than their id where they never signed up, and neither name nor address where these have been erased.
pub fn user(id: &str, user: &Versioned<User>) -> Value {
    let mut view = changed(id, user);
    if let Some(profile) = user.state.signed_up() {
        view["name"] = json!(profile.name.known());
        view["email"] = json!(profile.email.known());
        view["plan"] = json!(profile.plan);
    }
    view
}

/// What is answered when a customer has changed.
pub fn updated(id: &str, customer: &Versioned<Customer>) -> Value {
    json!({ "customerId": id, "version": customer.version })
}

/// A customer; what has been erased of them is null.
pub fn customer(id: &str, customer: &Versioned<Customer>) -> Value {
    let mut view = updated(id, customer);
    if let Some(known) = customer.state.known() {
        view["name"] = json!(known.name.known());
        view["email"] = json!(known.email.known());
        if let Some(phone) = &known.phone {
            view["phone"] = json!(phone.known());
        }
        view["address"] = json!(known.address.known());
    }
    view
}
