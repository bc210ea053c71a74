//! The Lambda function `relay-outbox`, on the stream of the outbox table.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::relay(&tidings_core::catalogue::OUTBOX)
}
