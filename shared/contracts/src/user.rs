//! Users.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidings_core::{Event, Personal, Upcast};

/// `user.signed_up`: somebody has an account with the shop.
///
/// Version 2 adds `plan`. Who signed up by version 1 is on the free one, which was the only one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserSignedUp {
    /// The user.
    pub user_id: String,
    /// How they want to be called.
    pub name: Personal<String>,
    /// Where mail reaches them.
    pub email: Personal<String>,
    /// What they pay for.
    pub plan: Plan,
}

/// What a user pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    /// Nothing.
    #[default]
    Free,
    /// Free delivery, and more.
    Plus,
}

/// `user.renamed`: somebody wants to be called otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserRenamed {
    /// The user.
    pub user_id: String,
    /// Their new name.
    pub name: Personal<String>,
}

/// `user.email_changed`: mail reaches somebody elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserEmailChanged {
    /// The user.
    pub user_id: String,
    /// Their new address.
    pub email: Personal<String>,
}

impl Event for UserSignedUp {
    const TYPE: &'static str = "user.signed_up";
    const VERSION: u32 = 2;
    const AGGREGATE: &'static str = "user";
    const MAY_BE_LARGE: bool = false;

    fn aggregate_id(&self) -> &str {
        &self.user_id
    }

    fn person(&self) -> Option<&str> {
        Some(&self.user_id)
    }

    fn upcast<U: Upcast<Self>>(version: u32, older: U) -> Option<U::Outcome> {
        #[derive(Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase")]
        struct V1 {
            user_id: String,
            name: Personal<String>,
            email: Personal<String>,
        }
        let on_the_free_plan = |V1 { user_id, name, email }| Self {
            user_id,
            name,
            email,
            plan: Plan::Free,
        };
        (version == 1).then(|| older.becomes(on_the_free_plan))
    }
}

impl Event for UserRenamed {
    const TYPE: &'static str = "user.renamed";
    const AGGREGATE: &'static str = "user";
    const MAY_BE_LARGE: bool = false;

    fn aggregate_id(&self) -> &str {
        &self.user_id
    }

    fn person(&self) -> Option<&str> {
        Some(&self.user_id)
    }
}

impl Event for UserEmailChanged {
    const TYPE: &'static str = "user.email_changed";
    const AGGREGATE: &'static str = "user";
    const MAY_BE_LARGE: bool = false;

    fn aggregate_id(&self) -> &str {
        &self.user_id
    }

    fn person(&self) -> Option<&str> {
        Some(&self.user_id)
    }
}
