//! The Lambda function `get-profile`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(accounts::get_profile::function())
}
