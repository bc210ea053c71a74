//! Deleting what is done.

use std::collections::HashMap;

use aws_sdk_sqs::{Client, types::DeleteMessageBatchRequestEntry};
use tidings_core::Failure;

/// How often a message is tried to be deleted: with the others first, then alone.
const MOST_TRIES: u32 = 3;

/// Deletes messages, ten at most, by receipt handle. One that cannot be deleted comes back and is recognised as a duplicate.
pub(super) async fn delete(sqs: &Client, url: &str, receipts: &[String]) {
    if receipts.is_empty() {
        return;
    }
    for receipt in delete_batch(sqs, url, receipts).await.into_keys() {
        if let Some(reason) = delete_alone(sqs, url, receipt).await {
            tracing::warn!(
                reason,
                "a message that is done was not deleted, and comes back as a duplicate"
            );
        }
    }
}

/// Deletes one message that could not be deleted with others; why not, if it is not.
async fn delete_alone(sqs: &Client, url: &str, receipt: String) -> Option<String> {
    let receipts = [receipt];
    let mut reason = None;
    for _ in 1..MOST_TRIES {
        reason = delete_batch(sqs, url, &receipts).await.into_values().next();
        if reason.is_none() {
            break;
        }
    }
    reason
}

/// The messages that were not deleted, and why; what the answer does not name was not.
async fn delete_batch(sqs: &Client, url: &str, receipts: &[String]) -> HashMap<String, String> {
    let entries = receipts.iter().enumerate().map(|(index, receipt)| {
        let entry = DeleteMessageBatchRequestEntry::builder().id(index.to_string());
        entry
            .receipt_handle(receipt)
            .build()
            .expect("id and receipt are set")
    });
    let delete = sqs.delete_message_batch().queue_url(url);
    let answer = delete.set_entries(Some(entries.collect())).send().await;
    let unless_said = match &answer {
        Ok(_) => "SQS did not say".to_owned(),
        Err(error) => Failure::from(error).reason().to_owned(),
    };
    let mut left: HashMap<String, String> = receipts
        .iter()
        .map(|receipt| (receipt.clone(), unless_said.clone()))
        .collect();
    let Ok(answer) = answer else { return left };
    let receipt = |id: &str| id.parse::<usize>().ok().and_then(|index| receipts.get(index));
    for receipt in answer.successful().iter().filter_map(|done| receipt(done.id())) {
        left.remove(receipt);
    }
    for failed in answer.failed() {
        if let Some(receipt) = receipt(failed.id()) {
            let why = format!("{}: {}", failed.code(), failed.message().unwrap_or_default());
            left.insert(receipt.clone(), why);
        }
    }
    left
}
