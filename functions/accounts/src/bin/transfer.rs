//! The Lambda function `transfer`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(accounts::transfer::function())
}
