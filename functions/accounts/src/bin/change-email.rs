//! The Lambda function `change-email`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(accounts::change_email::function())
}
