//! Deleting reply queues that nobody owns any more.
//!
//! SQS tells of a queue neither who made it nor when it was last received from (AWS: SQS `GetQueueAttributes`). So its owner says that it
//! is there, by a tag that it renews every five minutes while it asks, and before it asks again after a rest. A queue that has not been renewed for [`ABANDONED`] is
//! deleted. An owner that rested for that long finds its queue gone when it renews it, and makes another.

use std::{collections::HashMap, time::Duration};

use aws_sdk_sqs::{
    Client,
    error::SdkError,
    operation::{delete_queue::DeleteQueueError, list_queue_tags::ListQueueTagsError},
    types::QueueAttributeName,
};
use jiff::Timestamp;
use tidings_core::{Failure, request::ReplyTo};

use super::own::{RENEWAL, RENEWED};

/// How long an owner may be silent: an hour. It is far more than [`RENEWAL`], so that clocks and slow calls do not matter.
pub const ABANDONED: Duration = Duration::from_secs(60 * 60);
const _: () = assert!(ABANDONED.as_secs() >= 10 * RENEWAL.as_secs());

/// What became of the reply queues.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reaped {
    /// The names of those that were deleted.
    pub deleted: Vec<String>,
    /// How many are in use.
    pub kept: usize,
    /// Why some could not be looked at or deleted; the next run tries again.
    pub failed: Vec<String>,
}

/// Some reply queues could not be looked at or deleted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{count} reply queues could not be reaped; the first: {first}")]
pub struct NotReaped {
    /// How many.
    pub count: usize,
    /// The first one, and why.
    pub first: String,
}

impl Reaped {
    /// Whether every queue was looked at.
    ///
    /// # Errors
    /// [`NotReaped`].
    pub fn complete(self) -> Result<(), NotReaped> {
        let count = self.failed.len();
        match self.failed.into_iter().next() {
            Some(first) => Err(NotReaped { count, first }),
            None => Ok(()),
        }
    }
}

/// Deletes the reply queues whose names begin with `prefix` and that are abandoned at `now`. One that cannot be looked at or deleted holds up no other.
///
/// # Errors
/// When the queues cannot be listed.
pub async fn reap(sqs: &Client, prefix: &str, now: Timestamp) -> Result<Reaped, Failure> {
    // Without it the answer has no more than 1,000 and does not say that there are more (AWS: SQS `ListQueues`).
    let list = sqs.list_queues().queue_name_prefix(prefix).max_results(1000);
    let urls = list
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await?;
    let mut reaped = Reaped::default();
    for url in urls {
        let name = url.rsplit('/').next().unwrap_or_default().to_owned();
        if !is_reply_queue(&name, prefix) {
            continue;
        }
        match reap_one(sqs, &url, now).await {
            Ok(true) => reaped.deleted.push(name),
            Ok(false) => reaped.kept += 1,
            Err(failure) => reaped.failed.push(format!("{name}: {}", failure.reason())),
        }
    }
    tracing::info!(
        deleted = reaped.deleted.len(),
        kept = reaped.kept,
        failed = ?reaped.failed,
        "reply queues were looked at"
    );
    Ok(reaped)
}

/// A queue that somebody has called by a longer name is his.
fn is_reply_queue(name: &str, prefix: &str) -> bool {
    let queue = ReplyTo {
        queue: name.to_owned(),
        request: String::new(),
    };
    queue.within(prefix).is_ok()
}

async fn reap_one(sqs: &Client, url: &str, now: Timestamp) -> Result<bool, Failure> {
    let Some(renewed) = renewed(sqs, url).await? else {
        return Ok(false);
    };
    let silent = Duration::try_from(now.duration_since(renewed)).unwrap_or_default();
    if silent < ABANDONED {
        return Ok(false);
    }
    match sqs.delete_queue().queue_url(url).send().await {
        Ok(_) => Ok(true),
        Err(SdkError::ServiceError(error))
            if matches!(error.err(), DeleteQueueError::QueueDoesNotExist(_)) =>
        {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// When the owner last said that it is there, or when the queue was made; none where there is no such queue any more.
async fn renewed(sqs: &Client, url: &str) -> Result<Option<Timestamp>, Failure> {
    let tags: HashMap<String, String> = match sqs.list_queue_tags().queue_url(url).send().await {
        Ok(answer) => answer.tags.unwrap_or_default(),
        Err(SdkError::ServiceError(error))
            if matches!(error.err(), ListQueueTagsError::QueueDoesNotExist(_)) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    if let Some(said) = tags.get(RENEWED).and_then(|seconds| time(seconds)) {
        return Ok(Some(said));
    }
    let made = QueueAttributeName::CreatedTimestamp;
    let ask = sqs
        .get_queue_attributes()
        .queue_url(url)
        .attribute_names(made.clone());
    let made = ask.send().await?.attributes.and_then(|mut all| all.remove(&made));
    let made = made.and_then(|seconds| time(&seconds));
    made.map(Some)
        .ok_or_else(|| Failure::transient("it tells neither when it was renewed nor when it was made"))
}

fn time(seconds: &str) -> Option<Timestamp> {
    Timestamp::from_second(seconds.parse().ok()?).ok()
}
