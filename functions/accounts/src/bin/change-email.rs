//! The Lambda function `change-email`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(accounts::change_email::function())
}
