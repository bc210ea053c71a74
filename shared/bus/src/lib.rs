//! The in-process transport: "the pattern stays the same, only the transport changes".
//!
//! - [`Bus`] is the topic: subscribe, unsubscribe, publish; every subscription has a queue of its own.
//! - A command goes past the topic to its handler's own queue, which is FIFO; who asks has a [`BusReplyQueue`].
//! - [`queue`] gives each the semantics of an SQS queue with an event source mapping: visibility time-out,
//!   receive count, batches, redrive to a dead-letter queue. Consumers get real `SqsEvent`s, and their
//!   `SqsBatchResponse`s are obeyed, so the batch code that is deployed is what runs here.
//! - [`EmbeddedDynamoDb`] is a DynamoDB inside the process, behind the real SDK.
//! - [`MemoryClaimCheck`] and [`FolderClaimCheck`] keep the data of events that are too large for the topic.
//! - [`UntilSettled`] is the bus as a relay's topic: nothing that was accepted is lost when the process ends.
//! - [`DeadLetterTable`] keeps dead letters when the process has ended.
//! - [`EmbeddedSqs`] is SQS inside the process, behind the real SDK; [`DeadLetterQueues`] lets operators at the letters through it.
//! - [`MasterKey`] wraps the keys of persons, as KMS does when deployed.
//! - [`StreamPoller`] hands a table's stream to a handler, as Lambda does.

mod bus;
mod claim_check;
mod dead_letters;
mod embedded;
mod flight;
mod master_key;
mod message;
pub mod queue;
mod replies;
mod settled;
mod sqs;
mod stream;

pub use bus::{Bus, NotSubscribed, RedriveError, Subscription};
pub use claim_check::{FolderClaimCheck, MemoryClaimCheck};
pub use dead_letters::{DEAD_LETTERS, DeadLetterQueues, DeadLetterTable, KeepDeadLetters, KeptLetter};
pub use embedded::{EmbeddedDynamoDb, EmbeddedError};
pub use flight::Landing;
pub use master_key::MasterKey;
pub use queue::{DeadMessage, Disorder, QueueSettings};
pub use replies::{BusReplyQueue, REPLY_PREFIX};
pub use settled::{Bring, UntilSettled};
pub use sqs::{Behind, EmbeddedSqs, PAUSED_UNTIL, QueueMessage, Sent};
pub use stream::{HandleStream, StreamPoller};
