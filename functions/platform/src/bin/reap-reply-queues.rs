//! The Lambda function `reap-reply-queues`, on a schedule.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::reaper()
}
