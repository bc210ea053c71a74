//! The Lambda function `snapshot-accounts`, on the stream of the event store.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::snapshotter(accounts::snapshots())
}
