//! The Lambda function `get-customer`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(accounts::get_customer::function())
}
