//! The Lambda function `create-profile`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(accounts::create_profile::function())
}
