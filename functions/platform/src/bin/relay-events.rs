//! The Lambda function `relay-events`, on the stream of the event store.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::relay(&tidings_core::catalogue::EVENTS)
}
