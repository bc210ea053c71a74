//! The Lambda function `sweep-outbox`, once a minute.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::sweeper(&tidings_core::catalogue::OUTBOX)
}
