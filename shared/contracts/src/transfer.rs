//! Transfers between accounts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidings_core::Event;

use crate::Money;

/// `transfer.completed`: money went from one account to another. It tells of the transfer and moves nothing by itself: the `withdrawal.made` and the
/// `deposit.made` that carry the transfer's id do, and all three commit together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TransferCompleted {
    /// The transfer.
    pub transfer_id: String,
    /// The account that the money left.
    pub from: String,
    /// The account that it came to.
    pub to: String,
    /// How much.
    pub amount: Money,
}

impl Event for TransferCompleted {
    const TYPE: &'static str = "transfer.completed";
    const AGGREGATE: &'static str = "transfer";
    const MAY_BE_LARGE: bool = false;

    fn aggregate_id(&self) -> &str {
        &self.transfer_id
    }
}
