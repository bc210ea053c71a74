//! The Lambda function `get-account`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(accounts::get_account::function())
}
