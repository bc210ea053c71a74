//! The Lambda function `create-profile`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(accounts::create_profile::function())
}
