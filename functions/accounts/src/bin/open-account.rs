//! The Lambda function `open-account`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(accounts::open_account::function())
}
