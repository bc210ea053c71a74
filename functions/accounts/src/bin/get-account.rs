//! The Lambda function `get-account`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(accounts::get_account::function())
}
