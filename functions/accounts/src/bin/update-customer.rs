//! The Lambda function `update-customer`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(accounts::update_customer::function())
}
