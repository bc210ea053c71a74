//! The Lambda function `withdraw`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(accounts::withdraw::function())
}
