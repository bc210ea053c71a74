//! Transactions that meet on an item, which the embedded database never tells of: it does one request after the other.
//!
//! A transaction is cancelled then, and says at which of its actions; a single write is refused (AWS: DynamoDB, transactions, "Transaction
//! conflict handling"). Nothing is written in either case.

use aws_smithy_runtime_api::{
    client::orchestrator::{HttpRequest, HttpResponse},
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use crate::chance::Chance;

/// A request that writes, and so can meet a transaction.
pub(crate) enum Write {
    /// One item.
    Single,
    /// So many, all or nothing.
    Transaction(usize),
}

/// What a request writes, if it writes.
pub(crate) fn write(request: &HttpRequest) -> Option<Write> {
    let target = request.headers().get("x-amz-target")?;
    match target.rsplit('.').next()? {
        "PutItem" | "UpdateItem" | "DeleteItem" => Some(Write::Single),
        "TransactWriteItems" => {
            let body: Value = serde_json::from_slice(request.body().bytes()?).ok()?;
            Some(Write::Transaction(body["TransactItems"].as_array()?.len()))
        }
        _ => None,
    }
}

impl Write {
    /// What DynamoDB answers where this write met another one, at an item of its choice.
    pub(crate) fn conflicted(&self, chance: &Chance) -> HttpResponse {
        match self {
            Self::Single => refused(&json!({
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionConflictException",
                "message": "Transaction is ongoing for the item",
            })),
            Self::Transaction(actions) => {
                let met = chance.below(*actions as u64) as usize;
                let reason = |action| match action == met {
                    true => {
                        json!({ "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item" })
                    }
                    false => json!({ "Code": "None" }),
                };
                refused(&json!({
                    "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                    "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
                    "CancellationReasons": (0..*actions).map(reason).collect::<Vec<_>>(),
                }))
            }
        }
    }
}

fn refused(body: &Value) -> HttpResponse {
    let bad_request = StatusCode::try_from(400).expect("it is a status");
    HttpResponse::new(bad_request, SdkBody::from(body.to_string()))
}

/// What a request is answered that is taken for committed.
pub(crate) fn committed() -> HttpResponse {
    let ok = StatusCode::try_from(200).expect("it is a status");
    HttpResponse::new(ok, SdkBody::from("{}"))
}
