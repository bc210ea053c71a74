//! The Lambda function `sweep-events`, once a minute.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::sweeper(&tidings_core::catalogue::EVENTS)
}
