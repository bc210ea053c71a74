//! The Lambda function `sweep-outbox`, once a minute.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::sweeper(&tidings_core::catalogue::OUTBOX)
}
