//! The Lambda function `send-welcome-email`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(notifications::send_welcome_email::function())
}
