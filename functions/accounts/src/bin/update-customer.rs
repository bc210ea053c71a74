//! The Lambda function `update-customer`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(accounts::update_customer::function())
}
