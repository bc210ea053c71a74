//! What an account answers, as data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is deployed, by its physical names. What is not there has no entry.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Deployed {
    /// The subscriptions of the topic (SNS: ListSubscriptionsByTopic, GetSubscriptionAttributes).
    pub subscriptions: Vec<Subscription>,
    /// The queues (SQS: GetQueueAttributes).
    pub queues: BTreeMap<String, Queue>,
    /// The functions (Lambda: GetFunctionConfiguration).
    pub functions: BTreeMap<String, Function>,
    /// What feeds functions (Lambda: ListEventSourceMappings).
    pub mappings: Vec<Mapping>,
    /// The tables (DynamoDB: DescribeTable, DescribeTimeToLive).
    pub tables: BTreeMap<String, Table>,
}

/// A subscription.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Subscription {
    /// The name of the queue that it leads to, or another endpoint as it is.
    pub queue: String,
    /// Its filter policy.
    pub filter: Option<Value>,
    /// What the policy looks at: `MessageAttributes` or `MessageBody`.
    pub filter_scope: Option<String>,
    /// Whether messages come as they were published.
    pub raw: bool,
    /// The name of its dead-letter queue.
    pub dead_letters: Option<String>,
}

/// A queue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Queue {
    /// How long a message that was received is hidden, in seconds.
    pub visibility_seconds: Option<u64>,
    /// How long a message is kept, in seconds.
    pub retention_seconds: Option<u64>,
    /// The name of its dead-letter queue.
    pub dead_letters: Option<String>,
    /// After how many receives a message goes there.
    pub max_receive_count: Option<u64>,
}

/// A function.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Function {
    /// Its time-out, in seconds.
    pub timeout_seconds: Option<u64>,
    /// Its memory, in MB.
    pub memory_mb: Option<u64>,
}

/// What feeds a function.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Mapping {
    /// The name of the function.
    pub function: String,
    /// The name of the queue, or of the table whose stream it is.
    pub source: String,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Messages or records a call, at most.
    pub batch_size: Option<u64>,
    /// Calls at once, at most.
    pub maximum_concurrency: Option<u64>,
    /// How often a batch of a stream is tried again.
    pub maximum_retry_attempts: Option<i64>,
    /// Whether the function answers which records failed (`ReportBatchItemFailures`).
    pub partial: bool,
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Table {
    /// The attribute that is the partition key.
    pub partition_key: Option<String>,
    /// The attribute that is the sort key.
    pub sort_key: Option<String>,
    /// The attribute that says when an item expires.
    pub expiry: Option<String>,
    /// Whether its changes are streamed.
    pub stream: bool,
    /// The names of its indexes, with the attributes that are their keys.
    pub indexes: BTreeMap<String, Vec<String>>,
}
