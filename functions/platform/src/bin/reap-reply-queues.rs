//! The Lambda function `reap-reply-queues`, on a schedule.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::reaper()
}
