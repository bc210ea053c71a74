//! The Lambda function `transfer`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(accounts::transfer::function())
}
