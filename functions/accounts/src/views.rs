//! What callers are shown of an account, of a user and of a customer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use storefront_contracts::{Money, Plan, PostalAddress, country_schema};
use tidings_aws::http::{LINE, ONE_LINE};
use tidings_core::{Version, Versioned};

use crate::aggregate::{
    Account, Customer, User,
    customer::{LONGEST_LINE, LONGEST_POSTAL_CODE, MOST_LINES},
};

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

/// An account that money came to: what is in it is shown to whomever it is open to, and to nobody else.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum PaidInto {
    /// One of the caller's, or of nobody's.
    Open(AccountView),
    /// Somebody else's.
    Closed(Payee),
}

/// An account that money came to: what is in it is not the caller's to know.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Payee {
    pub(crate) account_id: String,
}

impl PaidInto {
    /// The account of this id, as this caller may see it.
    pub fn of(id: &str, account: &Versioned<Account>, caller: Option<&str>) -> Self {
        let opened = account.state.opened();
        match opened.is_some_and(|opened| opened.is_open_to(caller)) {
            true => Self::Open(AccountView::of(id, account)),
            false => Self::Closed(Payee {
                account_id: id.to_owned(),
            }),
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

/// What is answered when a customer has changed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerChanged {
    customer_id: String,
    /// How many events the customer is made of.
    version: Version,
}

impl CustomerChanged {
    /// The customer of this id.
    pub fn of(id: &str, customer: &Versioned<Customer>) -> Self {
        Self {
            customer_id: id.to_owned(),
            version: customer.version,
        }
    }
}

/// A customer; what has been erased of them is null.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Customer")]
pub struct CustomerView {
    #[serde(flatten)]
    customer: CustomerChanged,
    #[serde(flatten)]
    known: Option<KnownView>,
}

/// What a customer has told.
#[derive(Debug, Serialize, JsonSchema)]
struct KnownView {
    /// Whom parcels are addressed to.
    name: Option<String>,
    /// Where mail reaches them.
    email: Option<String>,
    /// Where the carrier reaches them; left out where they did not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<Option<String>>,
    /// Where parcels go.
    address: Option<Address>,
}

impl CustomerView {
    /// The customer of this id.
    pub fn of(id: &str, customer: &Versioned<Customer>) -> Self {
        let known = customer.state.known().map(|known| KnownView {
            name: known.name.known().cloned(),
            email: known.email.known().cloned(),
            phone: known.phone.as_ref().map(|phone| phone.known().cloned()),
            address: known.address.known().cloned().map(Address::from),
        });
        Self {
            customer: CustomerChanged::of(id, customer),
            known,
        }
    }
}

/// Where parcels go.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Address {
    /// Street and number, and what else the first lines hold.
    #[schemars(
        length(min = 1, max = MOST_LINES),
        inner(length(min = 1, max = LONGEST_LINE), regex(pattern = LINE)),
        example = ["12 St James's Square"]
    )]
    lines: Vec<String>,
    /// Left out where the country has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = LONGEST_POSTAL_CODE), regex(pattern = ONE_LINE), example = &"SW1Y 4JH")]
    postal_code: String,
    /// The town.
    #[schemars(length(min = 1, max = LONGEST_LINE), regex(pattern = LINE), example = &"London")]
    city: String,
    /// ISO 3166-1, two letters.
    #[schemars(schema_with = "country_schema")]
    country: String,
}

impl From<Address> for PostalAddress {
    fn from(address: Address) -> Self {
        Self {
            lines: address.lines,
            postal_code: address.postal_code,
            city: address.city,
            country: address.country,
        }
    }
}

impl From<PostalAddress> for Address {
    fn from(address: PostalAddress) -> Self {
        Self {
            lines: address.lines,
            postal_code: address.postal_code,
            city: address.city,
            country: address.country,
        }
    }
}
