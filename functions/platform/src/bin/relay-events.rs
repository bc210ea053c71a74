//! The Lambda function `relay-events`, on the stream of the event store.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::relay(&tidings_core::catalogue::EVENTS)
}
