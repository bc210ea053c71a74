//! Accounts: of a bank, or a store's credit.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidings_core::Event;

use crate::{Currency, Money, currency_schema};

/// `account.opened`: an account is there, with nothing in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountOpened {
    /// The account.
    pub account_id: String,
    /// Whose it is; nobody's where it was opened without a known caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<String>,
    /// The one currency that it holds.
    #[schemars(schema_with = "currency_schema")]
    pub currency: Currency,
}

/// `deposit.made`: money came into an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DepositMade {
    /// The account.
    pub account_id: String,
    /// How much; more than nothing.
    pub amount: Money,
    /// The transfer that it is one side of, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_id: Option<String>,
}

/// `withdrawal.made`: money went out of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WithdrawalMade {
    /// The account.
    pub account_id: String,
    /// How much; more than nothing, and no more than there was.
    pub amount: Money,
    /// The transfer that it is one side of, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_id: Option<String>,
}

impl Event for AccountOpened {
    const TYPE: &'static str = "account.opened";
    const AGGREGATE: &'static str = "account";
    const MAY_BE_LARGE: bool = false;

    fn aggregate_id(&self) -> &str {
        &self.account_id
    }
}

impl Event for DepositMade {
    const TYPE: &'static str = "deposit.made";
    const AGGREGATE: &'static str = "account";
    const MAY_BE_LARGE: bool = false;

    fn aggregate_id(&self) -> &str {
        &self.account_id
    }
}

impl Event for WithdrawalMade {
    const TYPE: &'static str = "withdrawal.made";
    const AGGREGATE: &'static str = "account";
    const MAY_BE_LARGE: bool = false;

    fn aggregate_id(&self) -> &str {
        &self.account_id
    }
}
