//! The Lambda function `withdraw`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(accounts::withdraw::function())
}
