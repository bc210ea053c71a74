//! The Lambda function `notify-affiliates`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(notifications::notify_affiliates::function())
}
