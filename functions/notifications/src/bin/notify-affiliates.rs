//! The Lambda function `notify-affiliates`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(notifications::notify_affiliates::function())
}
