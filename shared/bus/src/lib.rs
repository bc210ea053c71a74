//! The in-process transport: "the pattern stays the same, only the transport changes".
//!
//! - [`Bus`] is the topic: subscribe, unsubscribe, publish; every subscription has a queue of its own.
//! - [`queue`] gives each the semantics of an SQS standard queue with an event source mapping: visibility time-out,
//!   receive count, batches, redrive to a dead-letter queue. Consumers get real `SqsEvent`s, and their
//!   `SqsBatchResponse`s are obeyed, so the batch code that is deployed is what runs here.
//! - [`EmbeddedDynamoDb`] is a DynamoDB inside the process, behind the real SDK.
//! - [`MemoryClaimCheck`] and [`FolderClaimCheck`] keep the data of events that are too large for the topic.
//! - [`MasterKey`] wraps the keys of persons, as KMS does when deployed.
//! - [`StreamPoller`] hands a table's stream to a handler, as Lambda does.

mod bus;
mod claim_check;
mod embedded;
mod master_key;
mod message;
pub mod queue;
mod stream;

pub use bus::{Bus, NotSubscribed, Subscription};
pub use claim_check::{FolderClaimCheck, MemoryClaimCheck};
pub use embedded::{EmbeddedDynamoDb, EmbeddedError};
pub use master_key::MasterKey;
pub use queue::{DeadMessage, Disorder, QueueSettings};
pub use stream::{HandleStream, StreamPoller};
