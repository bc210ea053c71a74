//! The Lambda function `send-welcome-email`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(notifications::send_welcome_email::function())
}
