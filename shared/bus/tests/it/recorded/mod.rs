//! What AWS itself was recorded to do: facts of the snapshots that LocalStack takes of its tests on the real AWS (repository
//! localstack/localstack, `tests/aws/services`, the `.snapshot.json` files), each with the test that shows it and the day of its recording.
//! The bus must do the same.
//!
//! [`batches`] is what an event source mapping does with what a function answers, [`groups`] a FIFO queue with its groups, [`topic`] a topic
//! with its subscriptions.

mod batches;
mod groups;
mod play;
mod topic;
