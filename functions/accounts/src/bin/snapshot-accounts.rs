//! The Lambda function `snapshot-accounts`, on the stream of the event store.

use accounts::aggregate::Account;
use tidings_aws::{event_store::Kinds, lambda};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::snapshotter(Kinds::of::<Account>()).await
}
