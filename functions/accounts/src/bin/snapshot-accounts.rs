//! The Lambda function `snapshot-accounts`, on the stream of the event store.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::snapshotter(accounts::snapshots())
}
