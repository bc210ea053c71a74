//! The Lambda function `get-customer`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(accounts::get_customer::function())
}
