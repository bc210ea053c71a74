//! The Lambda function `get-profile`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(accounts::get_profile::function())
}
