//! The Lambda function `relay-outbox`, on the stream of the outbox table.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::relay(&tidings_core::catalogue::OUTBOX)
}
