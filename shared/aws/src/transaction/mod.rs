//! `TransactWriteItems`: all of it or nothing, and why not.

mod size;

use std::time::Duration;

use aws_sdk_dynamodb::{
    Client,
    error::ProvideErrorMetadata as _,
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, CancellationReason, TransactWriteItem},
};
use tidings_core::{Entropy, Failure};

pub(crate) use size::{LIGHT_BYTES, MOST_BYTES, bytes_of, most_kept};

/// An item as DynamoDB returns it.
pub type Item = std::collections::HashMap<String, AttributeValue>;

/// Actions that DynamoDB takes in a transaction (AWS: DynamoDB, `TransactWriteItems`).
const MOST_ACTIONS: usize = 100;
/// How often a transaction that met another one on the same item is tried again.
const MOST_CONFLICTS: u32 = 8;

/// How a transaction ended.
#[derive(Debug)]
pub enum Ended {
    /// Everything is written.
    Committed,
    /// Nothing is written: the condition of this action does not hold.
    Refused {
        /// The first action that was refused, by its place.
        action: usize,
        /// The item that is there, where the action asked for it (`ALL_OLD`).
        there: Option<Item>,
        /// The other actions that were refused besides, in their order.
        also: Vec<(usize, Option<Item>)>,
    },
}

/// Commits these actions. The client token makes a repetition of the same transaction safe for ten minutes: one whose answer was lost
/// is recognised when the SDK, or the caller, repeats it.
///
/// Transactions that meet on an item are tried again, with growing pauses and full jitter.
///
/// # Errors
/// When DynamoDB does not answer, or transactions keep meeting: transient. What it will never take (too many actions, two on one item, an
/// item above 400 KB, items above 4 MB together): permanent.
pub async fn commit(
    dynamodb: &Client,
    token: &str,
    actions: &[TransactWriteItem],
    entropy: &dyn Entropy,
) -> Result<Ended, Failure> {
    if actions.len() > MOST_ACTIONS {
        let count = actions.len();
        return Err(Failure::permanent(format!(
            "{count} writes and events in one transaction; DynamoDB takes {MOST_ACTIONS}"
        )));
    }
    size::check(actions)?;
    for retry in 0.. {
        match transact(dynamodb, token, actions).await? {
            Answer::Ended(ended) => return Ok(ended),
            Answer::Met(failure) if retry == MOST_CONFLICTS => return Err(failure),
            Answer::Met(_) => tokio::time::sleep(pause(retry, entropy.unit())).await,
        }
    }
    unreachable!("the last meeting returns")
}

enum Answer {
    Ended(Ended),
    /// Another transaction was at one of the items, or a table is throttled.
    Met(Failure),
}

async fn transact(dynamodb: &Client, token: &str, actions: &[TransactWriteItem]) -> Result<Answer, Failure> {
    let transaction = dynamodb
        .transact_write_items()
        .client_request_token(token)
        .set_transact_items(Some(actions.to_vec()));
    match transaction.send().await {
        Ok(_) => Ok(Answer::Ended(Ended::Committed)),
        Err(error) => match error.into_service_error() {
            TransactWriteItemsError::TransactionCanceledException(cancelled) => {
                let why = cancelled.message().unwrap_or("transaction cancelled").to_owned();
                cause(cancelled.cancellation_reasons(), why)
            }
            // Two writes to one item, or a key that is none: the same transaction is refused every time.
            error if error.code() == Some("ValidationException") => {
                let reason = error.message().unwrap_or("ValidationException");
                Err(Failure::permanent(reason).of_class("OurFault"))
            }
            error => Err(error.into()),
        },
    }
}

/// Reads the reasons of a cancelled transaction, one an action.
fn cause(reasons: &[CancellationReason], why: String) -> Result<Answer, Failure> {
    let refused = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    let mut refusals = reasons
        .iter()
        .enumerate()
        .filter(|(_, reason)| refused(reason))
        .map(|(action, reason)| (action, reason.item().cloned()));
    if let Some((action, there)) = refusals.next() {
        let also = refusals.collect();
        return Ok(Answer::Ended(Ended::Refused { action, there, also }));
    }
    let again = [
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
    ];
    let code = reasons
        .iter()
        .filter_map(CancellationReason::code)
        .find(|code| *code != "None");
    if let Some(class) = again.into_iter().find(|again| Some(*again) == code) {
        return Ok(Answer::Met(Failure::transient(why).of_class(class)));
    }
    match code {
        // An item too large or an expression that does not fit the data: another try cannot help.
        Some("ValidationError" | "ItemCollectionSizeLimitExceeded") => Err(Failure::permanent(why)),
        _ => Err(Failure::transient(why)),
    }
}

/// How long to wait before a transaction that met another one is tried again; `random` is uniform in `0.0..1.0`.
pub(crate) fn pause(retry: u32, random: f64) -> Duration {
    Duration::from_millis(20 << retry.min(6)).mul_f64(random)
}
